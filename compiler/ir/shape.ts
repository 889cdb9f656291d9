import type { Dimension } from "../types/dimension.ts";
import { add, constant, constantValue, divideBy, equal, multiply, roundedUp } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import type { ResultEnding } from "../../runtime/arrays/expression.ts";
import { elementwiseSpace, expressionSpace, ShapeFault } from "./align.ts";
import type { IrFunction, VariableType } from "./block.ts";
import {
  demand,
  demandEntries,
  demandParameters,
  demandResults,
  demandSame,
  dimensionsAt,
  entriesOf,
  imageAt,
  indicesAt,
  mapAt,
  matrixAt,
  operatorAt,
  spaceAt,
} from "./inputs.ts";
import type { ImageMargins, Operation, OperationAttributes } from "./operation.ts";
import { arraySpace, isComplex, isNumber, isReal, NUMBER, spaceText, TRUTH } from "./spaces.ts";

/** The functions of the module, by name. */
export type FunctionLookup = (name: string) => IrFunction | null;

/** The types of an operation's outputs, from its attributes and the types of its inputs; throws a ShapeFault. */
type ShapeRule<P extends Operation> = (
  attributes: OperationAttributes[P],
  inputs: readonly VariableType[],
  functions: FunctionLookup,
) => readonly VariableType[];

/** The types of the outputs of an operation. Throws a ShapeFault where it has no meaning for its inputs. */
export function outputTypes<P extends Operation>(
  operation: P,
  attributes: OperationAttributes[P],
  inputs: readonly VariableType[],
  functions: FunctionLookup,
): readonly VariableType[] {
  const rule: ShapeRule<P> = SHAPE_RULES[operation];
  return rule(attributes, inputs, functions);
}

const number: readonly VariableType[] = [{ kind: "value", space: NUMBER }];
const reduction = (_: unknown, inputs: readonly VariableType[]): readonly VariableType[] => {
  spaceAt(inputs, 0);
  return number;
};
const inSpace = (
  { space }: { readonly space: Space },
  inputs: readonly VariableType[],
): readonly VariableType[] => {
  spaceAt(inputs, 0);
  return [value(space)];
};
const looping: ShapeRule<"loop"> = ({ condition, body }, inputs) => {
  demandParameters(condition, inputs);
  demandParameters(body, inputs);
  demandResults(condition, [value(TRUTH)]);
  demandResults(body, inputs);
  return [...inputs, value(TRUTH)];
};

const depthwiseShape = (_: unknown, inputs: readonly VariableType[]): readonly VariableType[] => {
  const [height, width, channels] = imageAt(inputs, 0);
  const [, , each] = dimensionsAt(inputs, 1, 3);
  demand(each !== undefined && equal(each, channels), "there is a filter for each channel");
  return [image(height, width, channels)];
};

/** The space of what a result of real entries ends in. */
function endingSpace(ending: ResultEnding, space: Space): Space {
  demand(space.kind === "array" && isReal(space), "real arrays are reduced where they are made");
  const dimensions = space.kind === "array" ? space.dimensions : [];
  const rules: { readonly [W in ResultEnding]: Space } = {
    ...{ sum: NUMBER, maximum: NUMBER, minimum: NUMBER },
    sumSamples: space,
    sumChannels: arraySpace("real", dimensions.slice(-1)),
  };
  return rules[ending];
}

/** The shape of the matrix that is the first input; the second is a number. */
function ofMatrix(_: unknown, inputs: readonly VariableType[]): readonly VariableType[] {
  demand(dimensionsAt(inputs, 0, 2).length === 2, "singular values are those of matrices");
  demand(isNumber(spaceAt(inputs, 1)), "singular values are shrunk by a number");
  return [value(spaceAt(inputs, 0))];
}

const SHAPE_RULES: { readonly [P in Operation]: ShapeRule<P> } = {
  constant: () => number,
  size: () => number,
  coordinate: ({ axis, space }) => {
    demand(space.kind === "array" && axis < space.dimensions.length, "there is no such axis");
    return [value(space)];
  },
  fill: ({ space }, inputs) => {
    demand(isNumber(spaceAt(inputs, 0)), "an array is filled with a number");
    return [value(space)];
  },
  elementwise: (attributes, inputs) => [
    value(
      elementwiseSpace(
        attributes.function,
        inputs.map((_, i) => spaceAt(inputs, i)),
      ),
    ),
  ],
  fused: ({ results, inputs: names, endings }, inputs) => {
    demand(names.length === inputs.length, "fused expressions name all their inputs");
    const spaces = new Map(names.map((input, i) => [input, spaceAt(inputs, i)]));
    return Object.entries(results).map(([name, expression]) => {
      const space = expressionSpace(expression, spaces);
      spaces.set(name, space);
      const ending = endings?.[name];
      return value(ending === undefined ? space : endingSpace(ending, space));
    });
  },
  product: (_, inputs) => [value({ kind: "product", parts: inputs.map((_type, i) => spaceAt(inputs, i)) })],
  part: ({ index }, inputs) => {
    const space = spaceAt(inputs, 0);
    const part = space.kind === "product" ? space.parts[index] : undefined;
    if (part === undefined) throw new ShapeFault(`${spaceText(space)} has no part ${index}`);
    return [value(part)];
  },
  sum: reduction,
  maximum: reduction,
  minimum: reduction,
  dot: (_, inputs) => {
    demandSame(spaceAt(inputs, 0), spaceAt(inputs, 1));
    return number;
  },
  norm2: reduction,
  count: reduction,
  cumulativeSum: (_, inputs) => {
    const dimensions = dimensionsAt(inputs, 0, 1);
    demand(
      dimensions.length === 1 && !isComplex(spaceAt(inputs, 0)),
      "sums run over a real array of one axis",
    );
    return [value(arraySpace("real", dimensions))];
  },
  groupNorm: (_, inputs) => {
    const dimensions = dimensionsAt(inputs, 0, 1);
    return [value(arraySpace("real", [...dimensions.slice(0, -1), constant(1)]))];
  },
  channelMaximum: (_, inputs) => {
    const dimensions = dimensionsAt(inputs, 0, 1);
    demand(!isComplex(spaceAt(inputs, 0)), "the largest channel is of real arrays");
    return [value(arraySpace("real", [...dimensions.slice(0, -1), constant(1)]))];
  },
  sumTo: inSpace,
  sumSamples: (_, inputs) => [value(spaceAt(inputs, 0))],
  slices: (_, inputs) => {
    const space = spaceAt(inputs, 0);
    const dimensions = dimensionsAt(inputs, 0, 1);
    demand(space.kind === "array", "slices are those of arrays");
    return [value(space.kind === "array" ? { ...space, dimensions: dimensions.slice(0, -1) } : space)];
  },
  joinSlices: ({ count }, inputs) => {
    const space = spaceAt(inputs, 0);
    if (space.kind !== "array") throw new ShapeFault("slices are arrays");
    return [value({ ...space, dimensions: [...space.dimensions, count] })];
  },
  repeatSlices: (_, inputs) => [value(spaceAt(inputs, 0))],
  sumSlices: (_, inputs) => [value(spaceAt(inputs, 0))],
  nuclearNorm: (_, inputs) => {
    demand(dimensionsAt(inputs, 0, 2).length === 2, "singular values are those of matrices");
    return number;
  },
  shrinkSingular: ofMatrix,
  shrinkSingularGradient: ofMatrix,
  samples: reduction,
  inTraining: (_, inputs) => {
    demandSame(spaceAt(inputs, 0), spaceAt(inputs, 1));
    return [value(spaceAt(inputs, 0))];
  },
  observed: (_, inputs) => {
    demandSame(spaceAt(inputs, 1), spaceAt(inputs, 2));
    return [value(spaceAt(inputs, 0))];
  },
  largest: (_, inputs) => {
    demand(isNumber(spaceAt(inputs, 1)), "the share of `largest` is a number");
    return [value(realOf(spaceAt(inputs, 0)))];
  },
  apply: ({ adjoint }, inputs) => {
    const operator = operatorAt(inputs, 0);
    const [from, to] = adjoint ? [operator.codomain, operator.domain] : [operator.domain, operator.codomain];
    demandSame(from, spaceAt(inputs, 1));
    return [value(to)];
  },
  applyMap: (_, inputs) => {
    const map = mapAt(inputs, 0);
    demandSame(map.domain, spaceAt(inputs, 1));
    return [value(map.codomain)];
  },
  applyMapReverse: (_, inputs) => {
    const map = mapAt(inputs, 0);
    demandSame(map.domain, spaceAt(inputs, 1));
    demandSame(map.codomain, spaceAt(inputs, 2));
    return [value(map.domain)];
  },
  rows: ({ axis }, inputs) => [value(restricted(spaceAt(inputs, 0), indicesAt(inputs, 1), axis))],
  placeRows: ({ axis, space }, inputs) => {
    demandSame(restricted(space, indicesAt(inputs, 1), axis), spaceAt(inputs, 0));
    return [value(space)];
  },
  applyRows: ({ adjoint, codomain }, inputs) => {
    const { domain, codomain: whole } = operatorAt(inputs, 0);
    demandSame(codomain, whole);
    const rows = restricted(codomain, indicesAt(inputs, 1), 0);
    const [from, to] = adjoint ? [rows, domain] : [domain, rows];
    demandSame(from, spaceAt(inputs, 2));
    return [value(to)];
  },
  rowNorms: ({ codomain }, inputs) => {
    demandSame(codomain, operatorAt(inputs, 0).codomain);
    return [value(realOf(codomain))];
  },
  norm: (_, inputs) => {
    operatorAt(inputs, 0);
    return number;
  },
  gram: (_, inputs) => {
    const { domain } = operatorAt(inputs, 0);
    return [{ kind: "operator", domain, codomain: domain, properties: ["symmetric", "positive"] }];
  },
  diagonalise: (_, inputs) => {
    const { domain } = operatorAt(inputs, 0);
    return [{ kind: "operator", domain, codomain: domain, properties: ["symmetric", "positive"] }];
  },
  composition: ({ adjoints, domain: wanted }, inputs) => {
    const factors = inputs.map((_, place) => {
      const { domain, codomain } = operatorAt(inputs, place);
      return adjoints.includes(place) ? { domain: codomain, codomain: domain } : { domain, codomain };
    });
    factors.slice(1).forEach((inner, place) => {
      const outer = factors[place];
      if (outer !== undefined) demandSame(outer.domain, inner.codomain);
    });
    const [first] = factors;
    const last = factors.at(-1);
    if (first === undefined || last === undefined) throw new ShapeFault("a product without factors");
    demandSame(last.domain, wanted);
    return [{ kind: "operator", domain: last.domain, codomain: first.codomain, properties: [] }];
  },
  library: ({ domain, codomain, name: operator }) => [
    { kind: "operator", domain, codomain, properties: LIBRARY_PROPERTIES[operator] ?? [] },
  ],
  filteredBackprojection: (_, inputs) => {
    const { domain, codomain } = operatorAt(inputs, 0);
    return [{ kind: "operator", domain: codomain, codomain: domain, properties: [] }];
  },
  matvec: ({ transpose, space }, inputs) => {
    const [rows, columns] = matrixAt(inputs, 0);
    const [into, from] = transpose ? [columns, rows] : [rows, columns];
    demandEntries(spaceAt(inputs, 1), from);
    demandEntries(space, into);
    return [value(space)];
  },
  outerSum: ({ space }) => [value(space)],
  materialise: ({ domain, map }) => {
    demandParameters(map, [value(domain)]);
    const codomain = spaceAt(
      map.results.map((result) => result.type),
      0,
    );
    const rows = entriesOf(codomain);
    const columns = entriesOf(domain);
    if (rows === null || columns === null)
      throw new ShapeFault("the sizes of the map's matrix are not known");
    const element = isComplex(codomain) || isComplex(domain) ? "complex" : "real";
    return [value(arraySpace(element, [rows, columns]))];
  },
  frobenius: ({ domain, map }) => {
    demandParameters(map, [value(domain)]);
    return [value(NUMBER)];
  },
  solve: ({ map, started, terms }, inputs) => {
    const right = value(spaceAt(inputs, 0));
    demandParameters(map, [right]);
    demandResults(map, [right]);
    if (started) demandSame(spaceAt(inputs, 0), spaceAt(inputs, 1));
    const begin = started ? 2 : 1;
    demand(inputs.length === begin + (terms === 0 ? 0 : 2 * terms + 1), "a solve has its terms");
    for (let i = begin; i < begin + terms; i += 1)
      demandSame(operatorAt(inputs, i).domain, spaceAt(inputs, 0));
    for (let i = begin + terms; i < inputs.length; i += 1)
      demand(isNumber(spaceAt(inputs, i)), "the factors of a sum are numbers");
    return [right];
  },
  convolve: ({ stride }, inputs) => {
    const [height, width, channels] = imageAt(inputs, 0);
    const [, , from, to] = dimensionsAt(inputs, 1, 4);
    demand(from !== undefined && equal(from, channels), "the filters' channels are those of the image");
    return [image(strided(height, stride), strided(width, stride), to ?? channels)];
  },
  convolveInput: inSpace,
  convolveFilter: inSpace,
  maxPool: ({ q }, inputs) => {
    const [height, width, channels] = imageAt(inputs, 0);
    return [image(divideBy(height, q), divideBy(width, q), channels)];
  },
  maxPoolGradient: (_, inputs) => [value(spaceAt(inputs, 0))],
  depthwise: depthwiseShape,
  depthwiseInput: depthwiseShape,
  depthwiseFilter: inSpace,
  shuffle: ({ q }, inputs) => {
    const [height, width, channels] = imageAt(inputs, 0);
    const factor = constant(q);
    return [image(multiply(height, factor), multiply(width, factor), divideBy(channels, q * q))];
  },
  unshuffle: ({ q }, inputs) => {
    const [height, width, channels] = imageAt(inputs, 0);
    return [image(divideBy(height, q), divideBy(width, q), multiply(channels, constant(q * q)))];
  },
  concat: (_, inputs) => {
    const all = inputs.map((_type, i) => dimensionsAt(inputs, i, 1));
    const [first = []] = all;
    const channels = all.map((dimensions) => dimensions.at(-1) ?? constant(0)).reduce(add);
    const element = inputs.some((_type, i) => isComplex(spaceAt(inputs, i))) ? "complex" : "real";
    return [value(arraySpace(element, [...first.slice(0, -1), channels]))];
  },
  channels: ({ size }, inputs) => [value(withChannels(inputs, size))],
  placeChannels: ({ count }, inputs) => [value(withChannels(inputs, count))],
  extendImage: (margins, inputs) => [grownImage(spaceAt(inputs, 0), margins, 1)],
  foldImage: (margins, inputs) => [grownImage(spaceAt(inputs, 0), margins, -1)],
  padImage: ({ multiple }, inputs) => {
    const [height, width, channels] = imageAt(inputs, 0);
    return [image(roundedUp(height, multiple), roundedUp(width, multiple), channels)];
  },
  cropImage: inSpace,
  padImageTo: inSpace,
  reshape: inSpace,
  branch: ({ whenTrue, whenFalse }, inputs) => {
    demand(isNumber(spaceAt(inputs, 0)), "a branch is taken by a condition");
    demandParameters(whenTrue, []);
    demandParameters(whenFalse, []);
    const types = whenTrue.results.map((result) => result.type);
    demandResults(whenFalse, types);
    return types;
  },
  loop: looping,
  loopSaving: (attributes, inputs, functions) => [
    ...looping(attributes, inputs, functions),
    { kind: "trace" },
  ],
  loopAdjoint: ({ body, carried }, inputs) => {
    const cotangents = inputs.slice(1, 1 + carried);
    demand(inputs[0]?.kind === "trace", "the reverse of a loop reads its trace");
    demandParameters(body, [...cotangents, ...cotangents, value(TRUTH)]);
    demandResults(body, inputs.slice(1));
    return inputs.slice(1);
  },
  call: (attributes, inputs, functions) => {
    const called = functions(attributes.function);
    if (called === null) throw new ShapeFault(`there is no function ${attributes.function}`);
    demandParameters(called.body, inputs);
    return called.body.results.map((result) => result.type);
  },
  stopGradient: (_, inputs) => [value(spaceAt(inputs, 0))],
  fixedPoint: ({ step }, inputs) => {
    demandParameters(step, inputs);
    demandResults(step, inputs);
    return [value(spaceAt(inputs, 0))];
  },
};

/** What is known of the operators of the library for all arrays that they may take. */
const LIBRARY_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  I: ["orthonormal", "symmetric", "positive"],
  fourier: ["orthonormal"],
  reshape: ["orthonormal"],
};

/** The space of images with so many more points along both image axes. */
function grownImage(space: Space, { before, after, only }: ImageMargins, sign: 1 | -1): VariableType {
  const by = constant(sign * (before + after));
  demand(space.kind === "array" && space.dimensions.length >= 2, "images have two axes");
  if (space.kind !== "array") return value(space);
  return value({
    ...space,
    dimensions: space.dimensions.map((extent, axis) =>
      axis < 2 && axis === (only ?? axis) ? add(extent, by) : extent,
    ),
  });
}

function strided(dimension: Dimension, stride: number): Dimension {
  const known = constantValue(dimension);
  return known === null ? divideBy(dimension, stride) : constant(Math.ceil(known / stride));
}

function value(space: Space): VariableType {
  return { kind: "value", space };
}

function image(height: Dimension, width: Dimension, channels: Dimension): VariableType {
  return value(arraySpace("real", [height, width, channels]));
}

function realOf(space: Space): Space {
  if (space.kind === "product") return { kind: "product", parts: space.parts.map(realOf) };
  return space.kind === "array" ? { ...space, element: "real" } : space;
}

function withChannels(inputs: readonly VariableType[], channels: Dimension): Space {
  const space = spaceAt(inputs, 0);
  const dimensions = dimensionsAt(inputs, 0, 1);
  return arraySpace(isComplex(space) ? "complex" : "real", [...dimensions.slice(0, -1), channels]);
}

/** An array space with other axes for one of its own. */
function restricted(space: Space, axes: readonly Dimension[], axis: number): Space {
  if (space.kind !== "array" || space.dimensions.length <= axis) {
    throw new ShapeFault(`${spaceText(space)} has no rows`);
  }
  return { ...space, dimensions: space.dimensions.toSpliced(axis, 1, ...axes) };
}
