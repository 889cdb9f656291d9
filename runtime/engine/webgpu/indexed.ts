import type { Engine } from "../engine.ts";
import { addedShape, type IndexedShape, takenShape } from "../indexed.ts";
import { refuse } from "./device.ts";
import type { Kernel } from "./kernel.ts";
import type { Store } from "./store.ts";

/** The row of an index: rounded down, the nearest inside; 0 for NaN. */
const PLACED = `
fn placed(index: f32, extent: u32) -> u32 {
  if (is_nan(index) || index < 1.0) { return 0u; }
  return min(extent - 1u, u32(min(index, 4294967040.0)));
}`;

const kernel = {
  form: "entries",
  reads: ["f32", "f32"],
  writes: 1,
  numbers: ["rows", "indices", "extent", "count", "entries"],
  declarations: PLACED,
} as const;

const TAKE: Kernel = {
  ...kernel,
  body: `
  let at = i / entries % count;
  let sample = i / (entries * count);
  let index = a1[select(sample, 0u, indices == 1u) * count + at];
  r0[i] = a0[(select(sample, 0u, rows == 1u) * extent + placed(index, extent)) * entries + i % entries];`,
};

/** An invocation for each entry of the result, which looks through all indices: a sum in their order, and no two write alike. */
const ADD: Kernel = {
  ...kernel,
  body: `
  let row = i / entries % extent;
  let sample = i / (entries * extent);
  let chosen = select(sample, 0u, indices == 1u) * count;
  let parts = select(sample, 0u, rows == 1u) * count;
  var sum = 0.0;
  for (var at = 0u; at < count; at++) {
    if (placed(a1[chosen + at], extent) == row) { sum += a0[(parts + at) * entries + i % entries]; }
  }
  r0[i] = sum;`,
};

const wordsOf = ({ rows, indices, extent, count, entries }: IndexedShape): readonly number[] => [
  ...[rows, indices, extent, count, entries],
];

/** Rows by indices that are numbers of the engine. */
export function indexedOf(store: Store): Pick<Engine, "takeRows" | "addRows"> {
  return {
    takeRows(rows, indices) {
      const shape = takenShape(rows, indices);
      if (shape === null) throw refuse("takeRows", [rows.shape, indices.shape], "they do not fit");
      const work = { operation: "takeRows", kernel: TAKE, inputs: [rows, indices], words: wordsOf(shape) };
      return store.compute(work, [shape.samples, shape.count, shape.entries]);
    },
    addRows(rows, indices, extent) {
      const shape = addedShape(rows, indices, extent);
      if (shape === null) throw refuse("addRows", [rows.shape, indices.shape], "they do not fit");
      const work = { operation: "addRows", kernel: ADD, inputs: [rows, indices], words: wordsOf(shape) };
      return store.compute(work, [shape.samples, extent, shape.entries]);
    },
  };
}
