import type { ElementwiseFunction } from "../../../runtime/arrays/expression.ts";
import type { Equation, Variable } from "../../ir/block.ts";
import type { IrBuilder } from "../../ir/build.ts";
import { entriesOf } from "../../ir/inputs.ts";
import { sameSpace } from "../../ir/spaces.ts";
import { constant } from "../../types/dimension.ts";
import { arraySpace } from "../../types/space.ts";
import type { LayerContext } from "./layerContext.ts";
import { spaceOfVariable } from "../values.ts";

/** Bounds of the first and of the second derivative. */
const ACTIVATIONS: {
  readonly [F in ElementwiseFunction]?: { readonly slope: number; readonly curvature: number };
} = {
  softplus: { slope: 1, curvature: 0.25 },
  sigmoid: { slope: 0.25, curvature: 0.0963 },
  tanh: { slope: 1, curvature: 0.7699 },
};

/** How a linear map of a layer grows: its 2-norm, and the largest entry under its adjoint. */
interface Growth {
  readonly norm: Variable;
  readonly adjoint: Variable;
}

/** A network to R as it was lowered, with the variables outside that its weights are. */
export interface LoweredRegulariser {
  readonly context: LayerContext;
  readonly equations: readonly Equation[];
  readonly input: Variable;
  readonly result: Variable;
  readonly outside: ReadonlyMap<Variable, Variable>;
}

/**
 * A bound of the Lipschitz constant of the gradient of a network F to R, by its weights as they are: the Hessian is the
 * sum over its activations s, at points a, of J' diag(d s''(a)) J with J the derivative of a by the input and d that of
 * F by s(a). So |d|_inf max|s''| |J|^2 is added for each, where |J| grows by the norms of the layers in front, and |d|_inf
 * by the largest sums of moduli in the columns of those behind. The norm of a convolution is at most that of the matrix
 * of the 1-norms of its filters. Null where an operation has no rule.
 */
export function gradientBoundOf(b: IrBuilder, network: LoweredRegulariser): Variable | null {
  const forward = new Forward(b, network);
  const slopes = new Map<Variable, Variable>([[network.result, b.constant(1)]]);
  const add = (of: Variable | undefined, slope: Variable): void => {
    if (of === undefined) return;
    const before = slopes.get(of);
    slopes.set(of, before === undefined ? slope : b.elementwise("add", [before, slope]));
  };
  let total: Variable = b.constant(0);
  for (const equation of [...network.equations].reverse()) {
    const [output] = equation.outputs;
    const slope = output === undefined ? undefined : slopes.get(output);
    if (slope === undefined || forward.isFixed(output)) continue;
    const curved = forward.curvature(equation);
    if (curved !== null) {
      const reached = forward.reach(curved.at);
      if (reached === null) return null;
      const size = b.elementwise("mul", [curved.curvature, b.elementwise("square", [reached])]);
      total = b.elementwise("add", [total, b.elementwise("mul", [slope, size])]);
    }
    const back = forward.backward(equation, slope);
    if (back === null) return null;
    back.forEach(([of, by]) => {
      add(of, by);
    });
  }
  return total;
}

/** What is known of a network's equations, from its input on. */
class Forward {
  readonly #b: IrBuilder;
  readonly #network: LoweredRegulariser;
  readonly #definitions = new Map<Variable, Equation>();
  readonly #reached = new Map<Variable, Variable | null>();
  readonly #fixed = new Map<Variable, boolean>();

  constructor(b: IrBuilder, network: LoweredRegulariser) {
    this.#b = b;
    this.#network = network;
    network.equations.forEach((equation) => {
      equation.outputs.forEach((output) => this.#definitions.set(output, equation));
    });
    this.#reached.set(network.input, b.constant(1));
  }

  /** Whether a variable does not depend on the network's input. */
  isFixed(variable: Variable | undefined): boolean {
    if (variable === undefined || variable === this.#network.input) return false;
    const known = this.#fixed.get(variable);
    if (known !== undefined) return known;
    const equation = this.#definitions.get(variable);
    const fixed = equation === undefined || equation.inputs.every((input) => this.isFixed(input));
    this.#fixed.set(variable, fixed);
    return fixed;
  }

  /** The point of an activation or of a layer, and a bound of the second derivative there; null where none is bent. */
  curvature(equation: Equation): { readonly at: Variable; readonly curvature: Variable } | null {
    const layer = this.#network.context.layerOf(equation);
    const own = layer?.curvature?.(this.#b, (weight) => this.#weight(weight)) ?? null;
    if (layer !== null && own !== null) return { at: layer.input, curvature: own };
    const [at] = equation.inputs;
    const activation =
      equation.operation === "elementwise" ? ACTIVATIONS[equation.attributes.function] : undefined;
    return activation === undefined || at === undefined
      ? null
      : { at, curvature: this.#b.constant(activation.curvature) };
  }

  /** A bound of the norm of the derivative of a variable by the input; null where there is no rule. */
  reach(variable: Variable): Variable | null {
    const known = this.#reached.get(variable);
    if (known !== undefined) return known;
    const equation = this.#definitions.get(variable);
    const result = this.isFixed(variable) ? this.#b.constant(0) : equation ? this.#reachOf(equation) : null;
    this.#reached.set(variable, result);
    return result;
  }

  #reachOf(equation: Equation): Variable | null {
    const b = this.#b;
    const inner = equation.inputs.map((input) => this.reach(input));
    const known = inner.filter((each): each is Variable => each !== null);
    const [first, second] = equation.inputs;
    if (known.length < inner.length || first === undefined) return null;
    const [reached] = known;
    const sum = (values: readonly Variable[]): Variable =>
      values.reduce((x, y) => b.elementwise("add", [x, y]));
    switch (equation.operation) {
      case "reshape":
      case "padImage":
      case "cropImage":
      case "channels":
      case "shuffle":
        return reached ?? null;
      case "concat":
        return b.elementwise("sqrt", [sum(known.map((each) => b.elementwise("square", [each])))]);
      case "sum":
      case "sumTo":
        return reached === undefined ? null : this.#summed(reached, first, equation.outputs[0]);
      case "elementwise": {
        const name = equation.attributes.function;
        const slope = ACTIVATIONS[name]?.slope;
        if (slope !== undefined && reached !== undefined)
          return b.elementwise("mul", [b.constant(slope), reached]);
        const factor = this.#factor(equation);
        if (factor !== null) return b.elementwise("mul", [factor.by, sum(known)]);
        return this.#addsWhole(equation) ? sum(known) : null;
      }
      default: {
        const growth = this.#growth(equation);
        const image = equation.operation === "matvec" ? second : first;
        const at = image === undefined ? null : this.reach(image);
        return growth === null || at === null ? null : b.elementwise("mul", [growth.norm, at]);
      }
    }
  }

  /** The norm of sums of m entries each is sqrt(m). */
  #summed(reached: Variable, from: Variable, onto: Variable | undefined): Variable | null {
    const [all, left] = [from, onto].map((each) =>
      each === undefined ? null : entriesOf(spaceOfVariable(each)),
    );
    if (all === null || all === undefined || left === null || left === undefined) return null;
    const b = this.#b;
    const share = b.elementwise("div", [b.size(all), b.size(left)]);
    return b.elementwise("mul", [b.elementwise("sqrt", [share]), reached]);
  }

  /** What an equation's inputs receive of a bound of the moduli of its output's cotangent; null without a rule. */
  backward(
    equation: Equation,
    slope: Variable,
  ): readonly (readonly [Variable | undefined, Variable])[] | null {
    const b = this.#b;
    const layer = this.#network.context.layerOf(equation);
    if (layer?.curvature !== undefined) return this.#isInput(layer.input) ? [] : null;
    const all = (by: Variable): readonly (readonly [Variable, Variable])[] =>
      equation.inputs.filter((input) => !this.isFixed(input)).map((input) => [input, by] as const);
    switch (equation.operation) {
      case "reshape":
      case "padImage":
      case "cropImage":
      case "channels":
      case "shuffle":
      case "concat":
      case "sum":
      case "sumTo":
        return all(slope);
      case "elementwise": {
        const bend = ACTIVATIONS[equation.attributes.function]?.slope;
        if (bend !== undefined) return all(b.elementwise("mul", [b.constant(bend), slope]));
        const factor = this.#factor(equation);
        if (factor !== null) return [[factor.of, b.elementwise("mul", [factor.by, slope])]];
        return this.#addsWhole(equation) ? all(slope) : null;
      }
      default: {
        const growth = this.#growth(equation);
        const image = equation.inputs[equation.operation === "matvec" ? 1 : 0];
        return growth === null ? null : [[image, b.elementwise("mul", [growth.adjoint, slope])]];
      }
    }
  }

  /** Whether an equation is a sum or a difference, of arrays that are not repeated along axes. */
  #addsWhole(equation: Equation): boolean {
    if (equation.operation !== "elementwise") return false;
    const { function: name } = equation.attributes;
    const [output] = equation.outputs;
    if ((name !== "add" && name !== "sub") || output === undefined) return false;
    const space = spaceOfVariable(output);
    return equation.inputs.every((each) => this.isFixed(each) || sameSpace(spaceOfVariable(each), space));
  }

  /** Whether a variable is the network's input, perhaps in another shape. */
  #isInput(variable: Variable): boolean {
    const equation = this.#definitions.get(variable);
    const [inner] = equation?.operation === "reshape" ? equation.inputs : [];
    return variable === this.#network.input || (inner !== undefined && this.#isInput(inner));
  }

  /** A product by a number or over one: its modulus, and what it multiplies. */
  #factor(equation: Equation): { readonly by: Variable; readonly of: Variable } | null {
    if (equation.operation !== "elementwise") return null;
    const b = this.#b;
    const [first, second] = equation.inputs;
    if (first === undefined) return null;
    const number = (variable: Variable): Variable | null => {
      const definition = this.#definitions.get(variable);
      const value =
        definition?.operation === "constant" ? definition.attributes.value : b.constantOf(variable);
      if (value !== null) return b.constant(Math.abs(value));
      return definition?.operation === "size" ? b.size(definition.attributes.dimension) : null;
    };
    const name = equation.attributes.function;
    if (name === "neg") return { by: b.constant(1), of: first };
    if (second === undefined) return null;
    const [left, right] = [number(first), number(second)];
    if (name === "mul" && left !== null) return { by: left, of: second };
    if (name === "mul" && right !== null) return { by: right, of: first };
    if (name === "div" && right !== null) return { by: b.elementwise("reciprocal", [right]), of: first };
    return null;
  }

  #weight(inside: Variable): Variable | null {
    return this.#network.outside.get(inside) ?? null;
  }

  #growth(equation: Equation): Growth | null {
    const [first, second] = equation.inputs;
    const weight = this.#weight((equation.operation === "matvec" ? first : second) ?? this.#network.input);
    if (weight === null) return null;
    switch (equation.operation) {
      case "convolve":
        return growthOf(this.#b, absoluteSums(this.#b, weight), false);
      case "convolveInput":
        return growthOf(this.#b, absoluteSums(this.#b, weight), true);
      case "matvec":
        return growthOf(this.#b, this.#b.elementwise("abs", [weight]), !equation.attributes.transpose);
      case "depthwise": {
        const largest = this.#b.maximum(
          this.#b.sumTo(this.#b.elementwise("abs", [weight]), lastAxes(weight, 1)),
        );
        return { norm: largest, adjoint: largest };
      }
      default:
        return null;
    }
  }
}

/** The matrix [c, n] of the 1-norms of filters [kh, kw, c, n]. */
function absoluteSums(b: IrBuilder, filters: Variable): Variable {
  return b.sumTo(b.elementwise("abs", [filters]), lastAxes(filters, 2));
}

function lastAxes(variable: Variable, count: number): ReturnType<typeof arraySpace> {
  const space = spaceOfVariable(variable);
  return arraySpace("real", space.kind === "array" ? space.dimensions.slice(-count) : []);
}

/** The norm of the convolution with filters [kh, kw, c, n] is at most this. */
export function convolutionNorm(b: IrBuilder, filters: Variable): Variable {
  return growthOf(b, absoluteSums(b, filters), false).norm;
}

/**
 * Of a nonnegative matrix [in, out], or [out, in] where `fromRight`: its 2-norm, at most the square root of the product
 * of its largest row and column sum, and at most the root of the sum of its squares; and its largest sum over out.
 */
function growthOf(b: IrBuilder, matrix: Variable, fromRight: boolean): Growth {
  const space = spaceOfVariable(matrix);
  const [rows = constant(1), columns = constant(1)] = space.kind === "array" ? space.dimensions : [];
  const ones = b.fill(b.constant(1), arraySpace("real", [columns]));
  const ofRows = b.maximum(b.matvec(matrix, ones, false, arraySpace("real", [rows])));
  const ofColumns = b.maximum(b.sumTo(matrix, arraySpace("real", [columns])));
  const schur = b.elementwise("mul", [ofRows, ofColumns]);
  const squares = b.sum(b.elementwise("square", [matrix]));
  const norm = b.elementwise("sqrt", [b.elementwise("min", [schur, squares])]);
  return { norm, adjoint: fromRight ? ofColumns : ofRows };
}
