/**
 * A dimension is a polynomial over size names with rational coefficients: `2*h`, `n/4`, `h*w`. Terms are sorted, without
 * zero coefficients and in lowest terms, so that equal dimensions are structurally equal.
 */
export interface Dimension {
  readonly terms: readonly DimensionTerm[];
}

export interface DimensionTerm {
  readonly numerator: number;
  readonly denominator: number;
  /** sorted by name; exponents >= 1 */
  readonly powers: readonly (readonly [name: string, exponent: number])[];
}
