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
import { announceLater } from "./later.ts";
import { requireIndex } from "./rules/requirements.ts";
import { largestIndex } from "./rules/indexRange.ts";
import { intervalOf, resolveType, typing, unknownTyping } from "./typed.ts";

/** `A[i]`, `y[i]`, `A[J]`: rows, the first axis restricted; `y[i, j]` is `y[i][j]`. */
export function checkIndex(
  environment: Environment,
  expression: Extract<Expression, { kind: "index" }>,
): Expression<Typed> {
  const operand = checkExpression(environment, expression.operand);
  const indices = expression.indices.map((index) => checkExpression(environment, index));
  const level = latest(operand.note.level, ...indices.map((index) => index.note.level));
  const failed = { ...expression, operand, indices, note: unknownTyping(level) };
  const set = indices.slice(0, -1).find((index) => isIndexSet(environment, index));
  if (set !== undefined) {
    announceLater(environment, "indices", "indices of further axes behind an index set", set.span);
    return failed;
  }
  let restricted = operand;
  for (const index of indices) {
    const type = resolveType(environment.run, restricted.note.type);
    const part = type.kind === "unknown" ? null : restrictedType(environment, restricted, index);
    if (part === null) return failed;
    const through = latest(restricted.note.level, index.note.level);
    const note = typing(part, through, type.kind === "value" ? restricted.note.interval : null);
    restricted = { ...expression, operand: restricted, indices: [index], note };
  }
  return restricted;
}

/** Whether an index has an axis of its own, so that it picks several rows. */
function isIndexSet(environment: Environment, index: Expression<Typed>): boolean {
  const type = resolveType(environment.run, index.note.type);
  if (type.kind !== "value") return false;
  const space = resolveSpace(environment.run.substitution, type.space);
  return space.kind === "array" && space.dimensions.length > 0;
}

/** The type of the rows of an operand at an index or a set of them; null after a diagnostic. */
export function restrictedType(
  environment: Environment,
  operand: Expression<Typed>,
  index: Expression<Typed>,
): Type | null {
  const type = resolveType(environment.run, operand.note.type);
  const axes = firstAxis(type);
  if (axes === null) {
    report(environment, diagnose("IPX2022", operand.span, { actual: describe(environment, type) }));
    return null;
  }
  const count = indexCount(environment, index);
  if (count === null || !checkRange(environment, operand, index, axes.first)) return null;
  return axes.restricted(count);
}

interface FirstAxis {
  readonly first: Dimension;
  /** the type after the first axis is replaced by `count` axes */
  readonly restricted: (count: readonly Dimension[]) => Type;
}

function firstAxis(type: Type): FirstAxis | null {
  if (type.kind === "value") {
    const restricted = restrict(type.space);
    return restricted && { first: restricted.first, restricted: (count) => valueType(restricted.to(count)) };
  }
  if (type.kind !== "operator") return null;
  const restricted = restrict(type.codomain);
  return (
    restricted && {
      first: restricted.first,
      restricted: (count) => ({ kind: "operator", domain: type.domain, codomain: restricted.to(count) }),
    }
  );
}

function restrict(
  space: Space,
): { readonly first: Dimension; readonly to: (count: readonly Dimension[]) => Space } | null {
  if (space.kind !== "array") return null;
  const [first, ...others] = space.dimensions;
  if (first === undefined || restName(first) !== null) return null;
  return { first, to: (count) => ({ ...space, dimensions: [...count, ...others] }) };
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
