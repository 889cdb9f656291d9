import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { FUNCTION_NAMES, type LibraryName } from "../names.ts";

export type FunctionName = (typeof FUNCTION_NAMES)[number];

const NAMES: ReadonlySet<string> = new Set(FUNCTION_NAMES);

/** Whether a name of the library is that of a function to R, or of a maker of such functions. */
export function isFunctionName(name: LibraryName): name is FunctionName {
  return NAMES.has(name);
}

/** Arguments of a function besides the point: `kullback_leibler(y)`, `huber(delta = d)`, `group_norm(axes = 0)`. */
export interface FunctionParameters {
  readonly values: Readonly<Record<string, Variable>>;
  /** the axes named, for functions of groups */
  readonly axes: readonly number[];
}

/** The number or array of a parameter that the function's signature demands. */
export function numberOf({ values }: FunctionParameters, name: string): Variable {
  const value = values[name];
  if (value === undefined) throw new Error(`a function without ${name}`);
  return value;
}

/**
 * A function of the library from a space to R: its definition, what is known of it, and its rules. All of them are
 * convex. `Lipschitz` speaks of the gradient.
 */
export interface LibraryFunction {
  readonly name: FunctionName;
  readonly definition: string;
  readonly citation: string;
  /** the value at x, a number */
  readonly evaluate: (builder: IrBuilder, x: Variable, parameters: FunctionParameters) => Variable;
  /** the Lipschitz constant of its gradient, null where there is none */
  readonly gradientLipschitz: number | null;
  /** whether it has no derivative at some points inside its domain */
  readonly kink: boolean;
  /** the modulus of strong convexity */
  readonly stronglyConvex: number;
  /** a sum over entries: then `prox` takes a step for each entry, too */
  readonly separable: boolean;
  /** argmin_z h(z) + |z - x|^2/(2t), t > 0; null where no closed form is known */
  readonly prox:
    ((builder: IrBuilder, x: Variable, t: Variable, parameters: FunctionParameters) => Variable) | null;
  /** the prox of s (c h)* at p for numbers s, c > 0 where that is simpler than Moreau's identity */
  readonly conjugateProx:
    | ((
        builder: IrBuilder,
        p: Variable,
        s: Variable,
        c: Variable,
        parameters: FunctionParameters,
      ) => Variable)
    | null;
  /** h*(p) = sup over x of <p, x> - h(x); null where no closed form is known */
  readonly conjugate: ((builder: IrBuilder, p: Variable, parameters: FunctionParameters) => Variable) | null;
}
