import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Space, Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { ProjectionGeometry } from "../engine/projection.ts";
import type { SpectralForm, VectorForm } from "./algebra/spectral.ts";

/** How far a bound can be trusted: the words of the compiler's facts. */
export type Provenance =
  | { readonly kind: "proved" }
  | { readonly kind: "assumed" }
  | { readonly kind: "probabilistic"; readonly failure: number };

/** An upper bound of an operator's norm. */
export interface NormBound {
  readonly value: number;
  readonly provenance: Provenance;
}

/**
 * A linear operator between spaces, bound to its data. `apply` and `adjoint` take one value, shared or batched, and
 * are exact adjoints of each other in the real inner product Re<x, y>.
 */
export interface Operator {
  readonly kind: "operator";
  /** as an expression of the language, for messages: `mask(M)*wavelet(sym4, levels = 3)'` */
  readonly text: string;
  readonly domain: Space;
  readonly codomain: Space;
  /** computed when it is first asked for */
  readonly norm: NormBound;
  /** the same for each sample of an operator with one map a sample, where they have closed forms; else null */
  readonly norms: () => readonly number[] | null;
  /** what is known to hold; computed when it is first asked for */
  readonly properties: ReadonlySet<OperatorProperty>;
  /** the handles that the operator stands on: a scope that builds one keeps them */
  readonly handles: readonly Handle[];
  /** present where some rows cost less than all of them */
  readonly rows?: RowAccess;
  /** A'A where it has a form of its own, which costs less than A and then A'; null where it has none: see `gram` */
  readonly gram: (operations: Operations) => Operator | null;
  /** A'A as a diagonal in a basis that is known, by which `A'A + c I` is solved; null where there is none */
  readonly spectral: (operations: Operations) => SpectralForm | null;
  /** the same by the eigenvectors of a small matrix; null of other operators */
  readonly vectors: (operations: Operations) => VectorForm | null;
  /** of an X-ray transform: its lines, those of all samples or of each */
  readonly geometries?: readonly ProjectionGeometry[];
  apply(operations: Operations, x: Value): Value;
  adjoint(operations: Operations, y: Value): Value;
  /**
   * Present where A takes finite differences: A x, or A' x, as an input of an elementwise expression (`Differenced`);
   * null for a value that is not of the space as it is.
   */
  readonly differences?: (x: Value, adjoint: boolean) => ArrayValue | null;
}

/**
 * Some rows of an operator T -> F[m, d], by indices along the first axis of its codomain: an operator T -> F[d] for one
 * index, T -> F[b, d] for b of them, with its adjoint. Each sample may have indices of its own.
 */
export interface RowAccess {
  apply(operations: Operations, indices: ArrayValue, x: Value): Value;
  adjoint(operations: Operations, indices: ArrayValue, y: Value): Value;
}

export type OperatorProperty = "nonnegative" | "orthonormal" | "symmetric" | "positive" | "unit_columns";
