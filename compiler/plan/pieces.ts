import type { Variable } from "../ir/block.ts";
import type { Argument, PlanFunction, Statement } from "./call.ts";

/** A piece of a function that a function of the module may replace. */
export interface Piece {
  readonly of: PlanFunction;
  /** how the function would be called, and what it is in words */
  readonly name: string;
  readonly doc: string;
  /** the statements with a call in the place of the piece */
  readonly place: (statements: readonly Statement[], call: Replacement) => readonly Statement[];
}

/** What stands for a piece: the name of its function, and what it is given behind the parameters of the piece. */
export interface Replacement {
  readonly name: string;
  readonly more: readonly Argument[];
}

/** The name of a variable of what is known, null for others. */
export type NameOf = (variable: Variable) => string | null;
