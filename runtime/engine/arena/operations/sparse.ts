import type { Engine } from "../../engine.ts";
import { sizeOf } from "../../shape.ts";
import { sparseRefusal } from "../../sparseRows.ts";
import type { Store } from "../store.ts";

/** Products of an item, about. */
const ITEM = 65_536;

/** Entries of a tile of an axis behind the one that is multiplied. */
const TILE = 2048;

/** Lines that the kernel multiplies together at most, and floats of lines that it has room for. */
const LINES = 16;
const ROOM = 65_536;

/** Entries behind the axis from which on they are multiplied side by side. */
const LEAST_INNER = 8;

/** Products of sparse matrices, in one sweep. */
export function sparseOf(store: Store): Pick<Engine, "sparseProduct"> {
  return {
    sparseProduct(matrix, lines) {
      const reason = sparseRefusal(matrix, lines);
      if (reason !== null) throw store.refuse("sparseProduct", [lines], reason);
      const [outer = 0, , inner = 0] = lines.shape;
      const { rows, columns, starts, columnOf, values } = matrix;
      const result = store.make([outer, rows, inner]);
      if (sizeOf(result.shape) === 0) return result;
      const entries = Math.max(1, sizeOf(values.shape));
      const places = [result, lines, starts, columnOf, values].map((handle) => store.offsetOf(handle));
      const words = [...places, outer, rows, columns, inner];
      const work = 4 * outer * inner * (entries + rows);
      if (inner < LEAST_INNER && columns * LINES <= ROOM && outer * inner > 1) {
        const each = LINES * Math.max(1, Math.floor(ITEM / LINES / entries));
        store.machine.run(
          "sparse_product",
          [...words, each, 1, 0, 1],
          Math.ceil((outer * inner) / each),
          work,
        );
        return result;
      }
      const tile = Math.min(inner, TILE);
      const tiles = Math.ceil(inner / tile);
      const part = Math.max(1, Math.min(rows, Math.floor((ITEM * rows) / entries / tile)));
      const parts = Math.ceil(rows / part);
      store.machine.run("sparse_product", [...words, tile, tiles, part, parts], outer * tiles * parts, work);
      return result;
    },
  };
}
