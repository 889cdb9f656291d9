import type { Engine } from "../../engine.ts";
import { addedShape, takenShape } from "../../indexed.ts";
import type { Store } from "../store.ts";

/** Entries of a work item, about. */
const ITEM = 8192;

/** Entries of a tile of a row to which others are added. */
const TILE = 2048;

/** Rows by indices that are numbers of the engine: a record of a step chooses anew whenever it is repeated. */
export function indexedOf(store: Store): Pick<Engine, "takeRows" | "addRows"> {
  return {
    takeRows(rows, indices) {
      const shape = takenShape(rows, indices);
      if (shape === null) throw store.refuse("takeRows", [rows, indices], "they do not fit");
      const { samples, extent, count, entries } = shape;
      const result = store.make([samples, count, entries]);
      const total = samples * count;
      if (total * entries === 0) return result;
      const ofItem = Math.max(1, Math.floor(ITEM / entries));
      const places = [result, rows, indices].map((handle) => store.offsetOf(handle));
      const words = [...places, shape.rows, shape.indices, extent, count, entries, ofItem, total];
      store.machine.run("take_rows", words, Math.ceil(total / ofItem), 2 * total * entries);
      return result;
    },
    addRows(rows, indices, extent) {
      const shape = addedShape(rows, indices, extent);
      if (shape === null) throw store.refuse("addRows", [rows, indices], "they do not fit");
      const { samples, count, entries } = shape;
      const result = store.make([samples, extent, entries]);
      if (samples * extent * entries === 0) return result;
      const tile = Math.min(TILE, entries);
      const tiles = Math.ceil(entries / tile);
      const places = [result, rows, indices].map((handle) => store.offsetOf(handle));
      const words = [...places, shape.rows, shape.indices, extent, count, entries, tile, tiles];
      store.machine.run("add_rows", words, samples * tiles, samples * entries * (extent + 2 * count));
      return result;
    },
  };
}
