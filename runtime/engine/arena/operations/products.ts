import type { KernelName } from "../../../kernels/catalogue.ts";
import type { Engine, Handle } from "../../engine.ts";
import { bitsOf } from "../machine.ts";
import type { Store } from "../store.ts";

/** A side of a product as the kernels see it. */
interface Side {
  readonly handle: Handle;
  readonly batch: number | null;
  /** of the matrix that enters the product, transposed or not */
  readonly rows: number;
  readonly columns: number;
  readonly transposed: boolean;
}

/** A product as the kernels see it: `batch` matrices [m, k] x [k, n]. */
interface Product {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly left: Side;
  readonly right: Side;
}

/** Products of matrices, batched or not. */
export function productsOf(store: Store): Pick<Engine, "matmul"> {
  return {
    matmul(left, right, options = {}) {
      const a = sideOf(store, left, options.transposeLeft ?? false);
      const b = sideOf(store, right, options.transposeRight ?? false);
      const batches = [a.batch, b.batch].filter((each) => each !== null);
      const [batch = 1, other = batch] = batches;
      if (a.columns !== b.rows || batch !== other) {
        throw store.refuse("matmul", [left, right], "the shapes do not fit");
      }
      const result = store.make([...(batches.length > 0 ? [batch] : []), a.rows, b.columns]);
      run(store, result, { batch, m: a.rows, n: b.columns, k: a.columns, left: a, right: b });
      return result;
    },
  };
}

function sideOf(store: Store, handle: Handle, transposed: boolean): Side {
  const { shape } = handle;
  if (shape.length !== 2 && shape.length !== 3) {
    throw store.refuse("matmul", [handle], "not a matrix, nor a batch of them");
  }
  const [height = 0, width = 0] = shape.slice(-2);
  return {
    handle,
    batch: shape.length === 3 ? (shape[0] ?? 0) : null,
    rows: transposed ? width : height,
    columns: transposed ? height : width,
    transposed,
  };
}

function run(store: Store, result: Handle, asked: Product): void {
  const entries = asked.batch * asked.m * asked.n;
  if (entries === 0) return;
  const place = store.offsetOf(result);
  if (asked.k === 0) {
    store.machine.run("fill", [place, entries, bitsOf(0), entries], 1, entries);
    return;
  }
  const product = canonical(asked);
  const { m, n, k, left, right } = product;
  const { kernel, rows, columns, grouped } = cut(product);
  const blocks = product.batch * Math.ceil(m / rows) * Math.ceil(n / columns);
  const words = [
    place,
    store.offsetOf(left.handle),
    store.offsetOf(right.handle),
    m,
    n,
    k,
    Number(left.transposed),
    Number(right.transposed),
    0,
    left.batch === null ? 0 : m * k,
    right.batch === null ? 0 : n * k,
    rows,
    columns,
    blocks,
    grouped,
  ];
  store.machine.run(kernel, words, Math.ceil(blocks / grouped), 2 * product.batch * m * n * k);
}

/**
 * The same product in the form that is cheapest: a batch that only the left side has becomes more rows of it, a single
 * column becomes a single row, and a row or column counts as its own transpose where it is stored as one.
 */
function canonical(product: Product): Product {
  const { batch, m, n, k, left, right } = product;
  if (left.batch !== null && right.batch === null && (!left.transposed || m === 1 || k === 1)) {
    const long = { ...left, batch: null, rows: batch * m, transposed: false };
    return canonical({ ...product, batch: 1, m: batch * m, left: long });
  }
  if (n === 1 && m > 1) return canonical({ batch, m: n, n: m, k, left: turned(right), right: turned(left) });
  return { ...product, left: settled(left), right: n === 1 ? turnedInPlace(right) : settled(right) };
}

/** The transposed matrix, of the same numbers at the same places. */
function turned(side: Side): Side {
  return { ...side, rows: side.columns, columns: side.rows, transposed: !side.transposed };
}

/** A single row or column, which reads the same whether it counts as transposed or not: as not transposed. */
function settled(side: Side): Side {
  return side.rows === 1 || side.columns === 1 ? { ...side, transposed: false } : side;
}

/** A single column as the row that it is stored as. */
function turnedInPlace(side: Side): Side {
  return { ...side, transposed: true };
}

interface Cut {
  readonly kernel: KernelName;
  /** rows and columns of a block of the result */
  readonly rows: number;
  readonly columns: number;
  /** blocks of an item */
  readonly grouped: number;
}

/** Multiply-adds of the smallest item, some 20 microseconds; and numbers that the smallest item reads, some 5. */
const LEAST_ITEM = 500_000;
const LEAST_READ = 60_000;

/** Blocks are as many columns wide, or a multiple: of every width of tiles a multiple. Few of them are narrower. */
const COLUMNS = 48;
const NARROW = 32;
const FEW_BLOCKS = 8;

/**
 * Blocks have at most so many rows, and at least so many where there are as many: each packs its part of the right side.
 * 24 is a multiple of every height of tiles.
 */
const MOST_ROWS = 480;
const WORTH_PACKING = 64;
const STEP_OF_ROWS = 24;

/** Items that are enough to keep all threads busy. */
const ENOUGH = 16;

/** Rows up to which a product takes as long as its right side takes to read. */
const FEW_ROWS = 8;

/** Numbers of a matrix that stays in a core's cache; of a larger one, blocks of rows are read so wide at least. */
const CACHED = 262_144;
const LONG_ROW = 2048;

/** Terms and columns of matrices that are too small for tiles. */
const TINY = 8;

function cut(product: Product): Cut {
  const { m, n, k, left, right } = product;
  if (k <= TINY && n <= TINY) {
    const rows = roundedUp(LEAST_READ / (k + n), STEP_OF_ROWS);
    return grouped(product, "product_of_tiny", rows, n, LEAST_READ / (1 + 1 / k + 1 / m));
  }
  if (m <= FEW_ROWS && !left.transposed) {
    const least = right.transposed || n * k <= CACHED ? LEAST_READ / k : LONG_ROW;
    const parts = Math.max(1, Math.min(Math.floor(n / least), Math.ceil(ENOUGH / product.batch)));
    return grouped(product, "product", m, Math.ceil(n / parts), LEAST_READ * m);
  }
  const wide = roundedUp(LEAST_ITEM / (k * m), COLUMNS);
  const isFew = product.batch * Math.ceil(m / WORTH_PACKING) * Math.ceil(n / wide) < FEW_BLOCKS;
  const columns = isFew && wide === COLUMNS ? NARROW : wide;
  const across = product.batch * Math.ceil(n / columns);
  const least = LEAST_ITEM / (k * Math.min(n, columns));
  const wanted = Math.max(least, (m * across) / ENOUGH, WORTH_PACKING);
  const parts = Math.ceil(m / Math.min(MOST_ROWS, roundedUp(wanted, STEP_OF_ROWS)));
  return grouped(product, "product", roundedUp(m / parts, STEP_OF_ROWS), columns, LEAST_ITEM);
}

/** Blocks of that size, so many an item that it has at least `work` multiply-adds. */
function grouped({ m, n, k }: Product, kernel: KernelName, rows: number, columns: number, work: number): Cut {
  const block = Math.min(m, rows) * Math.min(n, columns) * k;
  return { kernel, rows, columns, grouped: Math.max(1, Math.floor(work / block)) };
}

function roundedUp(value: number, step: number): number {
  return Math.max(1, Math.ceil(value / step)) * step;
}
