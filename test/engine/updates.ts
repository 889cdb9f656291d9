import fc from "fast-check";
import { expect } from "vitest";
import type { Engine } from "../../runtime/engine/engine.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { slotsOf, type UpdateRule } from "../../runtime/engine/update.ts";

/** What updates need of an engine. */
export type Updating = Pick<Engine, "upload" | "readNow" | "dispose" | "memory" | "update">;

const reference = referenceEngine();

const rate = fc.constantFrom(0.5, 0.125, 1e-3);
const decay = fc.constantFrom(0.5, 0.9, 0.999);
const rules: fc.Arbitrary<UpdateRule> = fc.oneof(
  fc.record({ kind: fc.constant("sgd" as const), rate }),
  fc.record({ kind: fc.constant("momentum" as const), rate, momentum: decay, nesterov: fc.boolean() }),
  fc.record({
    kind: fc.constant("rmsprop" as const),
    rate,
    decay,
    momentum: fc.constantFrom(0, 0.5),
    epsilon: fc.constantFrom(1e-3, 0.1),
    centered: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("adam" as const),
    rate,
    beta1: decay,
    beta2: decay,
    epsilon: fc.constantFrom(1e-7, 0.1),
  }),
);

const shapes = fc.oneof(
  fc.constantFrom([], [0], [3, 0], [8193], [3, 5, 7]),
  fc.integer({ min: 1, max: 40 }).map((n) => [n]),
  fc.constant([3, 2731]),
);

/** Numbers of a seed, a NaN and infinities among them; means of squares are large. */
function numbers(count: number, seed: number, special: boolean, positive: boolean): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, (_, index) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    if (special && index % 17 === 3) return [NaN, Infinity, -Infinity][index % 3] ?? 0;
    const value = (state >>> 16) / 16384 - 2;
    return positive ? Math.abs(value) + 20 : value;
  });
}

function updated(
  engine: Updating,
  rule: UpdateRule,
  shape: readonly number[],
  seed: number,
  special: boolean,
) {
  const count = shape.reduce((a, b) => a * b, 1);
  const slots = slotsOf(rule);
  const arrays = Array.from({ length: 2 + slots }, (_, index) => {
    const isSquare = (rule.kind === "adam" && index === 3) || (rule.kind === "rmsprop" && index === 2);
    return engine.upload(numbers(count, seed + 31 * index, special && index === 1, isSquare), shape);
  });
  const before = engine.memory().arrays;
  const [value, gradient, ...remembered] = arrays;
  if (value === undefined || gradient === undefined) throw new Error("an array and its gradient");
  const after = engine.update(rule, value, gradient, remembered);
  const results = [after.value, ...after.slots];
  expect(engine.memory().arrays - before).toBe(1 + slots);
  const found = results.map((array) => Float64Array.from(engine.readNow(array) ?? []));
  expect(results.every((array) => array.shape.join() === shape.join())).toBe(true);
  engine.dispose([...arrays, ...results]);
  return found;
}

function isNear(actual: number, expected: number): boolean {
  if (!Number.isFinite(expected)) return Object.is(actual, expected);
  return Math.abs(actual - expected) < 1e-4 * Math.max(1, Math.abs(expected));
}

/** Every rule on every kind of shape gives what the definition gives, NaN and infinity too, and nothing leaks. */
export function updatesAsDefined(engine: Updating): void {
  const empty = engine.memory().arrays;
  fc.assert(
    fc.property(rules, shapes, fc.nat(), fc.boolean(), (rule, shape, seed, special) => {
      const wanted = updated(reference, rule, shape, seed, special);
      const found = updated(engine, rule, shape, seed, special);
      const wrong = wanted.flatMap((expected, index) =>
        [...expected].filter((each, at) => !isNear(found[index]?.[at] ?? 0, each)),
      );
      expect(wrong).toEqual([]);
    }),
    { numRuns: 60 },
  );
  expect(engine.memory().arrays).toBe(empty);
}
