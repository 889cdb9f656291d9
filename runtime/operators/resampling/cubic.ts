import { realArray, type HostArray } from "../../io/hostArray.ts";

/**
 * The cubic convolution kernel with a = -1/2, of third order: support [-2, 2], sum 1 at integer shifts.
 * Source: Keys, IEEE Trans. Acoust. Speech Signal Process. 29, 1981, equation 15.
 */
function cubicKernel(t: number): number {
  const x = Math.abs(t);
  if (x <= 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

/**
 * Cubic interpolation of a signal of n points at m points of the same interval, as a matrix [m, n]: output i stands at
 * (i + 1/2) n/m - 1/2. Where m < n the kernel is stretched by n/m, which takes out what m points cannot hold. Weights
 * are divided by their sum; beyond the border the signal is mirrored with the border point repeated. The rule of
 * MATLAB's `imresize`.
 */
export function cubicResampling(n: number, m: number): HostArray & { readonly data: Float64Array } {
  const stretch = Math.max(1, n / m);
  const data = new Float64Array(m * n);
  for (let row = 0; row < m; row++) {
    const centre = ((row + 0.5) * n) / m - 0.5;
    const first = Math.floor(centre - 2 * stretch);
    const last = Math.ceil(centre + 2 * stretch);
    let sum = 0;
    for (let at = first; at <= last; at++) sum += cubicKernel((centre - at) / stretch);
    for (let at = first; at <= last; at++) {
      const position = row * n + mirrored(at, n);
      data[position] = (data[position] ?? 0) + cubicKernel((centre - at) / stretch) / sum;
    }
  }
  return { ...realArray([m, n], data), data };
}

function mirrored(at: number, n: number): number {
  const position = ((at % (2 * n)) + 2 * n) % (2 * n);
  return position < n ? position : 2 * n - 1 - position;
}
