import type { Operations } from "../../runtime/arrays/operations.ts";
import type { Value } from "../../runtime/arrays/value.ts";

/** A function of numbers and arrays that a binding may use: how many arguments it takes, and its result. */
export interface ValueFunction {
  readonly takes: number;
  readonly apply: (operations: Operations, given: readonly Value[]) => Value;
  /** the same for numbers alone, where it needs no engine */
  readonly numbers?: (...given: readonly number[]) => number;
}

function entrywise(text: string, numbers?: (...given: readonly number[]) => number): ValueFunction {
  const names = ["a", "b", "c"].filter((name) => new RegExp(`\\b${name}\\b`, "u").test(text));
  return {
    takes: names.length,
    apply: (operations, given) =>
      operations.map(text, Object.fromEntries(names.map((name, index) => [name, argument(given, index)]))),
    ...(numbers === undefined ? {} : { numbers }),
  };
}

function reduction(apply: (operations: Operations, x: Value) => Value): ValueFunction {
  return { takes: 1, apply: (operations, given) => apply(operations, argument(given, 0)) };
}

function argument(given: readonly Value[], index: number): Value {
  const value = given[index];
  if (value === undefined) throw new RangeError(`argument ${index} of a function is missing`);
  return value;
}

/** The functions of the library that bindings, measurements and outputs may use, with their meaning there. */
export const VALUE_FUNCTIONS: ReadonlyMap<string, ValueFunction> = new Map([
  ["abs", entrywise("abs(a)", Math.abs)],
  ["conj", entrywise("conj(a)")],
  ["phase", entrywise("phase(a)")],
  ["exp", entrywise("exp(a)", Math.exp)],
  ["log", entrywise("log(a)", Math.log)],
  ["sqrt", entrywise("sqrt(a)", Math.sqrt)],
  ["sign", entrywise("sign(a)", Math.sign)],
  ["relu", entrywise("relu(a)")],
  ["tanh", entrywise("tanh(a)", Math.tanh)],
  ["sigmoid", entrywise("sigmoid(a)")],
  ["max", entrywise("max(a, b)", Math.max)],
  ["min", entrywise("min(a, b)", Math.min)],
  ["mod", entrywise("mod(a, b)", (a = 0, b = 1) => a - b * Math.floor(a / b))],
  ["soft", entrywise("soft(a, b)")],
  ["hard", entrywise("hard(a, b)")],
  ["clip", entrywise("min(max(a, b), c)")],
  ["choose", entrywise("select(a, b, c)")],
  ["sum", reduction((operations, x) => operations.sum(x))],
  [
    "mean",
    reduction((operations, x) => operations.map("s/n", { s: operations.sum(x), n: operations.count(x) })),
  ],
  ["maximum", reduction((operations, x) => operations.maximum(x))],
  ["minimum", reduction((operations, x) => operations.minimum(x))],
  ["norm1", reduction((operations, x) => operations.sum(operations.map("abs(x)", { x })))],
  ["norm2", reduction((operations, x) => operations.norm2(x))],
  ["norm2sq", reduction((operations, x) => operations.dot(x, x))],
  ["norm_inf", reduction((operations, x) => operations.maximum(operations.map("abs(x)", { x })))],
  ["norm21", reduction((operations, x) => operations.sum(operations.groupNorm(x)))],
  ["dot", { takes: 2, apply: (operations, given) => operations.dot(argument(given, 0), argument(given, 1)) }],
]);
