import type { Equation, IrFunction } from "../ir/block.ts";
import type { Reversal } from "./reversal.ts";

/** The adjoint of a function: it takes some arguments and saved values of the function, and cotangents of results. */
export interface FunctionAdjoint {
  readonly called: IrFunction;
  /** which arguments of the function come first */
  readonly inputs: readonly number[];
  /** then which of the values that the saving form returns behind the results */
  readonly saved: readonly number[];
  /** its results are the cotangents of these arguments */
  readonly of: readonly number[];
}

/** A function in its saving form, and its adjoints. */
export interface FunctionReverse {
  readonly original: IrFunction;
  /** the results of the function, then what adjoints read */
  readonly save: IrFunction;
  /** the cotangents of the arguments marked; only those for which it saves */
  readonly adjoint: (wanted: readonly boolean[]) => FunctionAdjoint;
}

/** The reverses of functions that equations call in their saving form. */
export type Savings = ReadonlyMap<Equation, FunctionReverse>;

/** What the rules of control flow use of the whole. */
export interface ReverseTools {
  /** walks equations backwards and contributes to the cotangents of what they read */
  readonly walk: (equations: readonly Equation[], reversal: Reversal) => void;
  /** the reverse of a function of the module, for these arguments */
  readonly reverseOf: (name: string, wanted: readonly boolean[]) => FunctionReverse;
}
