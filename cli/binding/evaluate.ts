import { sameSpace } from "../../runtime/arrays/layout.ts";
import type { Expression, Parsed, ProductExpression, SumExpression } from "../../compiler/ast/tree.ts";
import { nearest } from "../../compiler/diagnostics/suggestion.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { ShapeError } from "../../runtime/arrays/shapeError.ts";
import { type Space, spaceOf, type Value } from "../../runtime/arrays/value.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { spaceText } from "../../runtime/operators/spaces.ts";
import { Failure } from "../failure.ts";
import { locatedNow } from "../report.ts";
import { bareOperator, evaluateCall, LIBRARY_WORDS } from "./call.ts";
import {
  adjointDraft,
  composedDraft,
  merged,
  type OperatorDraft,
  scaledDraft,
  spacesOfItself,
  sumDraft,
} from "./draft.ts";
import { fault, outOfPlace } from "./faults.ts";
import type { FileArrays } from "./readFiles.ts";
import type { GivenMaps } from "./trainedCall.ts";
import { KIND_WORDS, numberThing, type Thing, valueOf } from "./thing.ts";

/** What an expression may use: the engine, the names that are bound, the files that were read. */
export interface Scope {
  readonly operations: Operations;
  readonly names: ReadonlyMap<string, Thing>;
  readonly files: FileArrays;
  /** the maps of trained programs, where expressions may name them */
  readonly maps?: GivenMaps;
  /** operators that were realised before for the same place, where an expression is evaluated again and again */
  readonly realised?: Map<Expression, Operator>;
}

type Node<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;
type Rules = { readonly [K in Expression["kind"]]: (scope: Scope, node: Node<K>) => Thing };

/** What each kind of expression stands for in a binding. */
const RULES: Rules = {
  number: (_scope, { value }) => numberThing(value),
  infinity: () => numberThing(Number.POSITIVE_INFINITY),
  truth: (_scope, { value }) => ({ kind: "truth", value }),
  string: (_scope, { span }) => {
    throw fault(
      span,
      "A file is read by `array`, `image`, `matrix` or `sparse`",
      'Write, for example, `array("y.npy")`.',
    );
  },
  name: evaluateName,
  negate: (scope, { operand, span }) => negated(scope, operand, span),
  sum: evaluateSum,
  product: evaluateProduct,
  power: (scope, { base, exponent, operator, span }) => {
    const [a, b] = [evaluate(scope, base), evaluate(scope, exponent)];
    if (a.kind === "number" && b.kind === "number") return numberThing(a.value ** b.value);
    if (operator === "^")
      throw fault(span, `${capital(KIND_WORDS[a.kind])} has no power`, "Entry by entry write `.^`.");
    return entrywise(scope, "a^b", base, exponent);
  },
  adjoint: (scope, { operand, span }) => {
    const of = evaluate(scope, operand);
    if (of.kind === "operator") return operatorThing(adjointDraft(span, of.draft));
    throw fault(span, `\`'\` is for operators; this is ${KIND_WORDS[of.kind]}`);
  },
  tuple: (scope, { entries }) => ({
    kind: "list",
    values: entries.map((entry) => {
      const thing = evaluate(scope, entry);
      if (thing.kind === "number") return thing.value;
      throw fault(entry.span, "A list in a binding holds numbers");
    }),
  }),
  call: (scope, node) => evaluateCall(scope, node, evaluate),
  comparison: (scope, { left, right, operator, span }) => {
    const text = COMPARISONS.get(operator);
    const [a, b] = [evaluate(scope, left), evaluate(scope, right)];
    if (text === undefined || !operator.startsWith(".")) {
      if (a.kind === "number" && b.kind === "number")
        return { kind: "truth", value: compare(operator, a.value, b.value) };
      throw fault(span, "Arrays are compared entry by entry", `Write \`.${operator}\`.`);
    }
    return entrywise(scope, text, left, right);
  },
  conditional: (scope, { condition, consequent, alternative }) => {
    const decided = evaluate(scope, condition);
    if (decided.kind !== "truth") throw fault(condition.span, "A condition in a binding compares numbers");
    return evaluate(scope, decided.value ? consequent : alternative);
  },
  logical: (_scope, { span, operator }) => {
    throw outOfPlace(span, `\`${operator}\``);
  },
  not: (_scope, { span }) => {
    throw outOfPlace(span, "`not`");
  },
  old: (_scope, { span }) => {
    throw outOfPlace(span, "`old`");
  },
  gradient: (_scope, { span }) => {
    throw outOfPlace(span, "`grad`");
  },
  pipe: (_scope, { span }) => {
    throw outOfPlace(span, "`|>`");
  },
  index: (_scope, { span }) => {
    throw outOfPlace(span, "An index");
  },
};

const COMPARISONS: ReadonlyMap<string, string> = new Map([
  [".<", "less(a, b)"],
  [".<=", "lessEqual(a, b)"],
  [".>", "less(b, a)"],
  [".>=", "lessEqual(b, a)"],
]);

function compare(operator: string, a: number, b: number): boolean {
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    case "==":
      return a === b;
    default:
      return a !== b;
  }
}

/**
 * What an expression stands for.
 * @throws Failure that points into the expression
 */
export function evaluate(scope: Scope, expression: Expression): Thing {
  return dispatch(scope, expression, expression.kind);
}

function dispatch<K extends Expression["kind"]>(scope: Scope, expression: Expression, kind: K): Thing {
  try {
    return RULES[kind](scope, expression as Node<K>);
  } catch (error) {
    throw error instanceof ShapeError ? misfit(expression, error) : error;
  }
}

/** The fault of an expression whose parts differ in shape. */
function misfit({ span }: Expression, { spaces }: ShapeError): Failure {
  return fault(span, `The shapes do not fit together: ${spaces.map(spaceText).join(" and ")}`);
}

/** An expression that stands for a number or an array, as a value on the engine. */
export function evaluateValue(scope: Scope, expression: Expression): Value {
  const thing = evaluate(scope, expression);
  const value = valueOf(scope.operations, thing);
  if (value !== null) return value;
  throw fault(expression.span, `An array or a number is wanted here; this is ${KIND_WORDS[thing.kind]}`);
}

function operatorThing(draft: OperatorDraft): Thing {
  return { kind: "operator", draft };
}

function evaluateName(scope: Scope, { name, span }: Node<"name">): Thing {
  const bound = scope.names.get(name);
  if (bound !== undefined) return bound;
  if (name === "pi") return numberThing(Math.PI);
  const operator = bareOperator(name, span);
  if (operator !== null) return operator;
  const suggestion = nearest(name, [...scope.names.keys(), ...LIBRARY_WORDS]);
  throw new Failure([diagnose("IPX8401", span, { name, suggestion })]);
}

function negated(scope: Scope, operand: Expression, span: Node<"negate">["span"]): Thing {
  const of = evaluate(scope, operand);
  if (of.kind === "number") return numberThing(-of.value);
  if (of.kind === "operator") return operatorThing(scaledDraft(span, -1, of.draft));
  return { kind: "value", value: scope.operations.map("-a", { a: evaluateValue(scope, operand) }) };
}

function entrywise(scope: Scope, text: string, left: Expression, right: Expression): Thing {
  const [a, b] = [evaluateValue(scope, left), evaluateValue(scope, right)];
  return { kind: "value", value: scope.operations.map(text, { a, b }) };
}

function isArray(thing: Thing): boolean {
  return thing.kind === "host" || thing.kind === "value";
}

function evaluateSum(scope: Scope, { operator, left, right, span }: SumExpression<Parsed>): Thing {
  const [a, b] = [evaluate(scope, left), evaluate(scope, right)];
  const sign = operator.endsWith("-") ? -1 : 1;
  if (a.kind === "number" && b.kind === "number") return numberThing(a.value + sign * b.value);
  if (a.kind === "operator" && b.kind === "operator" && !operator.startsWith(".")) {
    return operatorThing(sumDraft(span, a.draft, sign, b.draft));
  }
  const dotted = operator.startsWith(".");
  if ((isArray(a) || dotted) && (isArray(b) || dotted)) {
    return entrywise(scope, sign === 1 ? "a + b" : "a - b", left, right);
  }
  const hint = isArray(a) || isArray(b) ? `To add a number to every entry write \`.${operator}\`.` : null;
  throw fault(span, `${capital(KIND_WORDS[a.kind])} and ${KIND_WORDS[b.kind]} have no sum`, hint);
}

function evaluateProduct(scope: Scope, node: ProductExpression<Parsed>): Thing {
  const { operator, left, right, span } = node;
  const [a, b] = [evaluate(scope, left), evaluate(scope, right)];
  const division = operator.endsWith("/");
  if (a.kind === "number" && b.kind === "number") {
    return numberThing(division ? a.value / b.value : a.value * b.value);
  }
  if (operator.startsWith(".")) return entrywise(scope, division ? "a/b" : "a*b", left, right);
  if (a.kind === "operator" && b.kind === "operator" && !division) {
    return operatorThing(composedDraft(span, a.draft, b.draft));
  }
  if (a.kind === "operator" && isArray(b) && !division) {
    return { kind: "value", value: applied(scope, a.draft, evaluateValue(scope, right), node) };
  }
  if (b.kind === "number" && a.kind === "operator") {
    return operatorThing(scaledDraft(span, division ? 1 / b.value : b.value, a.draft));
  }
  if (a.kind === "number" && b.kind === "operator" && !division) {
    return operatorThing(scaledDraft(span, a.value, b.draft));
  }
  const numbers = [a, b].filter((thing) => thing.kind === "number").length;
  if (numbers === 1 && (isArray(a) || (isArray(b) && !division))) {
    return entrywise(scope, division ? "a/b" : "a*b", left, right);
  }
  const hint = isArray(a) && isArray(b) ? `Entry by entry write \`.${operator}\`.` : null;
  throw fault(span, `${capital(KIND_WORDS[a.kind])} ${operator} ${KIND_WORDS[b.kind]} has no meaning`, hint);
}

/** The operator of a draft applied to a value, which tells its spaces. `at` is the product. */
function applied(scope: Scope, draft: OperatorDraft, x: Value, at: Expression): Value {
  const { operations, realised } = scope;
  const domain = spaceOf(x);
  const before = realised?.get(at);
  const known = merged(spacesOfItself(draft), { domain, codomain: null });
  const operator =
    before !== undefined && sameSpace(before.domain, known.domain ?? domain)
      ? before
      : draft.realise(operations, known);
  realised?.set(at, operator);
  if (!takes(operator.domain, domain)) {
    const what = `\`${operator.text}\` acts on ${spaceText(operator.domain)}, and is applied to ${spaceText(domain)}`;
    throw new Failure([diagnose("IPX8209", at.span, { what })]);
  }
  return locatedNow(at.span, () => operations.apply(operator, x));
}

/** Whether an operator takes values of a space: of its own, or real ones where it is complex. */
function takes(own: Space, given: Space): boolean {
  if (own.kind !== "array" || given.kind !== "array") return sameSpace(own, given);
  return (
    sameSpace(own, { ...given, field: own.field }) && (own.field === "complex" || given.field === "real")
  );
}

function capital(text: string): string {
  return `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
}
