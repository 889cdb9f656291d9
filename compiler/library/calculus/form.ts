import type { Expression } from "../../ast/tree.ts";
import type { SettingValue, Symbol, Typed } from "../../types/typing.ts";
import type { LibraryName } from "../names.ts";

/**
 * The structure of a function of one variable, as far as the rules for gradients, Lipschitz constants and proxes see
 * it: a sum of terms, each a product of numbers times a known function of an affine image of the variable. Its
 * expressions read the names of the program, and the arguments that calls on the way have bound.
 */
export interface FunctionForm {
  readonly terms: readonly FormTerm[];
  /** arguments of inlined calls, in the order in which they must be evaluated */
  readonly bound: readonly BoundArgument[];
}

export interface BoundArgument {
  readonly argument: Symbol;
  readonly value: Expression<Typed>;
}

export interface FormTerm {
  readonly factors: readonly Factor[];
  readonly atom: Atom;
  /** from the variable outwards: A*x - y is [operator A, shift -y] */
  readonly links: readonly Link[];
  /** the part of the program that this term comes from, for messages */
  readonly source: Expression<Typed>;
}

/** A number by which a term is multiplied or divided. */
export type Factor =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "expression"; readonly value: Expression<Typed>; readonly inverse: boolean };

export type Link =
  | { readonly kind: "scale"; readonly by: Factor }
  | { readonly kind: "diagonal"; readonly by: Expression<Typed> }
  | { readonly kind: "operator"; readonly operator: Expression<Typed> }
  | { readonly kind: "shift"; readonly by: Expression<Typed>; readonly sign: 1 | -1 };

/** What is applied to the affine image of the variable. */
export type Atom =
  | {
      readonly kind: "library";
      readonly name: LibraryName;
      readonly arguments: readonly Expression<Typed>[];
      readonly settings: Readonly<Record<string, SettingValue>>;
    }
  | { readonly kind: "indicator"; readonly set: Expression<Typed> }
  | { readonly kind: "conjugate"; readonly of: FunctionForm }
  /** a function that is given, or a network */
  | { readonly kind: "opaque"; readonly symbol: Symbol }
  /** <c, x> */
  | { readonly kind: "linear"; readonly by: Expression<Typed> }
  /** free of the variable */
  | { readonly kind: "constant" }
  /** beyond the rules: only the chain rule applies */
  | { readonly kind: "general" };
