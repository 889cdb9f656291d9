import type { ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import type { Block, Equation, Variable } from "../ir/block.ts";
import type { Operation } from "../ir/operation.ts";
import { isReal } from "../ir/spaces.ts";
import { mapModule, type Module } from "./pass.ts";

/**
 * The real variables that are not negative by what is declared of them, and by how they are made of others. Bodies of
 * functions are not looked at, since their parameters stand for many values.
 */
export function nonnegativeVariables(module: Module): ReadonlySet<Variable> {
  const { givens, inputs, parameters } = module.program;
  const found = new Set<Variable>();
  for (const { variable, interval } of [...givens, ...inputs]) {
    if (interval !== null && interval.low >= 0) found.add(variable);
  }
  for (const { variable, interval } of parameters) {
    if (interval?.low != null && isNumberFromZero(interval.low)) found.add(variable);
  }
  mapModule(module, (block, { section }) => {
    if (section !== "function") block.equations.forEach((equation) => note(equation, found));
    return block;
  });
  return found;
}

/** Whether a block gives a number that is written out, and not below 0. */
function isNumberFromZero({ equations, results: [result] }: Block): boolean {
  return equations.some(
    (equation) =>
      equation.operation === "constant" &&
      equation.attributes.value >= 0 &&
      equation.outputs.some((output) => output === result),
  );
}

/** Functions that are never negative, and those that are not where all that they read is not. */
const ALWAYS: ReadonlySet<ElementwiseFunction> = new Set([
  "abs",
  "exp",
  "positive",
  "relu",
  "sigmoid",
  "softplus",
]);
const KEEP: ReadonlySet<ElementwiseFunction> = new Set([
  "add",
  "mul",
  "div",
  "sqrt",
  "reciprocal",
  "min",
  "max",
]);
const OPERATIONS_ALWAYS: ReadonlySet<Operation> = new Set<Operation>(["norm", "norm2", "groupNorm", "count"]);
const OPERATIONS_KEEP: ReadonlySet<Operation> = new Set<Operation>(["fill", "reshape", "sum", "sumTo"]);

function note(equation: Equation, found: Set<Variable>): void {
  const [output, ...others] = equation.outputs;
  if (output?.type.kind !== "value" || others.length > 0 || !isReal(output.type.space)) return;
  const areAll = equation.inputs.every((input) => found.has(input));
  if (isNonnegative(equation, areAll)) found.add(output);
}

function isNonnegative(equation: Equation, areAll: boolean): boolean {
  const { operation, attributes, inputs } = equation;
  if (operation === "constant") return attributes.value >= 0;
  if (operation !== "elementwise") {
    return OPERATIONS_ALWAYS.has(operation) || (OPERATIONS_KEEP.has(operation) && areAll);
  }
  const name = attributes.function;
  const [first] = inputs;
  const isSquare = name === "square" && first?.type.kind === "value" && isReal(first.type.space);
  return isSquare || ALWAYS.has(name) || (KEEP.has(name) && areAll);
}
