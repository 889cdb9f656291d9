import { type Engine, EngineError, type Handle } from "../engine/engine.ts";
import { asNumber, commonBatch, entriesOf } from "./layout.ts";
import { map } from "./map.ts";
import { rowsOf } from "./reductions.ts";
import { fill, zeros } from "./construct.ts";
import { type ArrayValue, type Space, spaceOf, type Value } from "./value.ts";

/**
 * 1 where the entry is among the floor(share n) of largest modulus of its sample, else 0, real; entries that tie with
 * the last of them count, too. A product is one sample of all its parts' entries.
 * @throws EngineError where the share cannot be read at once
 */
export function largest(engine: Engine, x: Value, share: Value): Value {
  const fraction = asNumber("largest", share);
  commonBatch("largest", [x, fraction]);
  const moduli = map(engine, "abs(x)", { x });
  const shares = engine.readNow(fraction.handle);
  if (shares === null) {
    throw new EngineError(
      engine.name,
      "largest",
      [fraction.handle.shape],
      "the share cannot be read at once",
    );
  }
  const n = entriesOf(spaceOf(x));
  const counts = Array.from(shares, (value) => wholePart(value * n, engine));
  if (counts.every((k) => k === 0)) return zeros(engine, spaceOf(moduli));
  if (counts.every((k) => k >= n)) return fill(engine, 1, spaceOf(moduli));
  return map(engine, "t <= x", { x: moduli, t: thresholds(engine, moduli, counts) });
}

/** The integer part of a product of which one factor was rounded to the engine's numbers. */
function wholePart(value: number, engine: Engine): number {
  return Math.floor(value * (1 + 4 * 2 ** -engine.significand));
}

/** The k-th largest modulus of each sample, infinity for k = 0. */
function thresholds(engine: Engine, moduli: Value, counts: readonly number[]): ArrayValue {
  const parts = partsOf(moduli);
  const batch = commonBatch("largest", [moduli]) ?? (counts.length > 1 ? counts.length : null);
  const samples = batch ?? 1;
  const rows = engine.concat(
    parts.map((part) => {
      const own = rowsOf(engine, part);
      return own.shape[0] === samples ? own : engine.broadcast(own, [samples, own.shape[1] ?? 0]);
    }),
    1,
  );
  const n = rows.shape[1] ?? 0;
  const kth = (k: number, of: Handle): Handle =>
    k <= 0 ? engine.fill(Infinity, [of.shape[0] ?? 1]) : engine.kthLargest(of, Math.min(k, n));
  const [first = 0] = counts;
  const handle = counts.every((k) => k === first)
    ? kth(first, rows)
    : engine.concat(
        counts.map((k, sample) => kth(k, engine.slice(rows, [sample, 0], [1, n]))),
        0,
      );
  const shape: Space = { kind: "array", field: "real", shape: [] };
  return { ...shape, batch, handle: engine.reshape(handle, batch === null ? [] : [batch]) };
}

function partsOf(value: Value): readonly ArrayValue[] {
  return value.kind === "array" ? [value] : value.parts.flatMap(partsOf);
}
