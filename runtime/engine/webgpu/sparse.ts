import type { Engine } from "../engine.ts";
import { sparseRefusal } from "../sparseRows.ts";
import { refuse } from "./device.ts";
import type { Kernel } from "./kernel.ts";
import type { Store } from "./store.ts";

/** An invocation for each entry of the result, which adds up the entries of its row; arrays: lines, starts, columns, values. */
const PRODUCT: Kernel = {
  form: "entries",
  reads: ["f32", "f32", "f32", "f32"],
  writes: 1,
  numbers: ["rows", "columns", "inner"],
  body: `
  let row = i / inner % rows;
  let line = i / (inner * rows) * columns * inner + i % inner;
  var sum = 0.0;
  for (var at = u32(a1[row]); at < u32(a1[row + 1u]); at++) { sum += a3[at] * a0[line + u32(a2[at]) * inner]; }
  r0[i] = sum;`,
};

/** Products of sparse matrices, row by row. */
export function sparseOf(store: Store): Pick<Engine, "sparseProduct"> {
  return {
    sparseProduct(matrix, lines) {
      const reason = sparseRefusal(matrix, lines);
      if (reason !== null) throw refuse("sparseProduct", [lines.shape], reason);
      const { rows, columns, starts, columnOf, values } = matrix;
      const [outer = 0, , inner = 0] = lines.shape;
      const inputs = [lines, starts, columnOf, values];
      const work = { operation: "sparseProduct", kernel: PRODUCT, inputs, words: [rows, columns, inner] };
      return store.compute(work, [outer, rows, inner]);
    },
  };
}
