import type { Expression, Learn } from "../ast/tree.ts";
import type { Definitions } from "../library/calculus/analyse.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import type { Combination } from "./combination.ts";
import type { Scalar, Unknowns } from "./scalar.ts";

/** What the rules of certificates see of a program. */
export interface Context {
  readonly definitions: Definitions;
  readonly learnables: ReadonlyMap<Symbol, Learn<Typed>>;
  readonly unknowns: Unknowns;
  /** numbers and vectors of the step so far */
  readonly scalars: Map<Symbol, Scalar>;
  readonly vectors: Map<Symbol, Combination>;
  /** an expression as the user wrote it, for keys and messages */
  readonly textOf: (expression: Expression<Typed>) => string;
}
