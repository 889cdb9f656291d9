import type { ReferenceOperator } from "../array.ts";
import { composed, operatorOfRows, weight } from "./rows.ts";

/**
 * Cubic interpolation over the first two axes to the extents of the codomain, with MATLAB's rules: the kernel of Keys
 * (1981) with a = -1/2, stretched where the image shrinks, on images that are mirrored at their borders.
 */
export function resampling(from: readonly number[], to: readonly number[]): ReferenceOperator {
  const axes = from.map((_, axis) => axis).filter((axis) => axis < 2);
  const shapeBefore = (axis: number): readonly number[] =>
    from.map((extent, a) => (a < axis ? (to[a] ?? extent) : extent));
  return composed(axes.map((axis) => alongAxis(shapeBefore(axis), shapeBefore(axis + 1), axis)));
}

function alongAxis(domain: readonly number[], codomain: readonly number[], axis: number): ReferenceOperator {
  const [n, m] = [domain[axis] ?? 1, codomain[axis] ?? 1];
  const width = Math.max(1, n / m);
  return operatorOfRows({
    domain,
    codomain,
    row: (index) => {
      const centre = (((index[axis] ?? 0) + 0.5) * n) / m - 0.5;
      const reach = Math.ceil(2 * width) + 1;
      const points = Array.from({ length: 2 * reach + 1 }, (_, j) => Math.round(centre) + j - reach);
      const weights = points.map((point) => keys(Math.abs(point - centre) / width));
      const total = weights.reduce((sum, each) => sum + each, 0);
      return points.map((point, j) => ({
        index: index.map((i, a) => (a === axis ? mirrored(point, n) : i)),
        weight: weight((weights[j] ?? 0) / total),
      }));
    },
  });
}

function keys(x: number): number {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

function mirrored(point: number, n: number): number {
  if (point < 0) return mirrored(-1 - point, n);
  return point < n ? point : mirrored(2 * n - 1 - point, n);
}
