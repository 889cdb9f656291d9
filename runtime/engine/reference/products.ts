import type { Engine, Handle } from "../engine.ts";
import { refuse, type Store } from "./array.ts";

/** Matrix products by their definition. */
export function productsOf(store: Store): Pick<Engine, "matmul"> {
  return {
    matmul(left, right, options = {}) {
      const a = matrixOf(store, left, options.transposeLeft ?? false);
      const b = matrixOf(store, right, options.transposeRight ?? false);
      const batches = [a.batch, b.batch].filter((batch) => batch !== null);
      const [batch = 1, other = batch] = batches;
      if (a.columns !== b.rows || batch !== other) {
        throw refuse("matmul", [left.shape, right.shape], "the shapes do not fit");
      }
      const data = new Float64Array(batch * a.rows * b.columns);
      let position = 0;
      for (let sample = 0; sample < batch; sample++) {
        for (let row = 0; row < a.rows; row++) {
          for (let column = 0; column < b.columns; column++) {
            let sum = 0;
            for (let k = 0; k < a.columns; k++) sum += a.at(sample, row, k) * b.at(sample, k, column);
            data[position++] = sum;
          }
        }
      }
      return store.make(data, [...(batches.length > 0 ? [batch] : []), a.rows, b.columns]);
    },
  };
}

interface Matrix {
  readonly batch: number | null;
  readonly rows: number;
  readonly columns: number;
  readonly at: (sample: number, row: number, column: number) => number;
}

function matrixOf(store: Store, handle: Handle, transposed: boolean): Matrix {
  const { shape } = handle;
  if (shape.length !== 2 && shape.length !== 3)
    throw refuse("matmul", [shape], "not a matrix, nor a batch of them");
  const [height = 0, width = 0] = shape.slice(-2);
  const step = shape.length === 3 ? height * width : 0;
  const values = store.open(handle);
  return {
    batch: shape.length === 3 ? (shape[0] ?? 0) : null,
    rows: transposed ? width : height,
    columns: transposed ? height : width,
    at: (sample, row, column) =>
      values[sample * step + (transposed ? column * width + row : row * width + column)] ?? NaN,
  };
}
