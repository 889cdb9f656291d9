import { asArray } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue, Value } from "../../arrays/value.ts";
import type { Engine, Handle } from "../../engine/engine.ts";
import { sameShape, sizeOf } from "../../engine/shape.ts";
import { realArray } from "../../io/hostArray.ts";
import { uploadShared } from "../host.ts";
import { ascending, multiplied } from "../fourier/frequencies.ts";
import { scaled, withHandle } from "../handles.ts";
import type { Operator } from "../operator.ts";
import { realDimension } from "../spaces.ts";

/**
 * The vectors along which a positive operator stretches: `any` of a multiple of the identity; the `entries` of an
 * array; the `fourier` frequencies over some axes; those of an `orthonormal` operator W, W'W = W W' = I.
 */
export type Basis =
  | { readonly kind: "any" }
  | { readonly kind: "entries" }
  | { readonly kind: "fourier"; readonly axes: readonly number[] }
  | { readonly kind: "orthonormal"; readonly operator: Operator };

/** A'A = U' diag(values) U of an operator A: T -> U, in the basis U. */
export interface SpectralForm {
  readonly basis: Basis;
  /** real and not negative, repeated along further axes; a number for any basis */
  readonly values: ArrayValue;
  /** whether A itself maps T to T and is diagonal in the basis, so that it may stand before another such A */
  readonly own: boolean;
}

/** A'A of a matrix by its eigenvectors (dense/eigenvectors.ts), of a matrix [r, n]; `values` are R[r]. */
export interface VectorForm {
  readonly basis: { readonly kind: "vectors"; readonly rows: ArrayValue; readonly isComplete: boolean };
  readonly values: ArrayValue;
}

/** The form of an operator with A'A = I; `own` where A is I itself. */
export function formOfIdentity(operations: Operations, own: boolean): SpectralForm {
  return { basis: { kind: "any" }, values: operations.number(1), own };
}

/** Values along the frequencies of some axes, given for those axes alone, on arrays with `rank` axes. */
export function fourierForm(
  operations: Operations,
  axes: readonly number[],
  shape: readonly number[],
  values: Float64Array,
  own: boolean,
): SpectralForm {
  const extents = shape.map((extent, axis) => (axes.includes(axis) ? extent : 1));
  return {
    basis: { kind: "fourier", axes },
    values: uploadShared(operations.engine, realArray(extents, values)),
    own,
  };
}

/** The form of c A. */
export function scaledForm(operations: Operations, factor: number, form: SpectralForm): SpectralForm {
  return withValues(operations, form, `(${factor ** 2})*x`);
}

/** The form of (A, B, ...), upright: squares add in one basis. Null where there is none. */
export function stackedForm(
  operations: Operations,
  forms: readonly (SpectralForm | null)[],
): SpectralForm | null {
  const known = forms.filter((form) => form !== null);
  const basis = known.length === forms.length ? commonBasis(known) : null;
  if (basis === null) return null;
  const values = known
    .map((form) => form.values)
    .reduce((a, b) => asArray("sum", operations.map("a + b", { a, b })));
  return { basis, values, own: false };
}

/**
 * The form of A B: B'(A'A)B is known where A'A is a multiple of the identity, where both are diagonal in one basis, and
 * where B goes to the basis of A'A.
 */
export function productForm(operations: Operations, left: Operator, right: Operator): SpectralForm | null {
  const outer = left.spectral(operations);
  if (outer === null) return null;
  if (outer.basis.kind === "entries" && isIsometry(right)) {
    return inBasisOf(operations, right, outer.values);
  }
  const inner = right.spectral(operations);
  if (inner === null) return null;
  const isSquare = outer.basis.kind === "any";
  const basis = isSquare ? inner.basis : inner.own ? commonBasis([outer, inner]) : null;
  if (basis === null) return null;
  const values = asArray("spectrum", operations.map("a*b", { a: outer.values, b: inner.values }));
  return { basis, values, own: outer.own && inner.own };
}

/** Whether W'W = W W' = I. */
export function isIsometry({ properties, domain, codomain }: Operator): boolean {
  return realDimension(domain) === realDimension(codomain) && properties.has("orthonormal");
}

/** W' diag(values) W for an orthonormal W that is known. */
export function inBasisOf(operations: Operations, operator: Operator, values: ArrayValue): SpectralForm {
  if (!isFourierTransform(operator)) {
    return { basis: { kind: "orthonormal", operator }, values, own: false };
  }
  const { axes, centred } = operator.transform;
  const shift = values.batch === null ? 0 : 1;
  const along = axes.map((axis) => axis + shift);
  const handle = centred ? rolled(operations.engine, values.handle, along, "toOrigin") : values.handle;
  return { basis: { kind: "fourier", axes }, values: withHandle(values, handle, values.shape), own: false };
}

/** The basis that all forms share; null where they have different ones. */
export function commonBasis(forms: readonly Pick<SpectralForm, "basis">[]): Basis | null {
  const [first = { kind: "any" } as const, ...others] = forms
    .map(({ basis }) => basis)
    .filter(({ kind }) => kind !== "any");
  return others.every((other) => sameBasis(first, other)) ? first : null;
}

function sameBasis(left: Basis, right: Basis): boolean {
  switch (left.kind) {
    case "any":
    case "entries":
      return left.kind === right.kind;
    case "fourier":
      return right.kind === "fourier" && sameShape(left.axes, right.axes);
    case "orthonormal":
      return right.kind === "orthonormal" && left.operator === right.operator;
  }
}

/** A sum of numbers and arrays by which coefficients in a basis are divided, as an expression of its inputs. */
export interface Divisor {
  readonly expression: string;
  readonly inputs: Readonly<Record<string, Value>>;
}

/**
 * U' diag(1/d) U x: forth into a basis, a division, and back. Where x is of a real space, the arrays of the divisor in a
 * Fourier basis are halves of spectra.
 */
export function dividedIn(
  operations: Operations,
  basis: Basis,
  x: Value,
  { expression, inputs }: Divisor,
): Value {
  const divided = (value: Value): Value => operations.map(`x/(${expression})`, { x: value, ...inputs });
  switch (basis.kind) {
    case "any":
    case "entries":
      return divided(x);
    case "orthonormal":
      return basis.operator.adjoint(operations, divided(basis.operator.apply(operations, x)));
    case "fourier": {
      const array = asArray("fourier", x);
      const size = sizeOf(basis.axes.map((axis) => array.shape[axis] ?? 1));
      if (array.field === "complex") return dividedFrequencies(operations, basis.axes, array, size, divided);
      const factors = asArray("fourier", operations.map(`${1 / size}/(${expression})`, inputs));
      return multiplied(operations, array, { axes: ascending(basis.axes), factors }, false);
    }
  }
}

function dividedFrequencies(
  { engine }: Operations,
  axes: readonly number[],
  x: ArrayValue,
  size: number,
  divided: (spectrum: Value) => Value,
): Value {
  const transformed = (value: ArrayValue, inverse: boolean): ArrayValue => {
    const along = axes.map((axis) => axis + (value.batch === null ? 0 : 1));
    return withHandle(value, engine.fourier(value.handle, along, inverse), value.shape);
  };
  const changed = transformed(asArray("fourier", divided(transformed(x, false))), true);
  return withHandle(changed, scaled(engine, changed.handle, 1 / size), changed.shape);
}

function withValues(operations: Operations, form: SpectralForm, expression: string): SpectralForm {
  return { ...form, values: asArray("spectrum", operations.map(expression, { x: form.values })) };
}

/** A discrete Fourier transform, with the axes that it transforms. */
export interface FourierTransform extends Operator {
  readonly transform: { readonly axes: readonly number[]; readonly centred: boolean };
}

function isFourierTransform(operator: Operator): operator is FourierTransform {
  return "transform" in operator;
}

/**
 * The middle of each axis, at floor(n/2), moved to the origin, or back. On an odd axis the two are inverse to each other
 * and not the same, so the adjoint of a transform between them is the inverse transform between them.
 */
export function rolled(
  engine: Engine,
  array: Handle,
  axes: readonly number[],
  way: "toOrigin" | "toMiddle",
): Handle {
  return axes.reduce((current, axis) => {
    const n = current.shape[axis] ?? 1;
    const by = way === "toOrigin" ? Math.floor(n / 2) : Math.ceil(n / 2);
    const order = Array.from({ length: n }, (_, i) => (i + by) % n);
    return n === 1 ? current : engine.gather(current, order, axis);
  }, array);
}
