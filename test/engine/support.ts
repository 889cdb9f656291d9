import fc from "fast-check";
import type { Engine, Handle } from "../../runtime/engine/engine.ts";
import { sizeOf } from "../../runtime/engine/shape.ts";

/** An array on the host. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Numbers that single precision holds exactly, so that two engines start from the same. */
export function arrayOf(shape: readonly number[], low = -4, high = 4): fc.Arbitrary<Numbers> {
  const size = sizeOf(shape);
  return fc
    .array(fc.integer({ min: low * 256, max: high * 256 }), { minLength: size, maxLength: size })
    .map((entries) => ({ shape, data: Float64Array.from(entries, (entry) => entry / 256) }));
}

export const extent = (min = 1, max = 5): fc.Arbitrary<number> => fc.integer({ min, max });

/** Numbers that follow from a seed, for shapes too large to generate entry by entry. */
export function scattered(shape: readonly number[], seed: number): Numbers {
  let state = seed >>> 0;
  const data = Float64Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 16) - 32768) / 16384;
  });
  return { shape, data };
}

/** Runs the same on two engines, gives both results as host arrays, and checks that nothing leaks. */
export function onBoth(
  engines: readonly [Engine, Engine],
  inputs: readonly Numbers[],
  body: (engine: Engine, ...handles: Handle[]) => Handle,
): readonly [Numbers, Numbers] {
  const results = engines.map((engine): Numbers => {
    const handles = inputs.map(({ data, shape }) => engine.upload(data, shape));
    engine.dispose([body(engine, ...handles)]); // tables are kept from the first call on
    const before = engine.memory().arrays;
    const result = body(engine, ...handles);
    if (engine.memory().arrays !== before + 1)
      throw new Error("the operation leaks, or its result is its argument");
    const numbers = { shape: result.shape, data: Float64Array.from(engine.readNow(result) ?? []) };
    engine.dispose([...handles, result]);
    return numbers;
  });
  const [first, second] = results;
  if (first === undefined || second === undefined) throw new Error("two engines are needed");
  return [first, second];
}

/** The largest deviation of two arrays relative to 1 + the largest entry; NaN and infinities must agree. */
export function deviation(a: Numbers, b: Numbers): number {
  if (a.shape.join() !== b.shape.join()) return Infinity;
  const scale = b.data.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1);
  return a.data.reduce((most, x, i) => {
    const y = b.data[i] ?? NaN;
    if (Object.is(x, y) || x === y) return most;
    return Number.isFinite(x) && Number.isFinite(y) ? Math.max(most, Math.abs(x - y) / scale) : Infinity;
  }, 0);
}
