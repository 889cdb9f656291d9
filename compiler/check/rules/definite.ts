import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { isWithin, NONNEGATIVE, POSITIVE } from "../../types/interval.ts";
import type { Typed } from "../../types/typing.ts";
import { type Environment, type Knowledge, report } from "../context.ts";
import { expressionText } from "../expressionText.ts";
import { adjointText } from "../hints.ts";

/** What is known of the sign of an operator, by the rules of the reference, section 4. */
export type Definiteness = "definite" | "positive" | "unknown";

/** Asks for a definite operator. */
export function checkDefinite(environment: Environment, operator: Expression<Typed>): boolean {
  const sign = definiteness(environment.run.knowledge, operator);
  if (sign === "definite") return true;
  const positive = sign === "positive" ? expressionText(operator) : null;
  const end = { ...operator.span, start: operator.span.end };
  const edits = positive === null ? [] : [{ span: end, newText: " + 1e-6*I" }];
  report(environment, diagnose("IPX3104", operator.span, { positive }, {}, edits));
  return false;
}

/** Positive: `c*I`, `B'*B`, `B'*P*B`, sums, `diag(v)`, `mask(m)`. Definite: with a summand that is. */
export function definiteness(knowledge: Knowledge, operator: Expression<Typed>): Definiteness {
  switch (operator.kind) {
    case "name":
      return definitenessOfName(knowledge, operator);
    case "sum": {
      if (operator.operator !== "+") return "unknown";
      const left = definiteness(knowledge, operator.left);
      const right = definiteness(knowledge, operator.right);
      if (left === "unknown" || right === "unknown") return "unknown";
      return left === "definite" || right === "definite" ? "definite" : "positive";
    }
    case "product":
      return definitenessOfFactors(knowledge, factorsOf(operator));
    case "call":
      return definitenessOfCall(operator);
    case "adjoint":
      return definiteness(knowledge, operator.operand);
    default:
      return "unknown";
  }
}

function definitenessOfName(
  knowledge: Knowledge,
  operator: Extract<Expression<Typed>, { kind: "name" }>,
): Definiteness {
  const { reference } = operator;
  if (reference.kind === "library") return reference.name === "I" ? "definite" : "unknown";
  if (reference.kind !== "symbol") return "unknown";
  const definition = knowledge.definitions.get(reference.symbol);
  if (definition?.kind === "let") return definiteness(knowledge, definition.initial);
  return operator.note.facts.some(({ property }) => property === "positive") ? "positive" : "unknown";
}

function definitenessOfCall(operator: Extract<Expression<Typed>, { kind: "call" }>): Definiteness {
  const { call } = operator;
  if (call.kind === "derivative")
    return operator.note.facts.some(({ property }) => property === "positive") ? "positive" : "unknown";
  if (call.kind !== "library" || (call.name !== "diag" && call.name !== "mask")) return "unknown";
  const interval = call.arguments[0]?.note.interval ?? null;
  if (interval !== null && isWithin(interval, POSITIVE)) return "definite";
  const nonnegative = call.name === "mask" || (interval !== null && isWithin(interval, NONNEGATIVE));
  return nonnegative ? "positive" : "unknown";
}

/** The factors of a product of numbers and operators, in order. */
interface Factors {
  readonly scale: Definiteness;
  readonly operators: readonly Expression<Typed>[];
}

function factorsOf(expression: Expression<Typed>): Factors {
  if (expression.kind !== "product") return { scale: "definite", operators: [expression] };
  if (expression.product === "compose") {
    const left = factorsOf(expression.left);
    const right = factorsOf(expression.right);
    return { scale: weaker(left.scale, right.scale), operators: [...left.operators, ...right.operators] };
  }
  if (expression.product !== "scaleOperator") return { scale: "definite", operators: [expression] };
  const divides = expression.operator === "/";
  const [number, of] = divides ? [expression.right, expression.left] : [expression.left, expression.right];
  const inner = factorsOf(of);
  return { ...inner, scale: weaker(inner.scale, signOf(number, divides)) };
}

function signOf(number: Expression<Typed>, divides: boolean): Definiteness {
  const interval = number.note.interval;
  if (interval !== null && isWithin(interval, POSITIVE)) return "definite";
  return !divides && interval !== null && isWithin(interval, NONNEGATIVE) ? "positive" : "unknown";
}

function weaker(a: Definiteness, b: Definiteness): Definiteness {
  if (a === "unknown" || b === "unknown") return "unknown";
  return a === "positive" || b === "positive" ? "positive" : "definite";
}

/** B' ... B around a positive middle, or a single operator. */
function definitenessOfFactors(knowledge: Knowledge, { scale, operators }: Factors): Definiteness {
  const [first] = operators;
  const last = operators[operators.length - 1];
  if (first === undefined || last === undefined || scale === "unknown") return "unknown";
  if (operators.length === 1) return weaker(scale, single(knowledge, first));
  if (!isAdjointOf(first, last)) return "unknown";
  const middle = operators.slice(1, -1);
  if (middle.length === 0) return "positive";
  return definitenessOfFactors(knowledge, { scale, operators: middle }) === "unknown"
    ? "unknown"
    : "positive";
}

function single(knowledge: Knowledge, operator: Expression<Typed>): Definiteness {
  return operator.kind === "product" ? "unknown" : definiteness(knowledge, operator);
}

function isAdjointOf(a: Expression<Typed>, b: Expression<Typed>): boolean {
  return adjointText(b) === expressionText(a) || adjointText(a) === expressionText(b);
}
