import type { Handle } from "../engine/engine.ts";

/**
 * A value of the language at run time: an array (a number is one of shape []), or a product of values.
 * `shape` is that of ONE sample, without batch and pair axis. `batch` is the number of samples that the handle holds
 * on its first axis, or null for a value that all samples share. A complex handle has a last axis of 2.
 */
export type Value = ArrayValue | ProductValue;

export interface ArrayValue {
  readonly kind: "array";
  readonly field: "real" | "complex";
  readonly shape: readonly number[];
  readonly batch: number | null;
  readonly handle: Handle;
}

export interface ProductValue {
  readonly kind: "product";
  readonly parts: readonly Value[];
}

/** What a space is once sizes are bound: the shape of one sample of it. */
export type Space =
  | { readonly kind: "array"; readonly field: "real" | "complex"; readonly shape: readonly number[] }
  | { readonly kind: "product"; readonly parts: readonly Space[] };

/** The handles that a value stands on. */
export function handlesOf(value: Value): readonly Handle[] {
  return value.kind === "array" ? [value.handle] : value.parts.flatMap(handlesOf);
}

/** The space of one sample of a value. */
export function spaceOf(value: Value): Space {
  return value.kind === "array"
    ? { kind: "array", field: value.field, shape: value.shape }
    : { kind: "product", parts: value.parts.map(spaceOf) };
}
