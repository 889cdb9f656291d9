import type { Engine, Handle } from "../engine/engine.ts";
import { gram } from "../operators/algebra/algebra.ts";
import { composition } from "../operators/algebra/composition.ts";
import { libraryOperator } from "../operators/create.ts";
import { diagonalise, solveDiagonalised } from "../operators/algebra/diagonalise.ts";
import { filteredBackprojection } from "../operators/tomography/filteredBackprojection.ts";
import type { Operator } from "../operators/operator.ts";
import { operationsAt } from "../operators/placed.ts";
import { rowNorms } from "../operators/rowNorms.ts";
import { sampleNorms } from "../operators/sampleNorms.ts";
import { applyRows, applyRowsAdjoint } from "../operators/algebra/restrict.ts";
import { applied, appliedAdjoint, valuesOf } from "./applied.ts";
import { coordinate, fill, number, part, product } from "./construct.ts";
import * as channelLayers from "./channelLayers.ts";
import { cumulativeSum } from "./cumulative.ts";
import { branch, handlesOfTrace, loop, loopSaving } from "./control.ts";
import { extendImage, foldImage } from "./margins.ts";
import { reshape } from "./flatten.ts";
import { largest } from "./largest.ts";
import * as layers from "./layers.ts";
import { checkSpace, commonBatch } from "./layout.ts";
import * as linear from "./linear.ts";
import { loopAdjoint, type RoundAdjoint } from "./loopAdjoint.ts";
import { map } from "./map.ts";
import { mapAll } from "./mapAll.ts";
import type { LoopTrace, Operations, WhileResult } from "./operations.ts";
import { complexOf } from "./pairs.ts";
import * as reductions from "./reductions.ts";
import * as singular from "./singular.ts";
import { joinSlices, repeatSlices, slices, sumSlices } from "./slices.ts";
import { placeRows, takeRows } from "./rows.ts";
import { solve } from "./solve.ts";
import { handlesOf, type Space, type Value } from "./value.ts";

const handlesOfAll = (values: readonly Value[]): readonly Handle[] => values.flatMap(handlesOf);
const handlesOfOperator = ({ handles }: Operator): readonly Handle[] => handles;
const handlesOfResult = ({ carried, capped }: WhileResult): readonly Handle[] =>
  handlesOfAll([...carried, capped]);

/**
 * The operations of the language on an engine. Each frees what it makes on the way, and leaves its result to the
 * caller's scope; a result may share handles with the arguments.
 */
export function operations(engine: Engine): Operations {
  const scoped = <T extends Value>(body: () => T): T => engine.scope(body, handlesOf);
  const self: Operations = {
    engine,
    at: (place) => operationsAt(self, place),
    number: (value) => number(engine, value),
    fill: (value, space) => scoped(() => fill(engine, value, space)),
    coordinate: (space, axis) => scoped(() => coordinate(engine, space, axis)),
    map: (expression, inputs) => scoped(() => map(engine, expression, valuesOf(self, inputs))),
    mapAll: (expressions, inputs, endings) =>
      engine.scope(
        () => mapAll(engine, expressions, valuesOf(self, inputs), endings),
        (found) => handlesOfAll(Object.values(found)),
      ),
    ...{ product, part, applied, appliedAdjoint },

    sum: (x) => scoped(() => reductions.sum(engine, x)),
    maximum: (x) => scoped(() => reductions.maximum(engine, x)),
    minimum: (x) => scoped(() => reductions.minimum(engine, x)),
    dot: (x, y) => scoped(() => reductions.dot(engine, x, y)),
    norm2: (x) => scoped(() => reductions.norm2(engine, x)),
    count: (x) => reductions.count(engine, x),
    cumulativeSum: (x) => scoped(() => cumulativeSum(engine, x)),
    groupNorm: (x) => scoped(() => reductions.groupNorm(engine, x)),
    samples: (x) => number(engine, commonBatch("samples", [x]) ?? 1),
    channelMaximum: (x) => scoped(() => reductions.channelMaximum(engine, x)),
    sumTo: (x, space) => scoped(() => reductions.sumTo(engine, x, space)),
    sumSamples: (x) => scoped(() => reductions.sumSamples(engine, x)),
    nuclearNorm: (x) => scoped(() => singular.nuclearNorm(engine, x)),
    shrinkSingular: (x, t) => scoped(() => singular.shrinkSingular(engine, x, t)),
    shrinkSingularGradient: (x, t, g) => scoped(() => singular.shrinkSingularGradient(engine, x, t, g)),
    largest: (x, share) => scoped(() => largest(engine, x, share)),

    apply: (operator, x) => scoped(() => operator.apply(self, taken(engine, operator, x, operator.domain))),
    applyAdjoint: (operator, y) =>
      scoped(() => operator.adjoint(self, taken(engine, operator, y, operator.codomain))),
    applyMap: (given, x) => scoped(() => given.apply(self, x)),
    applyMapReverse: (given, x, cotangent) => scoped(() => given.reverse(self, x, cotangent)),
    applyRows: (operator, indices, x) =>
      scoped(() => applyRows(self, operator, indices, taken(engine, operator, x, operator.domain))),
    applyRowsAdjoint: (operator, indices, y) =>
      scoped(() => applyRowsAdjoint(self, operator, indices, promoted(engine, y, operator.codomain))),
    rowNorms: (operator) => scoped(() => rowNorms(self, operator)),
    norm: (operator) => number(engine, operator.norm.value),
    norms: (operator) => scoped(() => sampleNorms(self, operator)),
    gram: (operator) => engine.scope(() => gram(self, operator), handlesOfOperator),
    composition: (factors, settings) => composition(self, factors, settings?.adjoints ?? []),
    library: (name, settings, domain, arrays, codomain) =>
      libraryOperator(self, name, settings, domain, arrays, codomain),
    filteredBackprojection: (operator, filter) => filteredBackprojection(self, operator, filter),
    matvec: (matrix, x, codomain) => scoped(() => linear.matvec(engine, matrix, x, codomain)),
    matvecTransposed: (matrix, y, domain) => scoped(() => linear.matvecTransposed(engine, matrix, y, domain)),
    outerSum: (y, x) => scoped(() => linear.outerSum(engine, y, x)),
    materialise: (domain, columns) => scoped(() => linear.materialise(engine, domain, columns)),
    frobenius: (domain, map) => scoped(() => linear.frobenius(engine, domain, map)),
    ...solves(engine, () => self),

    reshape: (x, space) => scoped(() => reshape(engine, x, space)),

    ...layersOfNetworks(engine),
    ...parts(engine),
    ...controlFlow(engine),
  };
  return self;
}

/** Layers of networks, with their gradients. */
function layersOfNetworks(
  engine: Engine,
): Pick<
  Operations,
  | "convolve"
  | "convolveInputGradient"
  | "convolveFilterGradient"
  | "maxPool"
  | "maxPoolGradient"
  | "depthwise"
  | "depthwiseInputGradient"
  | "depthwiseFilterGradient"
  | "shuffle"
  | "unshuffle"
  | "concat"
  | "channels"
  | "placeChannels"
  | "extendImage"
  | "foldImage"
  | "padImage"
  | "cropImage"
  | "padImageTo"
> {
  const scoped = <V extends Value>(body: () => V): V => engine.scope(body, handlesOf);
  return {
    convolve: (images, filters, stride) => scoped(() => layers.convolve(engine, images, filters, stride)),
    convolveInputGradient: (cotangent, filters, image, stride) =>
      scoped(() => layers.convolveInputGradient(engine, cotangent, filters, image, stride)),
    convolveFilterGradient: (images, cotangent, filters, stride, samples) =>
      scoped(() => layers.convolveFilterGradient(engine, images, cotangent, filters, stride, samples)),
    maxPool: (images, q) => scoped(() => layers.maxPool(engine, images, q)),
    maxPoolGradient: (images, cotangent, q) =>
      scoped(() => layers.maxPoolGradient(engine, images, cotangent, q)),
    depthwise: (images, filters) => scoped(() => channelLayers.depthwise(engine, images, filters)),
    depthwiseInputGradient: (cotangent, filters) =>
      scoped(() => channelLayers.depthwiseInputGradient(engine, cotangent, filters)),
    depthwiseFilterGradient: (images, cotangent, filters, samples) =>
      scoped(() => channelLayers.depthwiseFilterGradient(engine, images, cotangent, filters, samples)),
    shuffle: (images, q) => scoped(() => channelLayers.shuffle(engine, images, q)),
    unshuffle: (images, q) => scoped(() => channelLayers.unshuffle(engine, images, q)),
    concat: (parts) => scoped(() => layers.concat(engine, parts)),
    channels: (x, begin, size) => scoped(() => layers.channels(engine, x, begin, size)),
    placeChannels: (x, begin, count) => scoped(() => layers.placeChannels(engine, x, begin, count)),
    extendImage: (x, margins) => scoped(() => extendImage(engine, x, margins)),
    foldImage: (x, margins) => scoped(() => foldImage(engine, x, margins)),
    padImage: (x, multiple) => scoped(() => layers.padImage(engine, x, multiple)),
    cropImage: (x, space) => scoped(() => layers.cropImage(engine, x, space)),
    padImageTo: (x, space) => scoped(() => layers.padImageTo(engine, x, space)),
  };
}

/** Rows of arrays, and slices as samples. */
function parts(
  engine: Engine,
): Pick<Operations, "rows" | "placeRows" | "slices" | "joinSlices" | "repeatSlices" | "sumSlices"> {
  const scoped = <V extends Value>(body: () => V): V => engine.scope(body, handlesOf);
  return {
    rows: (x, indices, axis) => scoped(() => takeRows(engine, x, indices, axis)),
    placeRows: (y, indices, space, axis) => scoped(() => placeRows(engine, y, indices, space, axis)),
    slices: (x, like) => scoped(() => slices(engine, x, like)),
    joinSlices: (y, count, like) => scoped(() => joinSlices(engine, y, count, like)),
    repeatSlices: (v, count) => scoped(() => repeatSlices(engine, v, count)),
    sumSlices: (y, count, like) => scoped(() => sumSlices(engine, y, count, like)),
  };
}

/** Control flow on lists of any length. */
interface ListControl {
  branch(condition: Value, whenTrue: () => List, whenFalse: () => List): List;
  loop(
    carried: List,
    condition: (carried: List) => Value,
    body: (carried: List) => List,
    maximum: number,
  ): WhileResult;
  loopSaving(...loop: Parameters<ListControl["loop"]>): WhileResult & { readonly trace: LoopTrace };
  loopAdjoint(
    trace: LoopTrace,
    cotangents: List,
    body: RoundAdjoint,
    captured: List,
  ): ReturnType<RoundAdjoint>;
}

type List = readonly Value[];

/** The same as operations: what comes out is as many values as went in, which the types of lists cannot say. */
function controlFlow(engine: Engine): Pick<Operations, keyof ListControl> {
  const control: ListControl = {
    branch: (condition, whenTrue, whenFalse) =>
      engine.scope(() => branch(engine, condition, whenTrue, whenFalse), handlesOfAll),
    loop: (carried, condition, body, maximum) =>
      engine.scope(() => loop(engine, { carried, condition, body, maximum }), handlesOfResult),
    loopSaving: (carried, condition, body, maximum) =>
      engine.scope(
        () => loopSaving(engine, { carried, condition, body, maximum }),
        (result) => [...handlesOfResult(result), ...handlesOfTrace(result.trace)],
      ),
    loopAdjoint: (trace, cotangents, body, captured) =>
      engine.scope(
        () => loopAdjoint(engine, trace, cotangents, body, captured),
        (result) => handlesOfAll([...result.carried, ...result.captured]),
      ),
  };
  return control as Pick<Operations, keyof ListControl>;
}

/** The solves of linear systems. */
function solves(
  engine: Engine,
  self: () => Operations,
): Pick<Operations, "diagonalise" | "solve" | "solveDiagonalised"> {
  return {
    diagonalise: (operator, weights, { alone }) =>
      engine.scope(
        () => diagonalise(self(), operator, weights, alone),
        ({ handles }) => handles,
      ),
    solve: (b, start, apply, settings) =>
      engine.scope(() => solve(engine, b, start, apply, settings), handlesOf),
    solveDiagonalised: (b, start, apply, settings, operators, factors) =>
      engine.scope(
        () => solveDiagonalised(self(), b, operators, factors) ?? solve(engine, b, start, apply, settings),
        handlesOf,
      ),
  };
}

/** A value as an operator takes it: of its space, reals promoted to complex. @throws ShapeError */
function taken(engine: Engine, operator: Operator, value: Value, space: Space): Value {
  checkSpace(operator.text, value, space);
  return promoted(engine, value, space);
}

function promoted(engine: Engine, value: Value, space: Space): Value {
  if (value.kind === "array") {
    return space.kind === "array" && space.field === "complex" ? complexOf(engine, value) : value;
  }
  const parts = space.kind === "product" ? space.parts : [];
  return { ...value, parts: value.parts.map((part, index) => promoted(engine, part, parts[index] ?? space)) };
}
