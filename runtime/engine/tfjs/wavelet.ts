import type { Tensor } from "@tensorflow/tfjs-core";
import type { Engine } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import { sortedEntries } from "../sparseRows.ts";
import { levelEntries, levelMatrix, type WaveletOptions, waveletRefusal } from "../wavelet.ts";
import type { Heap } from "./heap.ts";
import { type Instance, refuse, run } from "./instance.ts";
import { joined, sliced, transposed } from "./movement.ts";
import { product } from "./products.ts";
import { type Rows, timesRows } from "./sparse.ts";
import { type Tables, tablesOf } from "./tables.ts";

/** Matrices of so many times more points than taps are multiplied entry by entry. */
const LEAST_SPARSENESS = 16;

/** How many of them are kept. */
const LEVELS = 32;

/** What the levels of a transform share; images are [images, ...extents of the axes]. */
interface Transform {
  readonly instance: Instance;
  readonly tables: Tables;
  readonly rowsOf: (lowpass: readonly number[], n: number, adjoint: boolean) => Rows;
  readonly lowpass: readonly number[];
  readonly adjoint: boolean;
}

/** Periodic wavelets: each level is a product with an orthonormal matrix along each axis of the shrinking corner. */
export function waveletOf(instance: Instance): Pick<Engine, "wavelet"> {
  const tables = tablesOf(instance);
  const rowsOf = levelRows();
  return {
    wavelet: (array, options) =>
      run(instance, "wavelet", [array], (x) => {
        const reason = waveletRefusal(array, options);
        if (reason !== null) throw refuse(instance, "wavelet", [x.shape], reason);
        if (x.size === 0) return x;
        return asImages(instance, x, options, (images) =>
          leveled({ instance, tables, rowsOf, ...options }, images, options.levels),
        );
      }),
  };
}

/** Does something to the images of an array, one for each index of its other axes. */
function asImages(
  instance: Instance,
  x: Tensor,
  { axes }: WaveletOptions,
  body: (images: Tensor) => Tensor,
): Tensor {
  const { tf } = instance;
  const others = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...others, ...axes];
  const moved = transposed(instance, x, order);
  const images = tf.reshape(moved, [
    sizeOf(others.map((axis) => x.shape[axis] ?? 1)),
    ...axes.map((axis) => x.shape[axis] ?? 1),
  ]);
  const result = tf.reshape(body(images), moved.shape);
  return transposed(
    instance,
    result,
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/** All levels: each on the corner that the one before left, or, for the adjoint, the coarsest first. */
function leveled(transform: Transform, images: Tensor, levels: number): Tensor {
  if (levels === 0) return images;
  const { instance, adjoint } = transform;
  const coarser = (x: Tensor): Tensor => {
    const half = x.shape.map((n, axis) => (axis === 0 ? n : n / 2));
    const corner = sliced(
      instance,
      x,
      half.map(() => 0),
      half,
    );
    return withCorner(instance, x, leveled(transform, corner, levels - 1), 1);
  };
  return adjoint ? alongAxes(transform, coarser(images)) : coarser(alongAxes(transform, images));
}

/** The images with another first half along the axes from `axis` on. */
function withCorner(instance: Instance, x: Tensor, corner: Tensor, axis: number): Tensor {
  if (axis === x.rank) return corner;
  const half = (x.shape[axis] ?? 0) / 2;
  const size = x.shape.map((n, at) => (at === axis ? half : n));
  const begin = x.shape.map((_, at) => (at === axis ? half : 0));
  const first = sliced(
    instance,
    x,
    begin.map(() => 0),
    size,
  );
  const rest = sliced(instance, x, begin, size);
  return joined(instance, [withCorner(instance, first, corner, axis + 1), rest], axis);
}

function alongAxes(transform: Transform, images: Tensor): Tensor {
  return images.shape.reduce((x, _, axis) => (axis === 0 ? x : along(transform, x, axis)), images);
}

/** One level along one axis: entry by entry of its matrix where most are 0 and memory is at hand, else as a product. */
function along(transform: Transform, x: Tensor, axis: number): Tensor {
  const { heap } = transform.instance;
  const n = x.shape[axis] ?? 1;
  const isSparse = n >= LEAST_SPARSENESS * transform.lowpass.length;
  return heap !== null && isSparse ? byEntries(transform, heap, x, axis) : byMatrix(transform, x, axis);
}

function byEntries(
  { instance, rowsOf, lowpass, adjoint }: Transform,
  heap: Heap,
  x: Tensor,
  axis: number,
): Tensor {
  const n = x.shape[axis] ?? 1;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const lines = instance.tf.reshape(x, [x.size / (n * inner), n, inner]);
  return instance.tf.reshape(timesRows(instance, heap, rowsOf(lowpass, n, adjoint), lines), x.shape);
}

/** The rows of the matrix of a level, or of its transpose; those that were asked for last are kept. */
function levelRows(): Transform["rowsOf"] {
  const known = new Map<string, Rows>();
  return (lowpass, n, adjoint) => {
    const key = `${n} ${adjoint} ${lowpass.join()}`;
    const found = known.get(key) ?? hostRows(n, lowpass, adjoint);
    known.delete(key);
    known.set(key, found);
    const [oldest] = known.keys();
    if (known.size > LEVELS && oldest !== undefined) known.delete(oldest);
    return found;
  };
}

function hostRows(n: number, lowpass: readonly number[], adjoint: boolean): Rows {
  const entries = levelEntries(lowpass, n);
  const turned = entries.map(({ row, column, value }) => ({ row: column, column: row, value }));
  const { starts, columnOf, values } = sortedEntries(n, adjoint ? turned : entries);
  return {
    starts: Int32Array.from(starts),
    columnOf: Int32Array.from(columnOf),
    values: Float32Array.from(values),
  };
}

/** A matrix times columns, or rows times the transposed matrix. */
function byMatrix({ instance, tables, lowpass, adjoint }: Transform, x: Tensor, axis: number): Tensor {
  const { tf } = instance;
  const n = x.shape[axis] ?? 1;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = x.size / (n * inner);
  const rows = inner === 1;
  const flipped = rows !== adjoint;
  const matrix = tables(`${n} ${flipped} ${lowpass.join()}`, () => {
    const analysis = tf.tensor2d(Float32Array.from(levelMatrix(lowpass, n)), [n, n]);
    return flipped ? transposed(instance, analysis, [1, 0]) : analysis;
  });
  if (rows) return tf.reshape(product(instance, tf.reshape(x, [outer, n]), matrix, {}), x.shape);
  const columns = tf.reshape(x, outer === 1 ? [n, inner] : [outer, n, inner]);
  return tf.reshape(product(instance, matrix, columns, {}), x.shape);
}
