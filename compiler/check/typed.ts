import type { Expression } from "../ast/tree.ts";
import { type Interval, REALS } from "../types/interval.ts";
import type { Fact } from "../types/property.ts";
import { isNumber, isReal, REAL, type Space } from "../types/space.ts";
import { resolveSpace } from "../types/substitution.ts";
import { type Type, UNKNOWN, valueType } from "../types/type.ts";
import type { Level, Typed, Typing } from "../types/typing.ts";
import type { Run } from "./context.ts";

/** The note of an expression. */
export function typing(
  type: Type,
  level: Level,
  interval: Interval | null = null,
  facts: readonly Fact[] = [],
): Typing {
  return { type, level, interval, facts };
}

/** The note of a value; an order, and so an interval, has only what is real. */
export function valueTyping(
  space: Space,
  level: Level,
  interval: Interval | null = REALS,
  facts: readonly Fact[] = [],
): Typing {
  return { type: valueType(space), level, interval: isReal(space) ? interval : null, facts };
}

/** The note of what failed. */
export function unknownTyping(level: Level = 0): Typing {
  return { type: UNKNOWN, level, interval: null, facts: [] };
}

/** What a type is to a sum or a product. */
export type Sort = "number" | "array" | "zero" | "operator" | "function" | "unknown" | "other";

/** The sort of a type, with everything that is known put in. */
export function sortOf(run: Run, type: Type): Sort {
  switch (type.kind) {
    case "value":
      return isNumber(resolveSpace(run.substitution, type.space)) ? "number" : "array";
    case "zero":
    case "operator":
    case "function":
    case "unknown":
      return type.kind;
    default:
      return "other";
  }
}

/** A type with everything that is known put in. */
export function resolveType(run: Run, type: Type): Type {
  const resolve = (space: Space): Space => resolveSpace(run.substitution, space);
  switch (type.kind) {
    case "value":
      return valueType(resolve(type.space));
    case "operator":
      return { kind: "operator", domain: resolve(type.domain), codomain: resolve(type.codomain) };
    case "function":
      return {
        kind: "function",
        parameters: type.parameters.map(resolve),
        result: resolve(type.result),
        ...(type.higher === undefined ? {} : { higher: type.higher.map((entry) => resolveType(run, entry)) }),
      };
    case "set":
    case "distribution":
      return { kind: type.kind, space: type.space === null ? null : resolve(type.space) };
    case "layer":
      return {
        kind: "layer",
        ...(type.domain === undefined ? {} : { domain: resolve(type.domain) }),
        ...(type.codomain === undefined ? {} : { codomain: resolve(type.codomain) }),
      };
    default:
      return type;
  }
}

/** The space of a value; a literal 0 is a number where nothing else is asked for. Null for all other types. */
export function spaceOf(run: Run, type: Type): Space | null {
  if (type.kind === "zero") return REAL;
  return type.kind === "value" ? resolveSpace(run.substitution, type.space) : null;
}

/** Whether a type failed, and so causes no further error. */
export function isUnknown(type: Type): boolean {
  return type.kind === "unknown";
}

/** An expression with another note. */
export function withNote(expression: Expression<Typed>, note: Typing): Expression<Typed> {
  return { ...expression, note };
}

/** The interval of an expression, all real numbers where none is known. */
export function intervalOf(expression: Expression<Typed>): Interval {
  return expression.note.interval ?? REALS;
}
