import type { Engine, Handle } from "./engine.ts";
import { sizeOf } from "./shape.ts";
import { sparseRows } from "./sparseRows.ts";

/** How far an operation of one engine is from that of another. */
export interface Deviation {
  readonly operation: string;
  /** the largest difference of entries, relative to the largest entry; Infinity where shapes differ */
  readonly deviation: number;
}

type Probe = (engine: Engine, given: (...shape: readonly number[]) => Handle) => Handle;

const PADDED = {
  stride: 1,
  padding: [
    [1, 1],
    [1, 1],
  ],
} as const;

const PROJECTED = {
  angles: [0, 0.4, 1.5, 2.2, 3.1],
  detectors: 61,
  spacing: 0.8,
  fan: { source: 70, detector: 30 },
} as const;

/** Entries of a matrix [57, 33], in rows of none to three. */
const SCATTERED = Array.from({ length: 80 }, (_, at) => ({
  row: (at * 23) % 57,
  column: (at * at) % 33,
  value: 1 + (at % 5),
}));

/** Operations with kernels of their own, at sizes that reach their edges. */
const PROBES: Readonly<Record<string, Probe>> = {
  product: (engine, given) => engine.matmul(given(67, 129), given(129, 75)),
  "product, left side transposed": (engine, given) =>
    engine.matmul(given(129, 67), given(129, 75), { transposeLeft: true }),
  "product, right side transposed": (engine, given) =>
    engine.matmul(given(67, 129), given(75, 129), { transposeRight: true }),
  "product of one row": (engine, given) => engine.matmul(given(1, 500), given(500, 253)),
  "batch of products": (engine, given) => engine.matmul(given(3, 17, 19), given(3, 19, 5)),
  convolution: (engine, given) => engine.convolve(given(2, 17, 19, 16), given(3, 3, 16, 24), PADDED),
  "convolution, one channel": (engine, given) =>
    engine.convolve(given(1, 33, 31, 1), given(5, 5, 1, 1), PADDED),
  "convolution's input gradient": (engine, given) =>
    engine.convolveInputGradient(given(2, 17, 19, 24), given(3, 3, 16, 24), [2, 17, 19, 16], PADDED),
  "convolution's filter gradient": (engine, given) =>
    engine.convolveFilterGradient(given(2, 17, 19, 16), given(2, 17, 19, 24), [3, 3, 16, 24], PADDED),
  pooling: (engine, given) => engine.maxPool(given(2, 16, 18, 5), 2),
  "Fourier transform": (engine, given) => engine.fourier(given(3, 20, 28, 2), [1, 2], false),
  "inverse Fourier transform of a prime length": (engine, given) =>
    engine.fourier(given(4, 31, 2), [1], true),
  "Fourier transform of real numbers": (engine, given) => engine.realFourier(given(3, 28, 30), [1, 2]),
  "its inverse, of odd lengths": (engine, given) =>
    engine.inverseRealFourier(given(3, 15, 16, 2), [1, 2], 31),
  "filter in frequency": (engine, given) =>
    engine.filterFourier(given(2, 24, 40), given(1, 24, 21, 2), { axes: [1, 2], adjoint: true }),
  "filter of lines": (engine, given) =>
    engine.filterFourier(given(9, 40), given(1, 21), { axes: [1], adjoint: false }),
  patches: (engine, given) => engine.patches(given(2, 13, 17, 2, 1), { size: 5, stride: 4, adjoint: false }),
  "sum of patches": (engine, given) =>
    engine.patches(given(2, 5, 5, 2, 3, 4, 1), { size: 5, stride: 4, adjoint: true }),
  "symmetrised gradient": (engine, given) =>
    engine.symmetrised(given(2, 13, 17, 2, 1), { boundary: "neumann", adjoint: false }),
  "adjoint of the symmetrised gradient": (engine, given) =>
    engine.symmetrised(given(2, 13, 17, 3, 2), { boundary: "periodic", adjoint: true }),
  "sparse product": (engine, given) =>
    engine.sparseProduct(sparseRows(engine, [57, 33], SCATTERED), given(3, 33, 11)),
  "X-ray transform": (engine, given) =>
    engine.project(given(2, 33, 42), { geometry: PROJECTED, image: [33, 42], adjoint: false }),
  "adjoint of the X-ray transform": (engine, given) =>
    engine.project(given(2, 5, 61), { geometry: PROJECTED, image: [33, 42], adjoint: true }),
  sum: (engine, given) => engine.reduce("sum", given(5, 777), [1]),
  "sum over the first axis": (engine, given) => engine.reduce("sum", given(777, 5), [0]),
  "inner product": (engine, given) => engine.dot(given(4, 1000), given(4, 1000), [1]),
  "Adam's step": (engine, given) => {
    const rule = { kind: "adam", rate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-7 } as const;
    const [value, gradient, mean] = [given(33, 31), given(33, 31), given(33, 31)];
    return engine.update(rule, value, gradient, [mean, engine.fill(1, [33, 31])]).value;
  },
  transposition: (engine, given) => engine.transpose(given(33, 7, 18), [2, 0, 1]),
};

/** Runs the operations on two engines that read at once, on the same numbers, and compares. */
export function deviations(one: Engine, other: Engine): readonly Deviation[] {
  return Object.entries(PROBES).map(([operation, probe]) => {
    const [a, b] = [one, other].map((engine) => valuesOf(engine, probe));
    return { operation, deviation: apart(a ?? [], b ?? []) };
  });
}

function valuesOf(engine: Engine, probe: Probe): readonly number[] {
  let seed = 1;
  return engine.scope(
    () => {
      const given = (...shape: readonly number[]): Handle =>
        engine.upload(
          Float32Array.from({ length: sizeOf(shape) }, () => {
            seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
            return seed / 2 ** 31 - 1;
          }),
          shape,
        );
      return Array.from(engine.readNow(probe(engine, given)) ?? []);
    },
    () => [],
  );
}

function apart(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length === 0) return Number.POSITIVE_INFINITY;
  const largest = a.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - (b[i] ?? Number.NaN))), 0) / (largest || 1);
}
