import type { ElementwiseFunction } from "../../../runtime/arrays/expression.ts";
import type { Equation, Variable } from "../../ir/block.ts";
import type { IrBuilder } from "../../ir/build.ts";
import { sameSpace } from "../../ir/spaces.ts";
import type { LayerContext } from "./layerContext.ts";
import { spaceOfVariable } from "../values.ts";

/** A map of the network's input as `identity` times the input plus a map with this Lipschitz constant. */
interface Part {
  readonly identity: number;
  readonly rest: number;
}

const CONSTANT: Part = { identity: 0, rest: 0 };

/** Slopes of functions of one variable. */
const SLOPES: { readonly [F in ElementwiseFunction]?: number } = {
  relu: 1,
  tanh: 1,
  sigmoid: 0.25,
  softplus: 1,
  abs: 1,
};

/**
 * The Lipschitz constant of a network whose weights have norms of at most `norm`, or of the network minus the identity
 * where `residual`: constants of layers multiply, those of sums add, |concat(a, b)| <= sqrt(La^2 + Lb^2). Null where an
 * operation has no bound.
 */
export function lipschitzOfNetwork(
  b: IrBuilder,
  context: LayerContext,
  input: Variable,
  output: Variable,
  residual: boolean,
  norm: number,
): number | null {
  const weights = new Map(context.weights.map((weight) => [weight.variable, weight.bounded]));
  const found = new Map<Variable, Part | null>([[input, { identity: 1, rest: 0 }]]);
  for (const weight of weights.keys()) found.set(weight, CONSTANT);
  const part = (variable: Variable): Part | null => {
    const known = found.get(variable);
    if (known !== undefined) return known;
    const equation = b.definition(variable);
    const result = equation === null ? null : partOf(equation, variable);
    found.set(variable, result);
    return result;
  };
  const through = (variable: Variable | undefined, slope: number): Part | null => {
    const inner = variable === undefined ? null : part(variable);
    return inner === null ? null : { identity: 0, rest: slope * (Math.abs(inner.identity) + inner.rest) };
  };
  const partOf = (equation: Equation, output: Variable): Part | null => {
    const layer = context.layerOf(equation);
    if (layer !== null) return layer.slope === null ? null : through(layer.input, layer.slope);
    const [a, weight] = equation.inputs;
    switch (equation.operation) {
      case "constant":
      case "size":
        return CONSTANT;
      case "convolve":
      case "convolveInput":
      case "depthwise":
        return weight !== undefined && weights.get(weight) === true ? through(a, norm) : null;
      case "matvec":
        return a !== undefined && weights.get(a) === true ? through(weight, norm) : null;
      case "maxPool":
      case "padImage":
      case "cropImage":
      case "channels":
        return through(a, 1);
      case "reshape":
        return a === undefined ? null : part(a);
      case "concat": {
        const lengths = equation.inputs.map((each) => through(each, 1)?.rest ?? null);
        return lengths.includes(null) ? null : { identity: 0, rest: Math.hypot(...lengths.map(Number)) };
      }
      case "elementwise":
        return elementwise(equation.attributes.function, equation.inputs, output);
      default:
        return null;
    }
  };
  const elementwise = (
    name: ElementwiseFunction,
    inputs: readonly Variable[],
    output: Variable,
  ): Part | null => {
    const [a, second] = inputs;
    if (a === undefined) return null;
    const slope = SLOPES[name];
    if (slope !== undefined) return through(a, slope);
    if (second === undefined) return name === "neg" ? scaled(part(a), -1) : null;
    if (!inputs.every((each) => repeatsNothing(part(each), each, output))) return null;
    const factor = b.constantOf(a);
    if (name === "mul") return factor === null ? null : scaled(part(second), factor);
    if (name === "max" || name === "min") return sum(through(a, 1), through(second, 1), 1);
    if (name !== "add" && name !== "sub") return null;
    return sum(part(a), part(second), name === "sub" ? -1 : 1);
  };
  const result = part(output);
  return result === null ? null : Math.abs(result.identity - (residual ? 1 : 0)) + result.rest;
}

/** Whether what depends on the input is not repeated along axes. */
function repeatsNothing(part: Part | null, of: Variable, output: Variable): boolean {
  if (part !== null && part.identity === 0 && part.rest === 0) return true;
  return sameSpace(spaceOfVariable(of), spaceOfVariable(output));
}

function scaled(part: Part | null, factor: number): Part | null {
  return part && { identity: factor * part.identity, rest: Math.abs(factor) * part.rest };
}

function sum(a: Part | null, b: Part | null, sign: 1 | -1): Part | null {
  if (a === null || b === null) return null;
  return { identity: a.identity + sign * b.identity, rest: a.rest + b.rest };
}

/**
 * The norm that each weight may have for a network of that constant, by bisection: the constant grows with the norms.
 * Null where not even weights of norm 0 have it.
 */
export function normWithin(
  constant: (norm: number) => number,
  bound: number,
  weights: number,
): number | null {
  if (constant(0) > bound) return null;
  const guess = (bound / constant(1)) ** (1 / weights);
  if (Math.abs(constant(guess) - bound) <= 1e-12 * bound) return guess;
  let [low, high] = [0, 1];
  while (constant(high) <= bound && high < 2 ** 60) high *= 2;
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (constant(middle) <= bound) low = middle;
    else high = middle;
  }
  return low;
}
