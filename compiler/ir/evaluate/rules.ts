import { evaluate as evaluateDimension, text, type Dimension } from "../../types/dimension.ts";
import type { Space } from "../../types/space.ts";
import type { Operation, OperationAttributes } from "../operation.ts";
import {
  arrayOf,
  asArray,
  asNumber,
  entriesOf,
  entryOf,
  filled,
  fromEntries,
  indexAt,
  numberArray,
  partOf,
  spaceOfValue,
  type ReferenceSpace,
  type ReferenceValue,
} from "./array.ts";
import { applyElementwise } from "./elementwise.ts";
import { channels, concat, padImage, placeChannels, resized } from "./images.ts";
import { asValue, type Item, type Setting } from "./lanes.ts";
import { convolve, convolveInput, maxPool, maxPoolGradient } from "./layers.ts";
import { extendImage, foldImage } from "./margins.ts";
import { composition } from "./operators/composition.ts";
import { libraryOperator } from "./operators/library.ts";
import { placeRows, rowNorms, rows } from "./rows.ts";
import { depthwise, depthwiseInput, shuffle, unshuffle } from "./channelLayers.ts";
import { channelMaximum, cumulativeSum, dot, groupNorm, largest, matvec, sum, sumTo } from "./reductions.ts";
import { filteredBackprojection } from "./operators/tomography.ts";
import { nuclearNorm, shrinkSingular, shrinkSingularGradient } from "./singular.ts";

/** The operations that treat each sample alone and have no blocks. */
export type SampleOperation = Exclude<
  Operation,
  | "fused"
  | "sumSamples"
  | "slices"
  | "joinSlices"
  | "repeatSlices"
  | "sumSlices"
  | "samples"
  | "outerSum"
  | "convolveFilter"
  | "depthwiseFilter"
  | "materialise"
  | "frobenius"
  | "solve"
  | "branch"
  | "loop"
  | "loopSaving"
  | "loopAdjoint"
  | "call"
>;

/** The output of an operation for one sample. */
type SampleRule<P extends Operation> = (
  attributes: OperationAttributes[P],
  inputs: readonly Item[],
  setting: Setting,
) => Item;

export const SAMPLE_RULES: { readonly [P in SampleOperation]: SampleRule<P> } = {
  constant: ({ value }) => numberArray(value),
  size: ({ dimension }, _, setting) => numberArray(sizeOf(dimension, setting)),
  coordinate: ({ axis, space }, _, setting) => {
    const shape = shapeOf(space, setting);
    return arrayOf(shape, "real", (flat) => ({
      re: (indexAt(shape, flat)[axis] ?? 0) - ((shape[axis] ?? 1) - 1) / 2,
      im: 0,
    }));
  },
  fill: ({ space }, inputs, setting) =>
    filled(bindSpace(space, setting), entryOf(asArray(value(inputs, 0)), 0)),
  elementwise: ({ function: name }, inputs) => applyElementwise(name, inputs.map(asValue)),
  product: (_, inputs) => ({ kind: "product", parts: inputs.map(asValue) }),
  part: ({ index }, inputs) => partOf(value(inputs, 0), index),
  sum: (_, inputs) => sum(value(inputs, 0)),
  maximum: (_, inputs) => numberArray(Math.max(...entriesOf(value(inputs, 0)).map(({ re }) => re))),
  minimum: (_, inputs) => numberArray(Math.min(...entriesOf(value(inputs, 0)).map(({ re }) => re))),
  dot: (_, inputs) => dot(value(inputs, 0), value(inputs, 1)),
  norm2: (_, inputs) => numberArray(Math.sqrt(asNumber(dot(value(inputs, 0), value(inputs, 0))))),
  count: (_, inputs) => numberArray(entriesOf(value(inputs, 0)).length),
  cumulativeSum: (_, inputs) => cumulativeSum(asArray(value(inputs, 0))),
  groupNorm: (_, inputs) => groupNorm(asArray(value(inputs, 0))),
  channelMaximum: (_, inputs) => channelMaximum(asArray(value(inputs, 0))),
  sumTo: ({ space }, inputs, setting) => sumTo(value(inputs, 0), bindSpace(space, setting)),
  nuclearNorm: (_, inputs) => nuclearNorm(asArray(value(inputs, 0))),
  shrinkSingular: (_, inputs) => shrinkSingular(asArray(value(inputs, 0)), asNumber(value(inputs, 1))),
  shrinkSingularGradient: (_, inputs) =>
    shrinkSingularGradient(asArray(value(inputs, 0)), asNumber(value(inputs, 1)), asArray(value(inputs, 2))),
  inTraining: (_, inputs) => value(inputs, 0),
  observed: (_, inputs) => value(inputs, 0),
  largest: (_, inputs) => largest(value(inputs, 0), asNumber(value(inputs, 1))),
  apply: ({ adjoint }, inputs) => {
    const operator = operatorAt(inputs, 0);
    return adjoint ? operator.adjoint(value(inputs, 1)) : operator.apply(value(inputs, 1));
  },
  applyMap: (_, inputs) => mapAt(inputs, 0).apply(value(inputs, 1)),
  applyMapReverse: (_, inputs) => mapAt(inputs, 0).reverse(value(inputs, 1), value(inputs, 2)),
  rows: ({ axis }, inputs) => rows(asArray(value(inputs, 0)), asArray(value(inputs, 1)), axis),
  placeRows: ({ axis, space }, inputs, setting) =>
    placeRows(asArray(value(inputs, 0)), asArray(value(inputs, 1)), shapeOf(space, setting), axis),
  applyRows: ({ adjoint, codomain }, inputs, setting) => {
    const operator = operatorAt(inputs, 0);
    const indices = asArray(value(inputs, 1));
    return adjoint
      ? operator.adjoint(placeRows(asArray(value(inputs, 2)), indices, shapeOf(codomain, setting), 0))
      : rows(asArray(operator.apply(value(inputs, 2))), indices, 0);
  },
  rowNorms: ({ codomain }, inputs, setting) => rowNorms(operatorAt(inputs, 0), shapeOf(codomain, setting)),
  norm: (_, inputs) => numberArray(operatorAt(inputs, 0).norm),
  gram: (_, inputs) => {
    const operator = operatorAt(inputs, 0);
    const product = (x: ReferenceValue): ReferenceValue => operator.adjoint(operator.apply(x));
    return { kind: "operator", apply: product, adjoint: product, norm: operator.norm ** 2 };
  },
  diagonalise: (_, inputs) => {
    const operator = operatorAt(inputs, 0);
    const weights = inputs[1];
    const weighted = (y: ReferenceValue): ReferenceValue =>
      weights === undefined ? y : applyElementwise("mul", [y, asValue(weights)]);
    const product = (x: ReferenceValue): ReferenceValue => operator.adjoint(weighted(operator.apply(x)));
    return { kind: "operator", apply: product, adjoint: product, norm: operator.norm ** 2 };
  },
  composition: ({ adjoints, domain }, inputs, setting) => {
    const factors = inputs.map((_, place) => operatorAt(inputs, place));
    return composition(factors, adjoints, bindSpace(domain, setting));
  },
  library: ({ name, settings, domain, codomain }, inputs, setting) =>
    libraryOperator(
      name,
      settings,
      bindSpace(domain, setting),
      bindSpace(codomain, setting),
      inputs.map(asValue),
    ),
  filteredBackprojection: ({ filter }, inputs) => filteredBackprojection(operatorAt(inputs, 0), filter),
  matvec: ({ transpose, space }, inputs, setting) =>
    matvec(asArray(value(inputs, 0)), value(inputs, 1), transpose, bindSpace(space, setting)),
  convolve: ({ stride }, inputs) => convolve(asArray(value(inputs, 0)), asArray(value(inputs, 1)), stride),
  convolveInput: ({ stride, space }, inputs, setting) =>
    convolveInput(asArray(value(inputs, 0)), asArray(value(inputs, 1)), shapeOf(space, setting), stride),
  maxPool: ({ q }, inputs) => maxPool(asArray(value(inputs, 0)), q),
  maxPoolGradient: ({ q }, inputs) =>
    maxPoolGradient(asArray(value(inputs, 0)), asArray(value(inputs, 1)), q),
  depthwise: (_, inputs) => depthwise(asArray(value(inputs, 0)), asArray(value(inputs, 1))),
  depthwiseInput: (_, inputs) => depthwiseInput(asArray(value(inputs, 0)), asArray(value(inputs, 1))),
  shuffle: ({ q }, inputs) => shuffle(asArray(value(inputs, 0)), q),
  unshuffle: ({ q }, inputs) => unshuffle(asArray(value(inputs, 0)), q),
  concat: (_, inputs) => concat(inputs.map((input) => asArray(asValue(input)))),
  channels: ({ begin, size }, inputs, setting) =>
    channels(asArray(value(inputs, 0)), sizeOf(begin, setting), sizeOf(size, setting)),
  placeChannels: ({ begin, count }, inputs, setting) =>
    placeChannels(asArray(value(inputs, 0)), sizeOf(begin, setting), sizeOf(count, setting)),
  extendImage: (margins, inputs) => extendImage(asArray(value(inputs, 0)), margins),
  foldImage: (margins, inputs) => foldImage(asArray(value(inputs, 0)), margins),
  padImage: ({ multiple }, inputs) => padImage(asArray(value(inputs, 0)), multiple),
  cropImage: ({ space }, inputs, setting) => resized(asArray(value(inputs, 0)), shapeOf(space, setting)),
  padImageTo: ({ space }, inputs, setting) => resized(asArray(value(inputs, 0)), shapeOf(space, setting)),
  reshape: ({ space }, inputs, setting) => reshape(value(inputs, 0), bindSpace(space, setting)),
  stopGradient: (_, inputs) => value(inputs, 0),
  fixedPoint: (_, inputs) => value(inputs, 0),
};

/** The number that a dimension is. */
export function sizeOf(dimension: Dimension, setting: Setting): number {
  const size = evaluateDimension(dimension, setting.sizes);
  if (size === null) throw new Error(`the size of ${text(dimension)} is not known`);
  return size;
}

/** A space with its sizes bound. */
export function bindSpace(space: Space, setting: Setting): ReferenceSpace {
  switch (space.kind) {
    case "array":
      return {
        kind: "array",
        field: space.element === "complex" ? "complex" : "real",
        shape: space.dimensions.map((dimension) => sizeOf(dimension, setting)),
      };
    case "named": {
      const bound = setting.spaces[space.name];
      if (bound === undefined) throw new Error(`the space ${space.name} is not bound`);
      return bound;
    }
    case "product":
      return { kind: "product", parts: space.parts.map((part) => bindSpace(part, setting)) };
  }
}

function shapeOf(space: Space, setting: Setting): readonly number[] {
  const bound = bindSpace(space, setting);
  if (bound.kind !== "array") throw new Error("an array space is wanted");
  return bound.shape;
}

function value(inputs: readonly Item[], index: number): ReferenceValue {
  const item = inputs[index];
  if (item === undefined) throw new Error(`there is no input ${index}`);
  return asValue(item);
}

function mapAt(inputs: readonly Item[], index: number): Extract<Item, { kind: "map" }> {
  const item = inputs[index];
  if (item?.kind !== "map") throw new Error(`input ${index} is not a map`);
  return item;
}

function operatorAt(inputs: readonly Item[], index: number): Extract<Item, { kind: "operator" }> {
  const item = inputs[index];
  if (item?.kind !== "operator") throw new Error(`input ${index} is not an operator`);
  return item;
}

/** The same entries in another shape; the field stays that of the value. */
function reshape(x: ReferenceValue, space: ReferenceSpace): ReferenceValue {
  const own = spaceOfValue(x);
  if (space.kind === "product" || own.kind === "product") return fromEntries(space, entriesOf(x));
  return fromEntries({ ...space, field: own.field }, entriesOf(x));
}
