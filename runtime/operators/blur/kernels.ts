import { realArray, type HostArray } from "../../io/hostArray.ts";

/** A kernel [n, n] from weights at the places (row, column) counted from its middle, divided by their sum. */
function kernelOf(n: number, weight: (row: number, column: number) => number): HostArray {
  const middle = (n - 1) / 2;
  const data = Float64Array.from({ length: n * n }, (_, at) =>
    weight(Math.floor(at / n) - middle, (at % n) - middle),
  );
  const sum = data.reduce((total, each) => total + each, 0);
  return realArray(
    [n, n],
    data.map((each) => each / sum),
  );
}

/** `gaussian_kernel(n; sigma)`: R[n, n], a Gaussian of standard deviation sigma, in pixels, with sum 1. */
export function gaussianKernel(n: number, sigma: number): HostArray {
  return kernelOf(n, (row, column) => Math.exp(-(row ** 2 + column ** 2) / (2 * sigma ** 2)));
}

/**
 * `motion_kernel(n; length, angle = 0)`: R[n, n] with sum 1, a motion along a straight line of `length` pixels through
 * the middle: max(1 - distance to the line, 0). The angle, in radians, turns from the second axis against the first, as
 * one sees it in a picture.
 */
export function motionKernel(n: number, length: number, angle: number): HostArray {
  const half = Math.max(length - 1, 0) / 2;
  return kernelOf(n, (row, column) => {
    const along = Math.abs(column * Math.cos(angle) - row * Math.sin(angle));
    const across = column * Math.sin(angle) + row * Math.cos(angle);
    return Math.max(1 - Math.hypot(Math.max(along - half, 0), across), 0);
  });
}

/** `disk_kernel(n; radius)`: R[n, n] with sum 1, a disk, as out of focus; at its rim max(radius + 1/2 - distance, 0). */
export function diskKernel(n: number, radius: number): HostArray {
  return kernelOf(n, (row, column) => Math.min(Math.max(radius + 0.5 - Math.hypot(row, column), 0), 1));
}
