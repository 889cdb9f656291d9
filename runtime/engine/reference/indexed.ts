import type { Engine } from "../engine.ts";
import { addedShape, type IndexedShape, takenShape } from "../indexed.ts";
import { refuse, type Store } from "./array.ts";

/** Rows by indices that are numbers of the engine. */
export function indexedOf(store: Store): Pick<Engine, "takeRows" | "addRows"> {
  return {
    takeRows(rows, indices) {
      const shape = takenShape(rows, indices);
      if (shape === null) throw refuse("takeRows", [rows.shape, indices.shape], "they do not fit");
      const { samples, count, entries } = shape;
      const from = store.open(rows);
      const data = new Float64Array(samples * count * entries);
      visit(shape, store.open(indices), (whole, part) => {
        for (let i = 0; i < entries; i++) data[part * entries + i] = from[whole * entries + i] ?? 0;
      });
      return store.make(data, [samples, count, entries]);
    },
    addRows(rows, indices, extent) {
      const shape = addedShape(rows, indices, extent);
      if (shape === null) throw refuse("addRows", [rows.shape, indices.shape], "they do not fit");
      const { samples, count, entries } = shape;
      const from = store.open(rows);
      const data = new Float64Array(samples * extent * entries);
      const own = { ...shape, rows: samples };
      visit(own, store.open(indices), (whole, part) => {
        const source = shape.rows === 1 ? part % count : part;
        for (let i = 0; i < entries; i++) {
          data[whole * entries + i] = (data[whole * entries + i] ?? 0) + (from[source * entries + i] ?? 0);
        }
      });
      return store.make(data, [samples, extent, entries]);
    },
  };
}

/** Each index of each sample: the row that it chooses, and the place among the chosen ones, over all samples. */
function visit(
  { rows, indices, samples, extent, count }: IndexedShape,
  numbers: Float64Array,
  row: (whole: number, part: number) => void,
): void {
  for (let sample = 0; sample < samples; sample++) {
    for (let place = 0; place < count; place++) {
      const index = numbers[(indices === 1 ? 0 : sample * count) + place] ?? Number.NaN;
      row((rows === 1 ? 0 : sample * extent) + placed(index, extent), sample * count + place);
    }
  }
}

/** The row of an index: rounded down, the nearest inside. */
function placed(index: number, extent: number): number {
  return index > 0 ? Math.min(extent - 1, Math.floor(index)) : 0;
}
