import type { Expression } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import {
  add,
  constant,
  constantValue,
  type Dimension,
  leastValue,
  subtract,
  text,
} from "../types/dimension.ts";
import { intervalText, REALS } from "../types/interval.ts";
import type { Space } from "../types/space.ts";
import { resolveSpace, restName } from "../types/substitution.ts";
import { type Type, valueType } from "../types/type.ts";
import type { Typed } from "../types/typing.ts";
import { type Environment, latest, report } from "./context.ts";
import { describe } from "./expectations.ts";
import { checkExpression } from "./expression.ts";
import { expressionText } from "./expressionText.ts";
import { requireIndex } from "./rules/requirements.ts";
import { largestIndex } from "./rules/indexRange.ts";
import { intervalOf, resolveType, typing, unknownTyping } from "./typed.ts";

/** `A[i]`, `y[i]`, `A[J]`: rows, the first axis restricted; `y[i, j]`, `y[J, i]`: the first axes, one after the other. */
export function checkIndex(
  environment: Environment,
  expression: Extract<Expression, { kind: "index" }>,
): Expression<Typed> {
  const operand = checkExpression(environment, expression.operand);
  const indices = expression.indices.map((index) => checkExpression(environment, index));
  const level = latest(operand.note.level, ...indices.map((index) => index.note.level));
  const part = restrictedType(environment, operand, indices);
  if (part === null) return { ...expression, operand, indices, note: unknownTyping(level) };
  const isValue = operand.note.type.kind === "value";
  return {
    ...expression,
    operand,
    indices,
    note: typing(part, level, isValue ? operand.note.interval : null),
  };
}

/**
 * The type of the part of an operand at indices, each a number or a set of them: a number takes the first axis that is
 * left, a set restricts it. Null where a type is not known, or after a diagnostic.
 */
export function restrictedType(
  environment: Environment,
  operand: Expression<Typed>,
  indices: readonly Expression<Typed>[],
): Type | null {
  let type = resolveType(environment.run, operand.note.type);
  let place = 0;
  for (const index of indices) {
    if (type.kind === "unknown") return null;
    const axis = axisOf(type, place);
    if (axis === null) {
      report(environment, diagnose("IPX2022", operand.span, { actual: describe(environment, type) }));
      return null;
    }
    const count = indexCount(environment, index);
    if (count === null || !checkRange(environment, operand, index, axis.extent)) return null;
    type = axis.restricted(count);
    place += count.length;
  }
  return type;
}

interface Axis {
  readonly extent: Dimension;
  /** the type after the axis is replaced by `count` axes */
  readonly restricted: (count: readonly Dimension[]) => Type;
}

function axisOf(type: Type, place: number): Axis | null {
  if (type.kind === "value") {
    const axis = axisOfSpace(type.space, place);
    return axis && { extent: axis.extent, restricted: (count) => valueType(axis.to(count)) };
  }
  if (type.kind !== "operator") return null;
  const axis = axisOfSpace(type.codomain, place);
  return (
    axis && {
      extent: axis.extent,
      restricted: (count) => ({ kind: "operator", domain: type.domain, codomain: axis.to(count) }),
    }
  );
}

function axisOfSpace(
  space: Space,
  place: number,
): { readonly extent: Dimension; readonly to: (count: readonly Dimension[]) => Space } | null {
  if (space.kind !== "array") return null;
  const extent = space.dimensions[place];
  if (extent === undefined || restName(extent) !== null) return null;
  return {
    extent,
    to: (count) => ({ ...space, dimensions: space.dimensions.toSpliced(place, 1, ...count) }),
  };
}

/** The axes that an index leaves: none for a number, one for a set; null after a diagnostic. */
function indexCount(environment: Environment, index: Expression<Typed>): readonly Dimension[] | null {
  const type = resolveType(environment.run, index.note.type);
  if (type.kind === "unknown") return null;
  if (type.kind === "zero") return [];
  if (type.kind === "value") {
    const space = resolveSpace(environment.run.substitution, type.space);
    if (space.kind === "array" && space.element === "int" && space.dimensions.length <= 1)
      return space.dimensions;
  }
  const args = {
    wanted: "An index",
    actual: describe(environment, type),
    hint: "Indices are whole numbers, from 0.",
  };
  report(environment, diagnose("IPX2015", index.span, args));
  return null;
}

/** Whether an index surely lies in its range, or does so for suitable sizes; reports where it may not. */
export function checkRange(
  environment: Environment,
  operand: Expression<Typed>,
  index: Expression<Typed>,
  size: Dimension,
): boolean {
  const interval = intervalOf(index);
  const last = subtract(size, constant(1));
  const largest = largestIndex(environment.run.knowledge, index);
  const difference = largest === null ? null : subtract(last, largest);
  const room = difference === null ? null : constantValue(difference);
  if (interval.low >= 0 && largest !== null && difference !== null) {
    if (leastValue(difference) >= 0) return true;
    if (room === null && index.note.level === 0 && requireIndex(environment, index, largest, last))
      return true;
  }
  const known = largest !== null && (room === null ? index.note.level === 0 : room < 0);
  const actual = known
    ? `may be ${text(largest)}`
    : interval.low < 0 && !Object.is(interval, REALS)
      ? `is in ${intervalText(interval)}`
      : "has no upper bound";
  const hint = known ? null : `Write \`mod(${expressionText(index)}, ${text(add(last, constant(1)))})\`.`;
  report(
    environment,
    diagnose("IPX3201", index.span, { actual, last: text(last), hint }, { operand: operand.span }),
  );
  return false;
}
