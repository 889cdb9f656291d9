import type { Space } from "./value.ts";

/** The space of real arrays of a shape, as the language writes it: `R(h, w)`; `R()` are the numbers. */
export function R(...shape: readonly number[]): Space {
  return { kind: "array", field: "real", shape };
}

/** The space of complex arrays of a shape: `C(h, w)`. */
export function C(...shape: readonly number[]): Space {
  return { kind: "array", field: "complex", shape };
}

/** The space of products: `productOf(R(h, w), R(m))`. */
export function productOf(...parts: readonly Space[]): Space {
  return { kind: "product", parts };
}
