import type { Tensor } from "@tensorflow/tfjs-core";
import type { Engine } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import { type Instance, refuse, run } from "./instance.ts";
import { transposed } from "./movement.ts";
import { type Tables, tablesOf } from "./tables.ts";
import { tensorflowOf, transformedByTensorflow } from "./tensorflow.ts";

/** Lengths up to this are one dense product; longer ones are split into two factors where they have any. */
const DENSE = 128;
/** A length without factors above this would need a matrix of more than half a gigabyte. */
const LONGEST_PRIME = 4096;

/**
 * The discrete Fourier transform as real products with tables computed in double precision, or by TensorFlow's own;
 * arguments of pairs.
 */
export function fourierOf(instance: Instance): Pick<Engine, "fourier" | "phase"> {
  const tables = tablesOf(instance);
  const backend = tensorflowOf(instance.tf);
  return {
    fourier: (pairs, axes, inverse) =>
      run(instance, "fourier", [pairs], (x) => {
        if (x.shape.at(-1) !== 2 || axes.some((axis) => axis < 0 || axis >= x.rank - 1)) {
          throw refuse(instance, "fourier", [x.shape], `no pairs, or no axes [${axes.join(", ")}]`);
        }
        if (x.size === 0) return x;
        if (backend !== null) return transformedByTensorflow(instance, backend, x, axes, inverse);
        return axes.reduce((y, axis) => alongAxis(instance, tables, y, axis, inverse), x);
      }),
    phase: (pairs) => run(instance, "phase", [pairs], (x) => phase(instance, x)),
  };
}

function alongAxis(instance: Instance, tables: Tables, x: Tensor, axis: number, inverse: boolean): Tensor {
  const { tf } = instance;
  const last = x.rank - 2;
  const n = x.shape[axis] ?? 1;
  if (n === 1) return x;
  const permutation = x.shape.map((_, at) => (at === axis ? last : at === last ? axis : at));
  const moved = transposed(instance, x, permutation);
  const rows = tf.reshape(moved, [x.size / (2 * n), n, 2]);
  const result = tf.reshape(transform(instance, tables, rows, inverse), moved.shape);
  return transposed(instance, result, permutation);
}

/** The transform of [rows, n, 2] along the second axis. */
function transform(instance: Instance, tables: Tables, x: Tensor, inverse: boolean): Tensor {
  const { tf } = instance;
  const [rows = 0, n = 0] = x.shape;
  const factor = n > DENSE ? factorBelowRoot(n) : 1;
  if (factor > 1) return split(instance, tables, x, factor, inverse);
  if (n > LONGEST_PRIME) throw refuse(instance, "fourier", [x.shape], `${n} is prime, and too long`);
  const table = tables(`matrix ${n} ${inverse}`, () => tf.tensor2d(matrix(n, inverse), [2 * n, 2 * n]));
  return tf.reshape(tf.matMul(tf.reshape(x, [rows, 2 * n]), table), [rows, n, 2]);
}

function factorBelowRoot(n: number): number {
  let factor = Math.floor(Math.sqrt(n));
  while (n % factor !== 0) factor -= 1;
  return factor;
}

/**
 * Cooley and Tukey's splitting of n = p q: with j = j1 q + j2 and k = k1 + p k2, transforms of length p over j1, factors
 * e^(-2 pi i j2 k1 / n), transforms of length q over j2.
 */
function split(instance: Instance, tables: Tables, x: Tensor, p: number, inverse: boolean): Tensor {
  const { tf } = instance;
  const [rows = 0, n = 0] = x.shape;
  const q = n / p;
  const swap = (y: Tensor): Tensor => transposed(instance, y, [0, 2, 1, 3]);
  const byRemainder = swap(tf.reshape(x, [rows, p, q, 2]));
  const inner = transform(instance, tables, tf.reshape(byRemainder, [rows * q, p, 2]), inverse);
  const turned = twiddled(instance, tables, tf.reshape(inner, [rows, q, p, 2]), inverse);
  const outer = transform(instance, tables, tf.reshape(swap(turned), [rows * p, q, 2]), inverse);
  return tf.reshape(swap(tf.reshape(outer, [rows, p, q, 2])), [rows, n, 2]);
}

/** The pairs [rows, q, p, 2] times the factors of their places. */
function twiddled(instance: Instance, tables: Tables, x: Tensor, inverse: boolean): Tensor {
  const { tf } = instance;
  const [, q = 0, p = 0] = x.shape;
  const sign = inverse ? 1 : -1;
  const table = (name: string, part: (angle: number) => number): Tensor =>
    tables(`${name} ${q} ${p} ${inverse}`, () => {
      const angle = (i: number): number => (sign * 2 * Math.PI * (Math.floor(i / p) * (i % p))) / (p * q);
      const data = Float32Array.from({ length: p * q * 2 }, (_, i) => part(angle(i >> 1)));
      return tf.tensor3d(data, [q, p, 2]);
    });
  const quarter = tables("quarter", () => tf.tensor2d([0, 1, -1, 0], [2, 2]));
  const turned = tf.reshape(tf.matMul(tf.reshape(x, [x.size / 2, 2]), quarter), x.shape);
  return tf.add(tf.mul(x, table("cosine", Math.cos)), tf.mul(turned, table("sine", Math.sin)));
}

/** The real matrix by which a row of n pairs is multiplied. */
function matrix(n: number, inverse: boolean): Float32Array {
  const entries = new Float32Array(4 * n * n);
  const sign = inverse ? 1 : -1;
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      const angle = (sign * 2 * Math.PI * ((j * k) % n)) / n;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      entries.set([c, s], 2 * j * 2 * n + 2 * k);
      entries.set([-s, c], (2 * j + 1) * 2 * n + 2 * k);
    }
  }
  return entries;
}

function phase(instance: Instance, x: Tensor): Tensor {
  const { tf } = instance;
  const shape = x.shape.slice(0, -1);
  const size = sizeOf(shape);
  if (x.shape.at(-1) !== 2) throw refuse(instance, "phase", [x.shape], "no pairs");
  if (size === 0) return tf.zeros(shape);
  const parts = transposed(instance, tf.reshape(x, [size, 2]), [1, 0]);
  const re = tf.reshape(tf.slice(parts, [0, 0], [1, size]), shape);
  const im = tf.reshape(tf.slice(parts, [1, 0], [1, size]), shape);
  return tf.atan2(tf.add(im, 0), tf.add(re, 0));
}
