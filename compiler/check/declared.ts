import type { Expression, Identifier } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Span } from "../source/span.ts";
import { isComplex, isNumber, isReal, type Space, spaceText } from "../types/space.ts";
import { attempt, unifySpaces } from "../types/substitution.ts";
import { type Type, typeText } from "../types/type.ts";
import type { Typed } from "../types/typing.ts";
import { suits } from "./calls/functions.ts";
import { type Environment, report } from "./context.ts";
import { describe, failed, fits } from "./expectations.ts";
import { expressionText, operandOf, within } from "./expressionText.ts";
import { embedRealDomain } from "./realDomain.ts";
import { isUnknown, resolveType } from "./typed.ts";
import { findExpression } from "./walk.ts";

/** A name with the type that was declared for it. */
export interface DeclaredName {
  readonly name: Identifier;
  readonly type: Type;
  /** whether a number fills an array: only where a typed name gets its first value */
  readonly fills: boolean;
}

/** Asks for a value of the declared type; what is none becomes unknown after the diagnostic. */
export function expectDeclared(
  environment: Environment,
  declared: DeclaredName,
  value: Expression<Typed>,
): Expression<Typed> {
  const actual = resolveType(environment.run, value.note.type);
  const wanted = resolveType(environment.run, declared.type);
  if (isUnknown(actual) || isUnknown(wanted)) return value;
  if (suits(environment, actual, wanted)) return value;
  if (declared.fills && filled(actual, wanted)) return value;
  if (actual.kind === "operator" && wanted.kind === "operator") {
    const embedded = embedRealDomain(environment, value, actual, wanted);
    if (embedded !== null) return embedded;
  }
  reportDeclared(environment, declared, value, actual, wanted);
  return failed(value);
}

/** A number as the first value of an array: of its field, entry by entry. */
function filled(actual: Type, wanted: Type): boolean {
  if (actual.kind !== "value" || wanted.kind !== "value" || !isNumber(actual.space)) return false;
  if (wanted.space.kind === "product") return isReal(actual.space);
  if (isComplex(actual.space)) return isComplex(wanted.space);
  return isReal(actual.space);
}

function reportDeclared(
  environment: Environment,
  declared: DeclaredName,
  value: Expression<Typed>,
  actual: Type,
  wanted: Type,
): void {
  const { name } = declared;
  if (
    actual.kind === "value" &&
    wanted.kind === "value" &&
    isComplexForReal(environment, actual.space, wanted.space)
  ) {
    reportComplex(environment, name.name, name.span, value, actual.space, wanted.space);
    return;
  }
  const args = {
    name: name.name,
    declared: typeText(wanted),
    actual: describe(environment, actual),
    hint: mismatchHint(environment, value, actual, wanted),
  };
  report(environment, diagnose("IPX2007", value.span, args, { declared: name.span }));
}

function mismatchHint(
  environment: Environment,
  value: Expression<Typed>,
  actual: Type,
  wanted: Type,
): string | null {
  if (actual.kind === "operator" && wanted.kind === "operator") {
    const { substitution } = environment.run;
    const turned = attempt(
      substitution,
      () =>
        unifySpaces(substitution, actual.domain, wanted.codomain) &&
        unifySpaces(substitution, actual.codomain, wanted.domain),
    );
    return turned ? `Its adjoint has the declared type: \`${within(value, operandOf.call)}'\`.` : null;
  }
  if (actual.kind === "value" && wanted.kind === "value" && isNumber(actual.space)) {
    return `Only a first value fills an array. Here write \`${within(value, operandOf.product)}*ones\`.`;
  }
  return null;
}

/** Whether the two differ in the field only: complex where real is wanted. */
function isComplexForReal(environment: Environment, actual: Space, wanted: Space): boolean {
  if (actual.kind !== "array" || wanted.kind !== "array" || actual.element !== "complex") return false;
  if (wanted.element === "complex") return false;
  const complex: Space = { ...wanted, element: "complex" };
  return fits(environment, { kind: "value", space: actual }, complex);
}

/** Reports a complex value where a real one is wanted, with the operator that made it complex. */
function reportComplex(
  environment: Environment,
  name: string | null,
  nameSpan: Span | null,
  value: Expression<Typed>,
  actual: Space,
  wanted: Space,
): void {
  const part = complexPart(value);
  const args = {
    name,
    wanted: spaceText(wanted),
    actual: spaceText(actual),
    expression: part === null ? expressionText(value) : partText(part),
    declaration: part === null ? null : realDeclaration(environment, part, wanted),
  };
  report(environment, diagnose("IPX2006", value.span, args, { wanted: nameSpan }));
}

/** The product with an operator that makes a value complex. */
function complexPart(value: Expression<Typed>): Extract<Expression<Typed>, { kind: "product" }> | null {
  const found = findExpression(value, (part) => part.kind === "product" && part.product === "apply");
  return found?.kind === "product" ? found : null;
}

function partText(part: Extract<Expression<Typed>, { kind: "product" }>): string {
  const argument = part.right.kind === "name" ? part.right.name : "r";
  return `${within(part.left, operandOf.product)}*${argument}`;
}

/** The declaration that would make an operator one of real arrays: with `A'` in the product, that of `A`. */
function realDeclaration(
  environment: Environment,
  part: Extract<Expression<Typed>, { kind: "product" }>,
  wanted: Space,
): string | null {
  const name = findExpression(part.left, (inner) => inner.kind === "name");
  if (name?.kind !== "name" || name.reference.kind !== "symbol") return null;
  const definition = environment.run.knowledge.definitions.get(name.reference.symbol);
  const type = resolveType(environment.run, name.note.type);
  if (definition?.kind !== "let" || type.kind !== "operator" || definition.type !== null) return null;
  if (!isComplexForReal(environment, type.domain, wanted)) return null;
  const declared = `linear ${spaceText(wanted)} -> ${spaceText(type.codomain)}`;
  return `let ${name.name} : ${declared} = ${expressionText(definition.initial)}`;
}
