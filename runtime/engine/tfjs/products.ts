import type { Tensor } from "@tensorflow/tfjs-core";
import type { Engine, MatrixProductOptions } from "../engine.ts";
import { type Instance, refuse, run } from "./instance.ts";
import { joined, sliced, transposed } from "./movement.ts";

/**
 * Batched products of more multiplications a sample than this are taken sample by sample on WebAssembly, whose
 * batched kernel is a plain loop.
 */
const SMALL_PRODUCT = 4096;

/** Matrix products. */
export function productsOf(instance: Instance): Pick<Engine, "matmul"> {
  return {
    matmul: (left, right, options = {}) =>
      run(instance, "matmul", [left, right], (a, b) => product(instance, a, b, options)),
  };
}

/** The product, batched where one of the two is. */
export function product(instance: Instance, a: Tensor, b: Tensor, options: MatrixProductOptions): Tensor {
  const { transposeLeft = false, transposeRight = false } = options;
  const shape = productShape(instance, a, b, transposeLeft, transposeRight);
  if (a.size === 0 || b.size === 0) return instance.tf.zeros(shape);
  if (instance.heap === null) return general(instance, a, b, transposeLeft, transposeRight, shape);
  if (a.rank === 2 && b.rank === 2) return plain(instance, a, b, transposeLeft, transposeRight);
  return batched(instance, flipped(instance, a, transposeLeft), flipped(instance, b, transposeRight), shape);
}

function productShape(
  instance: Instance,
  a: Tensor,
  b: Tensor,
  transposeLeft: boolean,
  transposeRight: boolean,
): number[] {
  const sizes = (x: Tensor, transpose: boolean): readonly number[] =>
    transpose ? x.shape.slice(-2).reverse() : x.shape.slice(-2);
  const [m = 0, k] = sizes(a, transposeLeft);
  const [inner, n = 0] = sizes(b, transposeRight);
  const matrices = [a, b].every(({ rank }) => rank === 2 || rank === 3);
  const batches = [a, b].flatMap(({ rank, shape }) => (rank === 3 ? [shape[0] ?? 0] : []));
  if (!matrices || k !== inner || new Set(batches).size > 1) {
    throw refuse(instance, "matmul", [a.shape, b.shape], "the shapes do not fit");
  }
  return [...batches.slice(0, 1), m, n];
}

/** By the backend's own kernel, which transposes and repeats. */
function general(
  { tf }: Instance,
  a: Tensor,
  b: Tensor,
  transposeLeft: boolean,
  transposeRight: boolean,
  shape: number[],
): Tensor {
  const rank = shape.length;
  const full = (x: Tensor): Tensor => (x.rank === rank ? x : tf.reshape(x, [1, ...x.shape]));
  return tf.matMul(full(a), full(b), transposeLeft, transposeRight);
}

function flipped(instance: Instance, x: Tensor, flip: boolean): Tensor {
  if (!flip) return x;
  return transposed(instance, x, x.rank === 2 ? [1, 0] : [0, 2, 1]);
}

/** Under which shape the data of a tensor were the right factor of a product. */
const packedAs = new WeakMap<object, string>();

/**
 * tfjs's matMul on WebAssembly. It keeps the packed right factor by its data, whatever shape they have: a reshaped
 * tensor, which shares the data, would be multiplied by the stale factor. Such a tensor is copied before.
 */
export function multiplied({ tf }: Instance, a: Tensor, b: Tensor): Tensor {
  const shape = b.shape.join();
  const packed = packedAs.get(b.dataId) ?? shape;
  packedAs.set(b.dataId, packed);
  return tf.matMul(a, packed === shape ? b : tf.mul(b, 1));
}

/**
 * A product of two matrices. WebAssembly has a fast kernel for untransposed factors only: either factors are
 * transposed before, or the whole product is (A B' = (B A')'), whichever moves fewer entries.
 */
function plain(instance: Instance, a: Tensor, b: Tensor, flipA: boolean, flipB: boolean): Tensor {
  const rows = (flipA ? a.shape[1] : a.shape[0]) ?? 0;
  const columns = (flipB ? b.shape[0] : b.shape[1]) ?? 0;
  const directly = (flipA ? a.size : 0) + (flipB ? b.size : 0);
  const swapped = (flipA ? 0 : a.size) + (flipB ? 0 : b.size) + rows * columns;
  if (directly <= swapped)
    return multiplied(instance, flipped(instance, a, flipA), flipped(instance, b, flipB));
  return flipped(
    instance,
    multiplied(instance, flipped(instance, b, !flipB), flipped(instance, a, !flipA)),
    true,
  );
}

/** A product with a batch, of untransposed factors, as few plain products. */
function batched(instance: Instance, a: Tensor, b: Tensor, shape: number[]): Tensor {
  const { tf } = instance;
  const [batch = 1, m = 1, n = 1] = shape;
  const k = a.shape.at(-1) ?? 1;
  if (b.rank === 2) return tf.reshape(multiplied(instance, tf.reshape(a, [batch * m, k]), b), shape);
  if (a.rank === 2) {
    const wide = tf.reshape(transposed(instance, b, [1, 0, 2]), [k, batch * n]);
    return transposed(instance, tf.reshape(multiplied(instance, a, wide), [m, batch, n]), [1, 0, 2]);
  }
  if (m * k * n <= SMALL_PRODUCT) return multiplied(instance, a, b);
  const one = (x: Tensor, sample: number): Tensor => {
    const [, rows = 1, columns = 1] = x.shape;
    return tf.reshape(sliced(instance, x, [sample, 0, 0], [1, rows, columns]), [rows, columns]);
  };
  const products = Array.from({ length: batch }, (_, sample) =>
    tf.reshape(multiplied(instance, one(a, sample), one(b, sample)), [1, m, n]),
  );
  return joined(instance, products, 0);
}
