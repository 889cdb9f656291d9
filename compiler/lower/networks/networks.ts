import type { IntervalDeclaration } from "../../../runtime/program/definition.ts";
import type { Bounds, Expression, Interval, Learn, MapType } from "../../ast/tree.ts";
import type { IrBuilder } from "../../ir/build.ts";
import { parameter } from "../../ir/build.ts";
import type { Block, IrFunction, Variable } from "../../ir/block.ts";
import type { IrParameter } from "../../ir/program.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import type { Span } from "../../source/span.ts";
import { add, constant } from "../../types/dimension.ts";
import type { Dimension } from "../../types/dimension.ts";
import { arraySpace, isNumber } from "../../types/space.ts";
import type { Space } from "../../types/space.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { builtAt } from "../builtAt.ts";
import { LayerContext, type Mask } from "./layerContext.ts";
import {
  intervalOf,
  limitsOf,
  smaller,
  startWithin,
  type KeptLimits,
  type NetworkBody,
} from "./networkLimits.ts";
import { Limitation } from "../limitation.ts";
import type { LoweredRegulariser } from "./networkGradient.ts";
import type { Lowered } from "../lowered.ts";
import { applyToInputs } from "./netExpression.ts";
import { Scope } from "../scope.ts";
import type { Site } from "../site.ts";
import { within } from "../site.ts";
import { lowerValue } from "../recursion.ts";
import { computedInterval, intoEnds, intoRange, isInfinite, plainInterval } from "../program/ranges.ts";
import { asVariable, spaceOfVariable } from "../values.ts";

/** A learned network: a function of the module, and the parameters that its weights are. */
export interface LoweredNetwork {
  readonly symbol: Symbol;
  readonly called: IrFunction;
  readonly domain: readonly Space[];
  /** the program's variables of the weights and what it reads beside, in the order of the function's parameters */
  readonly weights: readonly Variable[];
  /** the parameters of the function behind the weights, random numbers of each call */
  readonly masks: readonly Mask[];
  readonly parameters: readonly IrParameter[];
  /** what its gradient's Lipschitz constant is read from; null for a network that takes its inputs one by one */
  readonly structure: LoweredRegulariser | null;
  /** the interval of its values where ends of it are computed: it is kept where the network is called */
  readonly range: Interval<Typed> | null;
  /** whether it is written out where it is called: its weights are the same for all samples, their cotangents are not */
  readonly writtenOut?: true;
}

const ONE = constant(1);

/** What makes the weights of a program of the layers' output; it reads variables of the program beside them. */
export interface Arrangement {
  readonly beside: readonly Variable[];
  readonly arrange: (
    builder: IrBuilder,
    context: LayerContext,
    output: Variable,
    beside: readonly Variable[],
  ) => Variable;
}

/** Lowers `learn N : net D -> E = layers`: the type is the wiring; for `weights(P)` an arrangement is. */
export function lowerNetwork(
  site: Site,
  learn: Learn<Typed>,
  arrangement: Arrangement | null = null,
): LoweredNetwork {
  const symbol = symbolOf(learn.declaration);
  const { type } = symbol.typing;
  if (type.kind !== "function") throw new Limitation("this network", learn.span);
  if (arrangement === null && site.program.weightStarts.has(symbol)) {
    throw new Limitation("a program that is called and has a network that gives weights", learn.span);
  }
  const name = symbol.name;
  const context = new LayerContext(new Map());
  const place: Site = {
    ...within(site, site.builder, new Scope(site.scope)),
    program: { ...site.program, layers: context },
  };
  const inputs = type.parameters.map((space, index) => parameter(`u${index + 1}`, space, false));
  const beside = arrangement?.beside.map((variable): Variable => ({ ...variable })) ?? [];
  let kept: KeptLimits = { norm: null, nonnegative: new Set() };
  let body: NetworkBody | null = null;
  const block = site.builder.block(inputs, (inner, variables) => {
    const here = within(place, inner, place.scope);
    if (arrangement !== null) {
      const features = applyToInputs(here, learn.initial, variables, () => joinInputs(inner, variables), ONE);
      return [arrangement.arrange(inner, context, features, beside)];
    }
    body = networkBody(here, learn.initial, variables, type.result, rangeOf(learn));
    kept = limitsOf(inner, context, body, symbol.typing.facts, learn.span);
    return [body.result];
  });
  const weights = context.weights;
  const called: IrFunction = {
    name,
    doc: learn.doc?.lines.join(" ") ?? "",
    body: {
      ...block,
      parameters: [
        ...inputs,
        ...weights.map(({ variable }) => variable),
        ...beside,
        ...context.masks.map(({ variable }) => variable),
      ],
    },
  };
  const outside = weights.map((weight): Variable => ({
    ...weight.variable,
    name: `${name}_${weight.variable.name}`,
  }));
  const parameters = weights.map((weight, index): IrParameter => ({
    variable: outside[index] ?? weight.variable,
    name: `${name}.${weight.path}`,
    doc: "",
    perStep: learn.perStep,
    via: "projection",
    interval: intervalOf(site.builder, weight, kept),
    initial: startOf(site.builder, startWithin(weight, kept), weight.variable),
    ...(weight.average === null ? {} : { average: `${name}.${weight.average}` }),
    spectralBound: weight.bounded ? smaller(kept.norm, weight.norm) : null,
  }));
  return {
    symbol,
    called,
    domain: type.parameters,
    weights: [...outside, ...(arrangement?.beside ?? [])],
    masks: context.masks,
    parameters,
    structure: structureOf(context, block, body, outside),
    range: arrangement === null ? computedInterval(boundsOf(learn)) : null,
  };
}

function structureOf(
  context: LayerContext,
  { equations }: Block,
  body: NetworkBody | null,
  outside: readonly Variable[],
): LoweredRegulariser | null {
  if (body === null || body.input === null) return null;
  const variables = context.weights.map(
    ({ variable }, index) => [variable, outside[index] ?? variable] as const,
  );
  return { context, equations, input: body.input, result: body.result, outside: new Map(variables) };
}

function startOf(
  builder: IrBuilder,
  start: LayerContext["weights"][number]["start"],
  variable: Variable,
): IrParameter["initial"] {
  if (typeof start === "string") return { kind: "random", init: start };
  if ("stored" in start) return { kind: "stored", float32: base64Of(start.stored) };
  const space = spaceOfVariable(variable);
  return {
    kind: "block",
    block: builder.block([], (inner) => [inner.fill(inner.constant(start.value), space)]),
  };
}

/** 32-bit floats from the lowest byte on, as base64. */
function base64Of(values: Float32Array): string {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  const characters = Array.from(new Uint8Array(view.buffer), (byte) => String.fromCharCode(byte));
  return btoa(characters.join(""));
}

/** A network at a point: the function of the module with the weights of this step. */
export function callNetwork(site: Site, symbol: Symbol, point: readonly Lowered[], span: Span): Variable {
  const network = site.program.networks.get(symbol);
  if (network === undefined) throw new Limitation(`the network \`${symbol.name}\``, span);
  const inputs = point.map((lowered, index) =>
    asVariable(site.builder, lowered, network.domain[index] ?? null, span),
  );
  const given = [
    ...inputs,
    ...network.weights,
    ...network.masks.map((mask) => drawnMask(site, symbol, mask)),
  ];
  const [result] =
    network.writtenOut === true
      ? site.builder.inlineAs(network.called.body, given)
      : site.builder.call(network.called, given);
  if (result === undefined) throw new Limitation(`the network \`${symbol.name}\``, span);
  const [first] = inputs;
  const hint = first === undefined || inputs.length > 1 ? symbol.name : `${symbol.name}_${first.name}`;
  return site.builder.named(network.range === null ? result : keptWithin(site, result, network.range), hint);
}

/** The result of a network within its interval, each part of a product. */
function keptWithin(site: Site, result: Variable, range: Interval<Typed>): Variable {
  const { builder } = site;
  const end = (of: Expression<Typed>): Variable | null => (isInfinite(of) ? null : lowerValue(site, of));
  const { lowOpen, highOpen } = range;
  const ends = { low: end(range.low), high: end(range.high), lowOpen, highOpen };
  const space = spaceOfVariable(result);
  if (space.kind !== "product") return intoEnds(builder, result, ends);
  return builder.product(space.parts.map((_, index) => intoEnds(builder, builder.part(result, index), ends)));
}

/** The random numbers of a layer where its network is called: numbers of their own for each place and sample. */
function drawnMask({ program }: Site, { name }: Symbol, { layer, variable }: Mask): Variable {
  const { draws, inStep } = program;
  const drawn: Variable = { ...variable, name: draws.free(`${name}_${variable.name}`) };
  draws.add({
    variable: drawn,
    training: true,
    when: inStep ? "step" : "sample",
    statement: draws.statement(`${name}.${layer} ${drawn.name}`),
    rounds: [],
    loop: null,
    of: { kind: "uniform" },
  });
  return drawn;
}

function networkBody(
  site: Site,
  layers: Expression<Typed>,
  inputs: readonly Variable[],
  result: Space,
  range: IntervalDeclaration | null,
): NetworkBody {
  const { builder } = site;
  let input: Variable | null = null;
  const parts = result.kind === "product" ? result.parts : [result];
  const wanted = parts.map(channelsOf).reduce(add, constant(0));
  const join = (): Variable => (input ??= joinInputs(builder, inputs));
  const raw = builtAt(builder, layers.span, () => applyToInputs(site, layers, inputs, join, wanted));
  const output = intoRange(builder, raw, range);
  const outputs = splitOutput(builder, output, parts);
  const [first] = outputs;
  const single = first !== undefined && result.kind !== "product" ? first : builder.product(outputs);
  return { result: single, input, output };
}

/** How many channels images of a net's type ask for: a complex image two, a number one; none for a vector. */
function channelsOf(space: Space): Dimension {
  return space.kind === "array" && space.dimensions.length === 1 ? constant(0) : widthOf(space);
}

/** The extent of a part of a net's type on the last axis of what its layers give: real parts, then imaginary ones. */
function widthOf(space: Space): Dimension {
  const width = realWidthOf(space);
  return space.kind === "array" && space.element === "complex" ? add(width, width) : width;
}

/** The entries of a vector, the channels of an image, 1 for a number. */
function realWidthOf(space: Space): Dimension {
  const last = space.kind === "array" && space.dimensions.length !== 2 ? space.dimensions.at(-1) : undefined;
  return last ?? constant(1);
}

/** All inputs on channels in order; without an image, all of them in one vector. */
function joinInputs(builder: IrBuilder, inputs: readonly Variable[]): Variable {
  const image = inputs
    .map(spaceOfVariable)
    .find((space) => space.kind === "array" && space.dimensions.length >= 2);
  if (image?.kind !== "array") {
    const vectors = inputs.map((input) => asVector(builder, input));
    const [first] = vectors;
    return first !== undefined && vectors.length === 1 ? first : builder.concat(vectors);
  }
  const axes = image.dimensions.slice(0, 2);
  const channels = inputs.flatMap((input) => asChannels(builder, input, axes));
  const [first] = channels;
  return first !== undefined && channels.length === 1 ? first : builder.concat(channels);
}

function asVector(builder: IrBuilder, input: Variable): Variable {
  return isNumber(spaceOfVariable(input)) ? builder.reshape(input, arraySpace("real", [constant(1)])) : input;
}

function asChannels(builder: IrBuilder, input: Variable, axes: readonly Dimension[]): readonly Variable[] {
  const space = spaceOfVariable(input);
  if (space.kind !== "array") throw new Error("a network takes arrays");
  const one = arraySpace("real", [...axes, constant(1)]);
  if (space.dimensions.length === 0) {
    return [builder.elementwise("add", [builder.fill(builder.constant(0), one), input])];
  }
  const real =
    space.element === "complex"
      ? [builder.elementwise("real", [input]), builder.elementwise("imag", [input])]
      : [input];
  if (space.dimensions.length > 2) return real;
  return real.map((part) => builder.named(builder.reshape(part, one), `${part.name}_image`));
}

function splitOutput(builder: IrBuilder, output: Variable, parts: readonly Space[]): readonly Variable[] {
  let begin = constant(0);
  return parts.map((part) => {
    const size = widthOf(part);
    const piece = parts.length === 1 ? output : builder.channels(output, begin, size);
    begin = add(begin, size);
    return shaped(builder, piece, part);
  });
}

function shaped(builder: IrBuilder, piece: Variable, part: Space): Variable {
  if (part.kind !== "array") throw new Error("a network gives arrays");
  if (part.element !== "complex") return builder.reshape(piece, part);
  const half = realWidthOf(part);
  const real = { ...part, element: "real" as const };
  const re = builder.reshape(builder.channels(piece, constant(0), half), real);
  const im = builder.reshape(builder.channels(piece, half, half), real);
  return builder.elementwise("add", [
    builder.elementwise("complex", [re]),
    builder.elementwise("imaginary", [im]),
  ]);
}

/** The interval of a net's codomain, where it is written with plain numbers. */
function rangeOf(learn: Learn<Typed>): IntervalDeclaration | null {
  return plainInterval(boundsOf(learn));
}

function boundsOf({ type }: Learn<Typed>): Bounds<Typed> | null {
  return type.kind === "netType" ? (type as MapType<Typed>).codomain.bounds : null;
}
