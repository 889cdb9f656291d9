import type { Span } from "../source/span.ts";

/** What a fact of an operator, a function, a map or an array can say; constants are upper bounds unless said. */
export type PropertyName =
  | "norm"
  | "nonnegative"
  | "orthonormal"
  | "symmetric"
  | "positive"
  | "unit_columns"
  | "binary"
  | "lipschitz"
  | "nonexpansive"
  | "averaged"
  | "residual_lipschitz"
  | "monotone"
  | "convex"
  | "smooth"
  | "proximable"
  | "strongly_convex"
  | "separable"
  | "zero_mean"
  | "unit_norm"
  | "assumed";

/** How far a fact can be trusted, weakest last. */
export type Provenance = "proved" | "assumed" | "probabilistic" | "observed";

/** A fact with its constant and its evidence. */
export interface Fact {
  readonly property: PropertyName;
  /** null for a property without a constant, or with one that is known only when data is bound */
  readonly bound: number | null;
  readonly provenance: Provenance;
  /** the places in the program that the fact rests on */
  readonly evidence: readonly Span[];
}
