import type { Expression, Statement } from "../ast/tree.ts";
import { partsOf } from "../ast/parts.ts";
import type { CheckedProgram } from "../check/program.ts";
import { expressionText } from "../check/expressionText.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { symbolOf } from "../library/calculus/analyse.ts";
import type { Span } from "../source/span.ts";
import type { Fact } from "../types/property.ts";
import type { Typed } from "../types/typing.ts";

interface PlacedStep {
  readonly span: Span;
  readonly value: number;
  readonly constant: string;
}

/** IPX7001: a step size given as a number that an operator of the declared norm makes diverge; `worst` is t L. */
export function inadmissibleStep(program: CheckedProgram, worst: number): Diagnostic | null {
  const placed = program.step?.body.statements.map(stepIn).find((found) => found !== null) ?? null;
  const bound = declaredNorm(program);
  if (placed === null || bound === null) return null;
  const lipschitz = roundedUp(worst / placed.value);
  return diagnose(
    "IPX7001",
    placed.span,
    {
      constant: placed.constant,
      bound: String(lipschitz),
      provenance: "declared",
      step: String(placed.value),
      limit: String(Number((Math.floor((2 / lipschitz) * 1e4) / 1e4).toPrecision(4))),
    },
    { bound: bound.evidence[0] ?? null },
  );
}

/** Three digits, never less than the bound itself. */
function roundedUp(bound: number): number {
  const unit = 10 ** (Math.floor(Math.log10(bound)) - 2);
  return Number((Math.ceil(bound / unit - 1e-9) * unit).toPrecision(3));
}

function declaredNorm(program: CheckedProgram): Fact | null {
  const symbols = [...program.givens, ...program.inputs].map((each) => symbolOf(each.declaration));
  const facts = symbols.flatMap((symbol) => symbol.typing.facts);
  return facts.find((fact) => fact.property === "norm" && fact.bound !== null) ?? null;
}

/** A number in front of a gradient, in an update. */
function stepIn(statement: Statement<Typed>): PlacedStep | null {
  return statement.kind === "update" ? search(statement.value) : null;
}

function search(expression: Expression<Typed>): PlacedStep | null {
  if (expression.kind === "product" && expression.left.kind === "number") {
    const gradient = gradientIn(expression.right);
    if (gradient !== null) {
      return { span: expression.left.span, value: expression.left.value, constant: `lip(${gradient})` };
    }
  }
  return partsOf(expression).reduce<PlacedStep | null>((found, part) => found ?? search(part), null);
}

function gradientIn(expression: Expression<Typed>): string | null {
  if (expression.kind === "gradient") return expressionText(expression);
  return expression.kind === "call" ? gradientIn(expression.callee) : null;
}
