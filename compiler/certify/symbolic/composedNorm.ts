import { multiply, ONE, type Scalar } from "../scalar/polynomial.ts";
import { type Unknowns, unknown, varies } from "../scalar/unknowns.ts";

/** A factor of a product of operators. */
export interface NormFactor {
  /** the same for equal operators */
  readonly key: string;
  readonly adjoint: boolean;
  /** whether it is its own adjoint */
  readonly symmetric: boolean;
  /** whether it keeps norms, and its adjoint, too */
  readonly orthonormal: boolean;
  /** the bound of its norm that the program itself uses */
  readonly norm: Scalar;
}

/** A number times a product of operators, the outermost first. */
export interface NormProduct {
  /** the modulus of the number */
  readonly scale: Scalar;
  readonly factors: readonly NormFactor[];
}

export const NO_OPERATOR: NormProduct = { scale: ONE, factors: [] };

/** One product after another. */
export function after(outer: NormProduct, inner: NormProduct): NormProduct {
  return { scale: multiply(outer.scale, inner.scale), factors: [...outer.factors, ...inner.factors] };
}

/** The adjoint of a product. */
export function turned({ scale, factors }: NormProduct): NormProduct {
  return { scale, factors: [...factors].reverse().map(flipped) };
}

function flipped(factor: NormFactor): NormFactor {
  return factor.symmetric ? factor : { ...factor, adjoint: !factor.adjoint };
}

/**
 * The bound of the norm of a product that a program uses: the norm of its only factor; the square for A'A; else a
 * number of its own at most the product of norms, as it may be measured where the operators are bound. Orthonormal
 * factors at both ends change nothing. A product and its adjoint have the same bound.
 */
export function normOfProduct(unknowns: Unknowns, { scale, factors }: NormProduct): Scalar {
  return multiply(scale, normOfFactors(unknowns, factors));
}

function normOfFactors(unknowns: Unknowns, all: readonly NormFactor[]): Scalar {
  const factors = trimmed(all);
  const [first, ...others] = factors;
  if (first === undefined) return ONE;
  if (others.length === 0) return first.norm;
  const half = halfOf(factors);
  if (half !== null) {
    const norm = normOfFactors(unknowns, half);
    return multiply(norm, norm);
  }
  const texts = [factors, [...factors].reverse().map(flipped)].map(textOf).sort();
  const product = factors.reduce<Scalar>((total, { norm }) => multiply(total, norm), ONE);
  const name = `norm(${texts[0] ?? ""})`;
  return unknown(unknowns, name, {
    label: `norm(${textOf(factors)})`,
    sign: "positive",
    upper: { value: product, open: false },
    varies: varies(unknowns, product),
  });
}

function trimmed(factors: readonly NormFactor[]): readonly NormFactor[] {
  const first = factors.findIndex(({ orthonormal }) => !orthonormal);
  const last = factors.findLastIndex(({ orthonormal }) => !orthonormal);
  return first === -1 ? [] : factors.slice(first, last + 1);
}

/** B, where the factors are those of B'B. */
function halfOf(factors: readonly NormFactor[]): readonly NormFactor[] | null {
  if (factors.length % 2 === 1) return null;
  const half = factors.slice(factors.length / 2);
  const mirrored = [...half].reverse().map(flipped);
  return textOf(mirrored) === textOf(factors.slice(0, factors.length / 2)) ? half : null;
}

function textOf(factors: readonly NormFactor[]): string {
  return factors.map(({ key, adjoint }) => (adjoint ? `${key}'` : key)).join("*");
}
