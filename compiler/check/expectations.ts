import type { Expression } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import { isNumber, REAL, type Space, spaceText } from "../types/space.ts";
import { attempt, fitSpace, resolveSpace } from "../types/substitution.ts";
import { type Type, typeText, UNKNOWN } from "../types/type.ts";
import type { Typed } from "../types/typing.ts";
import { type Environment, report } from "./context.ts";
import { isUnknown, resolveType, sortOf, spaceOf, typing, withNote } from "./typed.ts";

/** Asks for a real number; what is none becomes unknown after the diagnostic. */
export function expectRealNumber(environment: Environment, expression: Expression<Typed>): Expression<Typed> {
  const { run } = environment;
  const type = resolveType(run, expression.note.type);
  if (isUnknown(type) || type.kind === "zero") return expression;
  if (
    type.kind === "value" &&
    attempt(run.substitution, () => fitSpace(run.substitution, type.space, REAL))
  ) {
    return expression;
  }
  report(
    environment,
    diagnose("IPX2015", expression.span, {
      wanted: "A real number",
      actual: describe(environment, type),
      hint:
        sortOf(run, type) === "array"
          ? "Numbers from arrays are `sum`, `mean`, `norm2`, `dot` and the like."
          : null,
    }),
  );
  return failed(expression);
}

/** Asks for a real number that is no truth value, which elsewhere counts as 0 or 1. */
export function expectSetting(environment: Environment, expression: Expression<Typed>): Expression<Typed> {
  const type = resolveType(environment.run, expression.note.type);
  const isTruth = type.kind === "value" && type.space.kind === "array" && type.space.element === "bool";
  if (!isTruth) return expectRealNumber(environment, expression);
  const args = { wanted: "A real number", actual: describe(environment, type), hint: null };
  report(environment, diagnose("IPX2015", expression.span, args));
  return failed(expression);
}

/** Asks for a condition. */
export function expectCondition(environment: Environment, expression: Expression<Typed>): Expression<Typed> {
  const type = resolveType(environment.run, expression.note.type);
  if (isUnknown(type)) return expression;
  if (
    type.kind === "value" &&
    type.space.kind === "array" &&
    type.space.element === "bool" &&
    isNumber(type.space)
  ) {
    return expression;
  }
  report(environment, diagnose("IPX2020", expression.span, { actual: describe(environment, type) }));
  return failed(expression);
}

/** Asks for a value, a number or an array; null after a diagnostic, or where it is unknown. */
export function expectValue(
  environment: Environment,
  expression: Expression<Typed>,
  wanted = "A value",
): Space | null {
  const { run } = environment;
  const type = resolveType(run, expression.note.type);
  if (isUnknown(type)) return null;
  const space = spaceOf(run, type);
  if (space !== null) return space;
  report(
    environment,
    diagnose("IPX2015", expression.span, { wanted, actual: describe(environment, type), hint: null }),
  );
  return null;
}

/** Whether a value can stand where a space is wanted; solves unknowns if so. */
export function fits(environment: Environment, type: Type, wanted: Space): boolean {
  if (type.kind === "unknown" || type.kind === "zero") return true;
  if (type.kind !== "value") return false;
  const { substitution } = environment.run;
  return attempt(substitution, () => fitSpace(substitution, type.space, wanted));
}

/** Whether all entries are known to be real, or were undecided and now are. */
export function isOrdered(environment: Environment, space: Space): boolean {
  const { substitution } = environment.run;
  const resolved = resolveSpace(substitution, space);
  switch (resolved.kind) {
    case "array":
      if (resolved.undecided !== undefined) {
        substitution.fields.set(resolved.undecided, { kind: "found", element: "real" });
        return true;
      }
      return resolved.element !== "complex";
    case "named":
      return resolved.field === "real" || resolved.name.startsWith("?");
    case "product":
      return resolved.parts.every((part) => isOrdered(environment, part));
  }
}

/** Asks for real entries, which have an order. */
export function expectOrder(
  environment: Environment,
  expression: Expression<Typed>,
  callee: string,
): boolean {
  const space = spaceOf(environment.run, expression.note.type);
  if (space === null || isOrdered(environment, space)) return true;
  reportNoOrder(environment, expression, space, callee);
  return false;
}

function reportNoOrder(
  environment: Environment,
  expression: Expression<Typed>,
  space: Space,
  callee: string,
): void {
  const isSpace = space.kind === "named";
  const found = isSpace ? environment.run.spaces.get(space.name) : undefined;
  const args = { callee, space: spaceText(space), isSpace };
  if (found === undefined) report(environment, diagnose("IPX2018", expression.span, args));
  else {
    const { span } = found;
    const edits = [{ span: { ...span, start: span.end }, newText: " in R" }];
    report(environment, diagnose("IPX2018", expression.span, args, { declared: span }, edits));
  }
}

/** A type in words for a message: `X`, `linear X -> Y`, `a number`. */
export function describe(environment: Environment, type: Type): string {
  return typeText(resolveType(environment.run, type));
}

/** The expression, of which nothing is known any more. */
export function failed(expression: Expression<Typed>): Expression<Typed> {
  return withNote(expression, typing(UNKNOWN, expression.note.level));
}
