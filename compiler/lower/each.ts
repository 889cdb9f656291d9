import type { Block, Variable } from "../ir/block.ts";
import { parameter, type IrBuilder } from "../ir/build.ts";
import { freeVariables, substitute } from "../ir/variables.ts";
import type { Span } from "../source/span.ts";
import { constant, type Dimension } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import { Limitation } from "./limitation.ts";
import { spaceOfVariable } from "./values.ts";

/** Where `each` is written, and a value that has the samples of the batch there; null where no value is known to. */
export interface EachPlace {
  readonly span: Span;
  readonly sampled: Variable | null;
}

/**
 * A function on each slice of its arguments along their last axis, whose results are joined on a new last axis. Slices
 * become samples, so that the function is computed once, on all of them; what it reads of a sample is there for each of
 * its slices.
 */
export function onEachSlice(
  builder: IrBuilder,
  points: readonly Variable[],
  { span, sampled }: EachPlace,
  of: (inner: IrBuilder, slices: readonly Variable[]) => Variable,
): Variable {
  const parameters = points.map((point) => parameter(point.name, sliceOf(point), false));
  const block = builder.block(parameters, (inner, slices) => [of(inner, slices)]);
  const captured = freeVariables(block).filter((variable) => isNoConstant(builder, variable));
  if (captured.some(({ type, shared }) => type.kind !== "value" && !shared)) {
    throw new Limitation("`each` of what reads an operator of each sample", span);
  }
  const values = captured.filter(({ type }) => type.kind === "value");
  const [first] = points;
  if (first === undefined) throw new Error("a function of no arguments on each slice");
  const like = samplesOf(builder, [...points, ...values], sampled) ?? first;
  const count = lastOf(first);
  const repeated = new Map(values.map((value) => [value, builder.repeatSlices(value, count, like)]));
  return inlined(builder, substitute(block, repeated), points, count, like);
}

function inlined(
  builder: IrBuilder,
  block: Block,
  points: readonly Variable[],
  count: Dimension,
  like: Variable,
): Variable {
  const [result] = builder.inline(
    block,
    points.map((point) => builder.slices(point, like)),
  );
  if (result === undefined) throw new Error("a function without a result");
  return builder.joinSlices(result, count, like);
}

/** A value with the samples of the batch, if some of the values differ from sample to sample; else null. */
function samplesOf(
  builder: IrBuilder,
  values: readonly Variable[],
  sampled: Variable | null,
): Variable | null {
  const own = values.filter(({ shared }) => !shared);
  if (own.length === 0) return null;
  return sampled ?? builder.product(own);
}

function isNoConstant(builder: IrBuilder, variable: Variable): boolean {
  const operation = builder.definition(variable)?.operation;
  return operation !== "constant" && operation !== "size";
}

function dimensionsOf(point: Variable): readonly Dimension[] {
  const space = spaceOfVariable(point);
  if (space.kind !== "array" || space.dimensions.length === 0) throw new Error(`${point.name} has no slices`);
  return space.dimensions;
}

function lastOf(point: Variable): Dimension {
  return dimensionsOf(point).at(-1) ?? constant(1);
}

function sliceOf(point: Variable): Space {
  const space = spaceOfVariable(point);
  return space.kind === "array" ? { ...space, dimensions: dimensionsOf(point).slice(0, -1) } : space;
}
