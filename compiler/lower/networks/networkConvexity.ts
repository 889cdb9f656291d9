import type { ElementwiseFunction } from "../../../runtime/arrays/expression.ts";
import type { Equation, Variable } from "../../ir/block.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { LayerContext } from "./layerContext.ts";

type Curvature = "constant" | "affine" | "convex";

/** What keeps a network convex. */
export interface ConvexNetwork {
  /** the weights that have to stay at or above 0: those that meet what is not affine in the input */
  readonly nonnegative: ReadonlySet<Variable>;
}

/**
 * Whether a network is convex in its input, entry by entry, once some weights are nonnegative (Amos, Xu, Kolter,
 * 2017): sums of convex functions with nonnegative weights are convex, and a convex nondecreasing function of a convex
 * one is. Null where that cannot be said.
 */
export function convexNetwork(
  b: IrBuilder,
  context: LayerContext,
  input: Variable,
  output: Variable,
): ConvexNetwork | null {
  const found = new Map<Variable, Curvature | null>([[input, "affine"]]);
  const weights = new Set(context.weights.map((weight) => weight.variable));
  weights.forEach((weight) => found.set(weight, "constant"));
  const nonnegative = new Set<Variable>();
  const curvature = (variable: Variable | undefined): Curvature | null => {
    if (variable === undefined) return null;
    const known = found.get(variable);
    if (known !== undefined) return known;
    const equation = b.definition(variable);
    const result = equation === null ? null : curvatureOf(equation);
    found.set(variable, result);
    return result;
  };
  const weighted = (image: Variable | undefined, weight: Variable | undefined): Curvature | null => {
    const inner = curvature(image);
    if (weight === undefined || !weights.has(weight)) return null;
    if (inner === "convex") nonnegative.add(weight);
    return inner;
  };
  const curvatureOf = (equation: Equation): Curvature | null => {
    const [a, second] = equation.inputs;
    const layer = context.layerOf(equation);
    if (layer !== null) return throughLayer(curvature(layer.input), layer);
    switch (equation.operation) {
      case "constant":
      case "size":
        return "constant";
      case "convolve":
      case "convolveInput":
      case "depthwise":
        return weighted(a, second);
      case "matvec":
        return weighted(second, a);
      case "maxPool":
        return curvature(a) === null ? null : "convex";
      case "padImage":
      case "cropImage":
      case "channels":
      case "reshape":
      case "shuffle":
      case "sum":
      case "sumTo":
        return curvature(a);
      case "concat":
      case "product":
        return equation.inputs.map(curvature).reduce(joined);
      case "elementwise":
        return elementwise(equation);
      default:
        return null;
    }
  };
  const elementwise = (equation: Extract<Equation, { operation: "elementwise" }>): Curvature | null => {
    const [a, second = a] = equation.inputs;
    const [first, other] = [curvature(a), curvature(second)];
    if (first === null || other === null || a === undefined || second === undefined) return null;
    switch (equation.attributes.function) {
      case "mul":
        return (b.constantOf(a) ?? -1) >= 0 ? other : null;
      case "div":
        return b.definition(second)?.operation === "size" ? first : null;
      default:
        return afterFunction(equation.attributes.function, first, other);
    }
  };
  const result = curvature(output);
  return result === null ? null : { nonnegative };
}

function afterFunction(name: ElementwiseFunction, first: Curvature, other: Curvature): Curvature | null {
  switch (name) {
    case "relu":
    case "softplus":
    case "exp":
      return first === "constant" ? first : "convex";
    case "max":
      return joined("convex", joined(first, other));
    case "add":
      return joined(first, other);
    case "sub":
      return other === "convex" ? null : joined(first, other);
    case "neg":
      return first === "convex" ? null : first;
    default:
      return null;
  }
}

function throughLayer(
  inner: Curvature | null,
  layer: { readonly convex: boolean; readonly nondecreasing: boolean },
): Curvature | null {
  if (inner === null || !layer.convex) return null;
  return inner === "convex" && !layer.nondecreasing ? null : "convex";
}

function joined(a: Curvature | null, b: Curvature | null): Curvature | null {
  if (a === null || b === null) return null;
  if (a === "convex" || b === "convex") return "convex";
  return a === "affine" || b === "affine" ? "affine" : "constant";
}
