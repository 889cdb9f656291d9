import { partsOf } from "../../ast/parts.ts";
import { statementsIn, valuesOf } from "../../ast/statements.ts";
import type { Expression, Statement } from "../../ast/tree.ts";
import { expressionText } from "../../check/expressionText.ts";
import type { CheckedProgram } from "../../check/program.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import type { GradientStep } from "../rules/smoothPart.ts";
import { type Scalar, substitute } from "../scalar/polynomial.ts";
import { simplified, type Unknowns } from "../scalar/unknowns.ts";
import type { Fact } from "../../types/property.ts";
import type { Typed } from "../../types/typing.ts";
import { isNumberType, symbolKey } from "../symbolic/context.ts";

type Tree = Expression<Typed>;

/** A step size in the program: the number in front of a gradient, and what it is measured against. */
interface PlacedStep {
  readonly expression: Tree;
  readonly constant: string;
}

/**
 * IPX7001: a step size that an operator of the declared norm, called `name`, makes diverge. `worst` is t L there.
 * The bound is rounded up and the limit down, so that both are safe as printed.
 */
export function inadmissibleStep(program: CheckedProgram, worst: number, name: string): Diagnostic | null {
  const placed = firstStep(program);
  if (placed === null) return null;
  const { constant } = placed;
  const expression = valueBehind(program, placed.expression);
  const fact = declaredNorm(program, name);
  const step = expression.kind === "number" ? String(expression.value) : expressionText(expression);
  const lipschitz = expression.kind === "number" ? roundedUp(worst / expression.value) : null;
  const limit = lipschitz === null ? null : Math.floor((2 / lipschitz) * 1e4) / 1e4;
  return diagnose(
    "IPX7001",
    expression.span,
    {
      constant,
      bound: lipschitz === null ? null : String(lipschitz),
      norm: `norm(${name})`,
      provenance: "declared",
      step,
      limit: limit === null ? null : String(Number(limit.toPrecision(4))),
    },
    { bound: fact?.evidence[0] ?? null },
  );
}

/** What a `let` or a `learn` gives a step size at first; the step size itself, where it is written out or given. */
function valueBehind(program: CheckedProgram, expression: Tree): Tree {
  if (expression.kind !== "name" || expression.reference.kind !== "symbol") return expression;
  const { symbol } = expression.reference;
  const inStep = program.step === null ? [] : statementsIn(program.step.body);
  const declared = [...program.bindings, ...program.learnables, ...inStep].find(
    (each) => (each.kind === "let" || each.kind === "learn") && symbolOf(each.declaration) === symbol,
  );
  return declared?.kind === "let" || declared?.kind === "learn"
    ? valueBehind(program, declared.initial)
    : expression;
}

/** The least number with three digits that is not smaller. */
function roundedUp(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(3));
}

function declaredNorm(program: CheckedProgram, name: string): Fact | null {
  const declared = [...program.givens, ...program.inputs].find((each) => each.name.name === name);
  const facts = declared === undefined ? [] : symbolOf(declared.declaration).typing.facts;
  return facts.find(({ property, bound }) => property === "norm" && bound !== null) ?? null;
}

/** The first number in front of a gradient, or of an adjoint, in the step, and the constant of all of them together. */
function firstStep(program: CheckedProgram): PlacedStep | null {
  const statements = program.step === null ? [] : statementsIn(program.step.body);
  const values = statements.flatMap((statement: Statement<Typed>) =>
    statement.kind === "update" || statement.kind === "let" ? valuesOf(statement) : [],
  );
  const found = values.flatMap(search);
  const [first] = found;
  return first === undefined
    ? null
    : { expression: first.expression, constant: constantText(found.flatMap(({ constants }) => constants)) };
}

interface Found {
  readonly expression: Tree;
  readonly constants: readonly Constant[];
}

function search(expression: Tree): readonly Found[] {
  if (expression.kind === "product") {
    const divides = expression.operator === "/";
    const [by, of] = divides ? [expression.right, expression.left] : [expression.left, expression.right];
    const constants = isNumberType(by.note.type) ? constantsOf(of) : null;
    if (constants !== null && !divides) return [{ expression: by, constants }];
    if (isNumberType(by.note.type)) return search(of);
    const inner = constantsOf(expression);
    const number = inner === null ? null : leadingNumber(expression.left);
    if (inner !== null && number !== null) return [{ expression: number, constants: inner }];
  }
  return partsOf(expression).flatMap(search);
}

/** `t` of `t*A'`, which is how t*A'*(A*x - y) is read. */
function leadingNumber(expression: Tree): Tree | null {
  if (expression.kind !== "product") return null;
  return isNumberType(expression.left.note.type) ? expression.left : leadingNumber(expression.left);
}

/** The function of a gradient, or the operator of an adjoint: what the constant is of. */
interface Constant {
  readonly kind: "lip" | "norm";
  readonly of: string;
}

/** What the constants of a gradient, of what an adjoint gives, and of sums of these are of; null for anything else. */
function constantsOf(expression: Tree): readonly Constant[] | null {
  if (expression.kind === "sum") {
    const [left, right] = [constantsOf(expression.left), constantsOf(expression.right)];
    return left === null || right === null ? null : [...left, ...right];
  }
  if (expression.kind === "call" && expression.callee.kind === "gradient") {
    return [{ kind: "lip", of: expressionText(expression.callee.of) }];
  }
  if (expression.kind !== "product" || expression.product !== "apply") return null;
  const operator = adjointIn(expression.left);
  return operator === null ? null : [{ kind: "norm", of: operator }];
}

/** `lip(grad f)`, `norm(A)^2`, `lip(grad (f + g))`, or the sum of such. */
function constantText(constants: readonly Constant[]): string {
  const smooth = constants.flatMap(({ kind, of }) => (kind === "lip" ? [of] : []));
  const squares = constants.flatMap(({ kind, of }) => (kind === "norm" ? [`norm(${of})^2`] : []));
  const [only, ...others] = smooth;
  const lips =
    only === undefined ? [] : [`lip(grad ${others.length === 0 ? only : `(${smooth.join(" + ")})`})`];
  const terms = [...lips, ...squares];
  return terms.length === 1 ? terms.join("") : `(${terms.join(" + ")})`;
}

function adjointIn(operator: Tree): string | null {
  if (operator.kind === "adjoint") return expressionText(operator.operand);
  if (operator.kind !== "product") return null;
  return adjointIn(operator.product === "compose" ? operator.left : operator.right);
}

/** IPX7103: t L is a multiple of norm(A), at the start of what is learned, so that the step is over the norm where its square is meant. */
export function normForItsSquare(
  program: CheckedProgram,
  unknowns: Unknowns,
  found: GradientStep,
): Diagnostic | null {
  const [term, ...others] = [...atStart(program, unknowns, found.lipschitz).terms.values()];
  const [power, ...rest] = [...(term?.powers ?? [])];
  if (power === undefined || others.length > 0 || rest.length > 0 || power[1] !== 1) return null;
  const label = unknowns.get(power[0])?.label ?? "";
  if (!label.startsWith("norm(")) return null;
  const place = quotientsIn(program).find(({ right }) => expressionText(right) === label);
  if (place === undefined) return null;
  const { right } = place;
  const end = { ...right.span, start: right.span.end };
  return diagnose("IPX7103", place.span, { norm: label }, {}, [{ span: end, newText: "^2" }]);
}

/** A number with what is learned at its start. */
function atStart(program: CheckedProgram, unknowns: Unknowns, value: Scalar): Scalar {
  const started = program.learnables.reduce((inner, { declaration }) => {
    const key = symbolKey(symbolOf(declaration));
    const start = unknowns.get(key)?.witness ?? null;
    return start === null ? inner : substitute(inner, key, start);
  }, value);
  return simplified(unknowns, started);
}

type Product = Extract<Tree, { kind: "product" }>;

function quotientsIn(program: CheckedProgram): readonly Product[] {
  const inStep = program.step === null ? [] : statementsIn(program.step.body).flatMap(valuesOf);
  const starts = [...program.learnables, ...program.states].map(({ initial }) => initial);
  const lets = program.bindings.flatMap((binding) => (binding.kind === "let" ? [binding.initial] : []));
  return [...inStep, ...starts, ...lets].flatMap(quotients);
}

function quotients(expression: Tree): readonly Product[] {
  const inside = partsOf(expression).flatMap(quotients);
  return expression.kind === "product" && expression.operator === "/" ? [expression, ...inside] : inside;
}
