import fc from "fast-check";
import { operations } from "../../runtime/arrays/create.ts";
import { handleShape } from "../../runtime/arrays/layout.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { ArrayValue, Space, Value } from "../../runtime/arrays/value.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { sizeOf } from "../../runtime/engine/shape.ts";

/** Operations in double precision, on an engine of its own. */
export const reference = (): Operations => operations(referenceEngine());

type Field = "real" | "complex";

/** An array with or without a batch, on the host. */
export interface Sampled {
  readonly field: Field;
  readonly shape: readonly number[];
  readonly batch: number | null;
  readonly data: Float64Array;
}

/** Random entries on a grid of 1/64, so that ties and zeros occur. */
export function sampled(
  field: fc.Arbitrary<Field>,
  shape: readonly number[],
  batch: number | null,
): fc.Arbitrary<Sampled> {
  return field.chain((chosen) => {
    const size = sizeOf(handleShape(batch, shape, chosen));
    return fc
      .array(fc.integer({ min: -128, max: 128 }), { minLength: size, maxLength: size })
      .map((entries) => ({
        field: chosen,
        shape,
        batch,
        data: Float64Array.from(entries, (entry) => entry / 64),
      }));
  });
}

export const real = fc.constant<Field>("real");
export const complex = fc.constant<Field>("complex");
export const anyField = fc.constantFrom<Field>("real", "complex");

/** A batch of the given extent or none. */
export const batchOrNot = (batch: number): fc.Arbitrary<number | null> => fc.constantFrom(batch, null);

export function valueOf({ engine }: Operations, { field, shape, batch, data }: Sampled): ArrayValue {
  return {
    kind: "array",
    field,
    shape,
    batch,
    handle: engine.upload(data, handleShape(batch, shape, field)),
  };
}

/** One sample of an array, shared. */
export function sampleOf(array: Sampled, index: number): Sampled {
  if (array.batch === null) return array;
  const size = array.data.length / array.batch;
  return { ...array, batch: null, data: array.data.slice(index * size, (index + 1) * size) };
}

/** The numbers of a value, the parts of products one after another. */
export function numbersOf(ops: Operations, value: Value): number[] {
  if (value.kind === "product") return value.parts.flatMap((part) => numbersOf(ops, part));
  return Array.from(ops.engine.readNow(value.handle) ?? []);
}

/** The numbers of one sample of a value. */
export function numbersOfSample(ops: Operations, value: Value, index: number): number[] {
  if (value.kind === "product") return value.parts.flatMap((part) => numbersOfSample(ops, part, index));
  const numbers = numbersOf(ops, value);
  if (value.batch === null) return numbers;
  const size = numbers.length / value.batch;
  return numbers.slice(index * size, (index + 1) * size);
}

export const R = (...shape: readonly number[]): Space => ({ kind: "array", field: "real", shape });
export const C = (...shape: readonly number[]): Space => ({ kind: "array", field: "complex", shape });

/** The largest deviation of two lists of numbers, relative to 1 + the largest; NaN agrees with NaN. */
export function apart(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  const scale = 1 + Math.max(0, ...b.filter(Number.isFinite).map(Math.abs));
  return a.reduce((most, x, index) => {
    const y = b[index] ?? NaN;
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) return most;
    return Math.max(most, Number.isFinite(x - y) ? Math.abs(x - y) / scale : Infinity);
  }, 0);
}

/** Normally distributed entries that follow from a seed, roughly. */
export function scattered(ops: Operations, space: Space, seed: number, batch: number | null = null): Value {
  if (space.kind === "product") {
    return {
      kind: "product",
      parts: space.parts.map((part, index) => scattered(ops, part, seed + 7 * index, batch)),
    };
  }
  let state = (seed * 2654435761 + 12345) >>> 0;
  const shape = handleShape(batch, space.shape, space.field);
  const data = Float64Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 16) - 32768) / 16384;
  });
  return {
    kind: "array",
    field: space.field,
    shape: space.shape,
    batch,
    handle: ops.engine.upload(data, shape),
  };
}

/** The operations, each of which fails if it leaves more in memory than its result. */
export function withoutLeaks(ops: Operations): Operations {
  const watched = Object.entries(ops).map(([name, member]: [string, unknown]) => {
    if (typeof member !== "function") return [name, member] as const;
    const call = (...parts: unknown[]): unknown => {
      const before = ops.engine.memory().arrays;
      const result: unknown = Reflect.apply(member, ops, parts);
      const left = ops.engine.memory().arrays - before;
      if (left > handlesIn(result).size) throw new Error(`${name} leaves ${left} arrays`);
      return result;
    };
    return [name, call] as const;
  });
  return Object.assign({}, ops, Object.fromEntries(watched));
}

function handlesIn(result: unknown, found = new Set<unknown>()): Set<unknown> {
  if (typeof result !== "object" || result === null) return found;
  if ("handle" in result) found.add(result.handle);
  else for (const member of Object.values(result)) handlesIn(member, found);
  return found;
}
