import { sizeOf } from "../../engine/shape.ts";

/**
 * The largest modulus of the discrete Fourier transform of a real kernel, laid periodically on a grid of the given
 * sizes; an upper bound, with room for the rounding of its sums in double precision. The modulus does not depend on
 * where the kernel is centred. The transform is taken axis by axis, on the kernel's own support.
 */
export function largestTransfer(
  kernel: Float64Array,
  shape: readonly number[],
  sizes: readonly number[],
): number {
  const total = kernel.reduce((sum, value) => sum + Math.abs(value), 0);
  const room = total * (kernel.length + 8) * 4 * 2 ** -53;
  if (kernel.every((value) => value >= 0)) return total + room;
  let numbers: Pairs = { real: kernel, imaginary: new Float64Array(kernel.length) };
  let current = [...shape];
  for (const [axis, size] of sizes.entries()) {
    numbers = transformAxis(numbers, current, axis, size);
    current = current.map((extent, index) => (index === axis ? size : extent));
  }
  let largest = 0;
  for (let i = 0; i < numbers.real.length; i++) {
    largest = Math.max(largest, Math.hypot(numbers.real[i] ?? 0, numbers.imaginary[i] ?? 0));
  }
  return largest + room;
}

interface Pairs {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** Sums over one axis with exp(-2 pi i j k / size), for k below `size`. */
function transformAxis(
  { real, imaginary }: Pairs,
  shape: readonly number[],
  axis: number,
  size: number,
): Pairs {
  const extent = shape[axis] ?? 1;
  const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
  const turn = Array.from({ length: size }, (_, k) => (-2 * Math.PI * k) / size);
  const [cosine, sine] = [turn.map(Math.cos), turn.map(Math.sin)];
  const result = {
    real: new Float64Array(outer * size * inner),
    imaginary: new Float64Array(outer * size * inner),
  };
  for (let block = 0; block < outer; block++) {
    for (let k = 0; k < size; k++) {
      const to = (block * size + k) * inner;
      for (let j = 0; j < extent; j++) {
        const from = (block * extent + j) * inner;
        const [c, s] = [cosine[(j * k) % size] ?? 0, sine[(j * k) % size] ?? 0];
        for (let i = 0; i < inner; i++) {
          const [a, b] = [real[from + i] ?? 0, imaginary[from + i] ?? 0];
          result.real[to + i] = (result.real[to + i] ?? 0) + a * c - b * s;
          result.imaginary[to + i] = (result.imaginary[to + i] ?? 0) + a * s + b * c;
        }
      }
    }
  }
  return result;
}
