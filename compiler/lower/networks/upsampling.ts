import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { constant, multiply, subtract, type Dimension } from "../../types/dimension.ts";
import { arraySpace } from "../../types/space.ts";
import { axesOf, sliceAlong } from "./axes.ts";
import { imageAxes } from "./layers.ts";

/** Where the points of the larger image lie: pixels are cells of equal size, or the corner points coincide. */
export type Alignment = "pixels" | "corners";

/** R[h, w, c] -> R[q*h, q*w, c] by the nearest point: each one q times along both axes. */
export function nearestUpsampling(b: IrBuilder, u: Variable, q: number): Variable {
  if (q === 1) return u;
  const [h, w, c] = imageAxes(u);
  const [one, times] = [constant(1), constant(q)];
  const tiles = b.reshape(u, arraySpace("real", [h, one, w, one, c]));
  const zeros = b.fill(b.constant(0), arraySpace("real", [h, times, w, times, c]));
  const all = b.elementwise("add", [zeros, tiles]);
  return b.reshape(all, arraySpace("real", [multiply(times, h), multiply(times, w), c]));
}

/**
 * R[h, w, c] -> R[q*h, q*w, c] by bilinear interpolation, border points repeated outwards, as PyTorch's
 * `interpolate(mode = "bilinear", align_corners)`. Row q k + p lies at k + d between the rows k - 1, k and k + 1 of u:
 * d = (p + 1/2)/q - 1/2 for `pixels`, (q k + p)(h - 1)/(q h - 1) - k for `corners`; columns likewise.
 */
export function bilinearUpsampling(b: IrBuilder, u: Variable, q: number, alignment: Alignment): Variable {
  if (q === 1) return u;
  const [h, w, c] = imageAxes(u);
  const [one, times] = [constant(1), constant(q)];
  const around = b.extendImage(u, { boundary: "neumann", before: 1, after: 1 });
  const wide = multiply(axesOf(around)[1] ?? one, c);
  const rows = between(
    b,
    neighbours(b, around, 0, h).map((part) => b.reshape(part, arraySpace("real", [h, one, wide]))),
    offsets(b, h, q, alignment, [one]),
  );
  const tall = b.reshape(rows, arraySpace("real", [multiply(times, h), axesOf(around)[1] ?? one, c]));
  const columns = between(
    b,
    neighbours(b, tall, 1, w).map((part) =>
      b.reshape(part, arraySpace("real", [multiply(times, h), w, one, c])),
    ),
    offsets(b, w, q, alignment, [one]),
  );
  return b.reshape(columns, arraySpace("real", [multiply(times, h), multiply(times, w), c]));
}

/**
 * R[h, w, c] -> R[q*h, q*w, c] by cubic convolution with the kernel of Keys (IEEE Trans. Acoust. 29, 1981) for `a`, border
 * points repeated outwards, as PyTorch's `interpolate(mode = "bicubic", align_corners)` has it with a = -3/4.
 */
export function cubicUpsampling(
  b: IrBuilder,
  u: Variable,
  q: number,
  alignment: Alignment,
  a: number,
): Variable {
  if (q === 1) return u;
  const [h, w, c] = imageAxes(u);
  const [one, times] = [constant(1), constant(q)];
  const once = b.extendImage(u, { boundary: "neumann", before: 1, after: 1 });
  const around = b.extendImage(once, { boundary: "neumann", before: 1, after: 1 });
  const wide = multiply(axesOf(around)[1] ?? one, c);
  const along = (image: Variable, axis: number, n: Dimension, shape: readonly Dimension[]): Variable => {
    const d = offsets(b, n, q, alignment, [one]);
    const terms = [-2, -1, 0, 1, 2].map((at) => {
      const part = b.reshape(sliceAlong(b, image, axis, constant(at + 2), n), arraySpace("real", shape));
      return b.elementwise("mul", [cubicKernel(b, b.elementwise("sub", [d, b.constant(at)]), a), part]);
    });
    return terms.reduce((sum, term) => b.elementwise("add", [sum, term]));
  };
  const rows = along(around, 0, h, [h, one, wide]);
  const tall = b.reshape(rows, arraySpace("real", [multiply(times, h), axesOf(around)[1] ?? one, c]));
  const columns = along(tall, 1, w, [multiply(times, h), w, one, c]);
  return b.reshape(columns, arraySpace("real", [multiply(times, h), multiply(times, w), c]));
}

/** (a + 2) s^3 - (a + 3) s^2 + 1 for s = min(|d|, 1), which is 0 from 1 on, and a (s^3 - 5 s^2 + 8 s - 4) for |d| in [1, 2]. */
function cubicKernel(b: IrBuilder, d: Variable, a: number): Variable {
  const distance = b.elementwise("abs", [d]);
  const near = b.elementwise("min", [distance, b.constant(1)]);
  const far = b.elementwise("min", [b.elementwise("max", [distance, b.constant(1)]), b.constant(2)]);
  return b.elementwise("add", [
    polynomial(b, near, [a + 2, -(a + 3), 0, 1]),
    polynomial(b, far, [a, -5 * a, 8 * a, -4 * a]),
  ]);
}

/** By Horner's rule, the highest power first. */
function polynomial(b: IrBuilder, at: Variable, [first = 0, ...others]: readonly number[]): Variable {
  return others.reduce<Variable>(
    (sum, each) => b.elementwise("add", [b.elementwise("mul", [sum, at]), b.constant(each)]),
    b.constant(first),
  );
}

/** A bound of the norm of `bilinearUpsampling`: per axis the root of the largest column sum, as rows sum to 1. */
export function bilinearNorm(q: number, alignment: Alignment): number {
  if (alignment === "pixels") return q;
  // samples of a hat at distance s sum to at most 1/s + s/4, and 1/s = (q h - 1)/(h - 1) is largest for h = 3
  const most = (3 * q - 1) / 2;
  return most + 1 / (4 * most);
}

/** Along an axis that has one point more at each end: the points before, at and after each of its n points. */
function neighbours(b: IrBuilder, u: Variable, axis: number, n: Dimension): readonly Variable[] {
  return [0, 1, 2].map((begin) => sliceAlong(b, u, axis, constant(begin), n));
}

/** The offsets d of n points at q phases, [n, q, rest] or [q, rest]. */
function offsets(
  b: IrBuilder,
  n: Dimension,
  q: number,
  alignment: Alignment,
  rest: readonly Dimension[],
): Variable {
  const times = constant(q);
  if (alignment === "pixels") {
    return b.elementwise("mul", [b.constant(1 / q), b.coordinate(arraySpace("real", [times, ...rest]), 0)]);
  }
  const space = arraySpace("real", [n, times, ...rest]);
  const [point, phase] = [b.coordinate(space, 0), b.coordinate(space, 1)];
  const larger = b.elementwise("add", [b.elementwise("mul", [b.constant(q), point]), phase]);
  const share = b.elementwise("div", [
    b.size(subtract(n, constant(1))),
    b.size(subtract(multiply(times, n), constant(1))),
  ]);
  return b.elementwise("sub", [b.elementwise("mul", [share, larger]), point]);
}

/** u + max(d, 0) (next - u) + max(-d, 0) (previous - u). */
function between(b: IrBuilder, [previous, u, next]: readonly Variable[], d: Variable): Variable {
  if (previous === undefined || u === undefined || next === undefined) throw new Error("no neighbours");
  const towards = (end: Variable, by: Variable): Variable =>
    b.elementwise("mul", [b.elementwise("relu", [by]), b.elementwise("sub", [end, u])]);
  const ahead = b.elementwise("add", [u, towards(next, d)]);
  return b.elementwise("add", [ahead, towards(previous, b.elementwise("neg", [d]))]);
}
