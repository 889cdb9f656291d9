import type { CallExpression, Expression, Parsed } from "../../compiler/ast/tree.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import { nearest } from "../../compiler/diagnostics/suggestion.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { ShapeError } from "../../runtime/arrays/shapeError.ts";
import { spaceOf, type Space, type Value } from "../../runtime/arrays/value.ts";
import { LOSSES, type Loss } from "../../runtime/train/losses.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { namesIn } from "../binding/assignment.ts";
import { expressionOf } from "../binding/arguments.ts";
import { merged, spacesOfItself } from "../binding/draft.ts";
import { evaluate, evaluateValue, misfit, type Scope } from "../binding/evaluate.ts";
import { fault, outOfPlace } from "../binding/faults.ts";
import { VALUE_FUNCTIONS } from "../binding/functions.ts";
import { type FileArrays, readFiles } from "../binding/readFiles.ts";
import type { Thing } from "../binding/thing.ts";
import { Failure } from "../failure.ts";

/** The names by which a loss knows what it compares. */
const OUTPUT = "output";
const TARGET = "target";

/** A value, and how a cotangent of it becomes one of the output. */
interface Differentiated {
  readonly value: Value;
  readonly pullBack: (cotangent: Value) => Value;
}

/** What a loss is evaluated with, once for a batch. */
interface LossScope extends Scope {
  readonly realised: Map<Expression, Operator>;
  readonly output: Value;
}

/**
 * The loss that an expression over `output`, `target` and the bindings stands for, or that a single name of the
 * runtime's losses does. Its gradient is found by the rules below: sums, scalings, operators, norms.
 * `output` is the space of the program's output, `target` that of one target.
 * @throws Failure that points into the expression
 */
export async function lossOf(
  expression: Expression,
  operations: Operations,
  names: ReadonlyMap<string, Thing>,
  spaces: { readonly output: Space; readonly target: Space },
): Promise<Loss> {
  const known = expression.kind === "name" ? LOSSES[expression.name] : undefined;
  if (known !== undefined) return known;
  const files: FileArrays = await readFiles(expression, ".");
  const realised = new Map<Expression, Operator>();
  const loss: Loss = (using, output, target) => {
    const bound = new Map([...names, [OUTPUT, thing(output)], [TARGET, thing(target)]] as const);
    const scope = { operations: using, names: bound, files, realised, output };
    const { value, pullBack } = differentiate(scope, expression);
    if (value.kind !== "array" || value.shape.length > 0) throw fault(expression.span, "A loss is a number");
    return { value, cotangent: pullBack(using.number(1)) };
  };
  prepare(operations, loss, spaces, realised);
  return loss;
}

function thing(value: Value): Thing {
  return { kind: "value", value };
}

/** Evaluates a loss once, so that its operators are there and its faults are found before the training. */
function prepare(
  operations: Operations,
  loss: Loss,
  { output, target }: { readonly output: Space; readonly target: Space },
  realised: ReadonlyMap<Expression, Operator>,
): void {
  operations.engine.scope(
    () => loss(operations, operations.fill(1, output), operations.fill(0, target)),
    () => [...realised.values()].flatMap(({ handles }) => [...handles]),
  );
}

function differentiate(scope: LossScope, expression: Expression): Differentiated {
  try {
    return differentiatePart(scope, expression);
  } catch (error) {
    throw error instanceof ShapeError ? misfit(expression, error) : error;
  }
}

function differentiatePart(scope: LossScope, expression: Expression): Differentiated {
  if (!namesIn(expression).has(OUTPUT)) throw fault(expression.span, "A loss depends on `output`");
  switch (expression.kind) {
    case "name":
      return { value: scope.output, pullBack: (cotangent) => cotangent };
    case "negate": {
      const inner = differentiate(scope, expression.operand);
      return mapped(scope, inner, "-a", "-c");
    }
    case "sum":
      return differentiateSum(scope, expression);
    case "product":
      return differentiateProduct(scope, expression);
    case "call":
      return differentiateCall(scope, expression);
    default:
      throw fault(expression.span, "A loss is made of sums, products with constants, operators and norms");
  }
}

function mapped(
  { operations }: LossScope,
  inner: Differentiated,
  value: string,
  cotangent: string,
): Differentiated {
  return {
    value: operations.map(value, { a: inner.value }),
    pullBack: (c) => inner.pullBack(operations.map(cotangent, { a: inner.value, c })),
  };
}

function differentiateSum(
  scope: LossScope,
  { left, right, operator }: Extract<Expression, { kind: "sum" }>,
): Differentiated {
  const { operations } = scope;
  const sign = operator.endsWith("-") ? "-" : "+";
  const sides = [left, right].map((side) =>
    namesIn(side).has(OUTPUT) ? differentiate(scope, side) : constant(scope, side),
  );
  const [a, b] = sides;
  if (a === undefined || b === undefined) throw new RangeError("a sum of one");
  return {
    value: operations.map(`a ${sign} b`, { a: a.value, b: b.value }),
    pullBack: (c) => {
      const left_ = "constant" in a ? null : a.pullBack(c);
      const right_ = "constant" in b ? null : b.pullBack(sign === "+" ? c : operations.map("-c", { c }));
      if (left_ === null || right_ === null) return left_ ?? right_ ?? c;
      return operations.map("a + b", { a: left_, b: right_ });
    },
  };
}

function constant(scope: LossScope, expression: Expression): Differentiated & { readonly constant: true } {
  return { value: evaluateValue(scope, expression), pullBack: (cotangent) => cotangent, constant: true };
}

function differentiateProduct(
  scope: LossScope,
  node: Extract<Expression, { kind: "product" }>,
): Differentiated {
  const { operations } = scope;
  const { left, right, operator, span } = node;
  const [inLeft, inRight] = [namesIn(left).has(OUTPUT), namesIn(right).has(OUTPUT)];
  if (inLeft && inRight) throw fault(span, "A loss has no products of two parts that depend on `output`");
  if (inLeft) {
    const inner = differentiate(scope, left);
    const k = evaluateValue(scope, right);
    const text = operator.endsWith("/") ? "a/k" : "a*k";
    return {
      value: operations.map(text, { a: inner.value, k }),
      pullBack: (c) => inner.pullBack(operations.map(text, { a: c, k })),
    };
  }
  if (operator.endsWith("/")) throw fault(span, "A loss does not divide by `output`");
  const factor = evaluate(scope, left);
  const inner = differentiate(scope, right);
  if (factor.kind === "operator") {
    const domain = spaceOf(inner.value);
    const known = merged(spacesOfItself(factor.draft), { domain, codomain: null });
    const used = scope.realised.get(node) ?? factor.draft.realise(operations, known);
    scope.realised.set(node, used);
    return {
      value: operations.apply(used, inner.value),
      pullBack: (c) => inner.pullBack(operations.applyAdjoint(used, c)),
    };
  }
  const k = evaluateValue(scope, left);
  return {
    value: operations.map("k*a", { k, a: inner.value }),
    pullBack: (c) => inner.pullBack(operations.map("k*c", { k, c })),
  };
}

/** Functions of one array: their value, and the gradient by the array for the cotangent c of the value. */
const RULES: Readonly<Record<string, (operations: Operations, a: Value) => Differentiated>> = {
  norm2sq: (operations, a) => ({
    value: operations.dot(a, a),
    pullBack: (c) => operations.map("2*c*a", { a, c }),
  }),
  norm1: (operations, a) => ({
    value: operations.sum(operations.map("abs(a)", { a })),
    pullBack: (c) => operations.map("c*sign(a)", { a, c }),
  }),
  norm2: (operations, a) => {
    const n = operations.norm2(a);
    return { value: n, pullBack: (c) => operations.map("c*a/max(n, 1e-30)", { a, c, n }) };
  },
  sum: (operations, a) => ({
    value: operations.sum(a),
    pullBack: (c) => operations.map("c + 0*a", { a, c }),
  }),
  mean: (operations, a) => {
    const n = operations.count(a);
    return {
      value: operations.map("s/n", { s: operations.sum(a), n }),
      pullBack: (c) => operations.map("c/n + 0*a", { a, c, n }),
    };
  },
  abs: (operations, a) => ({
    value: operations.map("abs(a)", { a }),
    pullBack: (c) => operations.map("c*sign(a)", { a, c }),
  }),
  sqrt: (operations, a) => ({
    value: operations.map("sqrt(a)", { a }),
    pullBack: (c) => operations.map("c/(2*max(sqrt(a), 1e-30))", { a, c }),
  }),
};

function differentiateCall(scope: LossScope, call: CallExpression<Parsed>): Differentiated {
  const [argument, ...more] = call.arguments;
  if (call.callee.kind !== "name") throw outOfPlace(call.callee.span, "Calling what is no name");
  const { name } = call.callee;
  const rule = RULES[name];
  const known = Object.keys(RULES);
  if (rule === undefined || !Object.hasOwn(RULES, name)) {
    if (!VALUE_FUNCTIONS.has(name)) {
      const suggestion = nearest(name, known);
      throw new Failure([diagnose("IPX8401", call.callee.span, { name, suggestion })]);
    }
    throw fault(call.span, `\`${name}\` has no gradient in a loss`, `There are ${known.join(", ")}.`);
  }
  if (argument === undefined || more.length > 0) {
    throw fault(call.span, `\`${name}\` takes one argument, not ${call.arguments.length}`);
  }
  const inner = differentiate(scope, expressionOf(argument));
  const outer = rule(scope.operations, inner.value);
  return { value: outer.value, pullBack: (c) => inner.pullBack(outer.pullBack(c)) };
}
