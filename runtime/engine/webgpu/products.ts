import type { Engine } from "../engine.ts";
import { refuse } from "./device.ts";
import type { Kernel } from "./kernel.ts";
import type { Store } from "./store.ts";

/** Rows and columns of the tile of a result that a group makes. */
const TILE = 16;

/** A group for each tile of each product; both sides by strides, so that either may be transposed or shared. */
const PRODUCT: Kernel = {
  form: "groups",
  reads: ["f32", "f32"],
  writes: 1,
  numbers: [
    ...["m", "k", "n", "down", "across"],
    ...["left_batch", "left_row", "left_column", "right_batch", "right_row", "right_column"],
  ],
  declarations: `
var<workgroup> left: array<f32, ${TILE * TILE}>;
var<workgroup> right: array<f32, ${TILE * TILE}>;`,
  body: `
  let sample = group / (down * across);
  let y = lane / ${TILE}u;
  let x = lane % ${TILE}u;
  let row = group / across % down * ${TILE}u + y;
  let column = group % across * ${TILE}u + x;
  var sum = 0.0;
  for (var first = 0u; first < k; first += ${TILE}u) {
    var a = 0.0;
    var b = 0.0;
    if (row < m && first + x < k) { a = a0[sample * left_batch + row * left_row + (first + x) * left_column]; }
    if (first + y < k && column < n) { b = a1[sample * right_batch + (first + y) * right_row + column * right_column]; }
    left[lane] = a;
    right[lane] = b;
    workgroupBarrier();
    for (var at = 0u; at < min(${TILE}u, k - first); at++) { sum += left[y * ${TILE}u + at] * right[at * ${TILE}u + x]; }
    workgroupBarrier();
  }
  if (row < m && column < n) { r0[(sample * m + row) * n + column] = sum; }`,
};

interface Matrices {
  readonly batch: number | null;
  readonly rows: number;
  readonly columns: number;
  /** from a sample, a row and a column to the next */
  readonly strides: readonly [number, number, number];
}

function matricesOf(shape: readonly number[], transposed: boolean): Matrices {
  if (shape.length !== 2 && shape.length !== 3) {
    throw refuse("matmul", [shape], "not a matrix, nor a batch of them");
  }
  const [height = 0, width = 0] = shape.slice(-2);
  const batch = shape.length === 3 ? (shape[0] ?? 0) : null;
  const each = batch === null ? 0 : height * width;
  return transposed
    ? { batch, rows: width, columns: height, strides: [each, 1, width] }
    : { batch, rows: height, columns: width, strides: [each, width, 1] };
}

/** Matrix products, tile by tile. */
export function productsOf(store: Store): Pick<Engine, "matmul"> {
  return {
    matmul(left, right, { transposeLeft = false, transposeRight = false } = {}) {
      const a = matricesOf(left.shape, transposeLeft);
      const b = matricesOf(right.shape, transposeRight);
      const batches = [a.batch, b.batch].filter((batch) => batch !== null);
      const [batch = 1, other = batch] = batches;
      if (a.columns !== b.rows || batch !== other) {
        throw refuse("matmul", [left.shape, right.shape], "the shapes do not fit");
      }
      const [down, across] = [Math.ceil(a.rows / TILE), Math.ceil(b.columns / TILE)];
      const result = store.make("matmul", [...(batches.length > 0 ? [batch] : []), a.rows, b.columns]);
      const words = [a.rows, a.columns, b.columns, down, across, ...a.strides, ...b.strides];
      const work = { operation: "matmul", kernel: PRODUCT, inputs: [left, right], words };
      store.write(work, [result], batch * down * across);
      return result;
    },
  };
}
