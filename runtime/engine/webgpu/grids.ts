import { differencesDomain, differencesRefusal, differencesShape } from "../differences.ts";
import type { Engine, Handle } from "../engine.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import { waveletFilters, waveletRefusal } from "../wavelet.ts";
import { refuse } from "./device.ts";
import { bitsOf, type Kernel } from "./kernel.ts";
import type { Store } from "./store.ts";

/**
 * A level along an axis: of the corner of an array, the rest is copied. Words: extents of the array and of the corner,
 * the taps of the averages and of the details.
 */
const LEVEL: Kernel = {
  form: "entries",
  reads: ["f32"],
  writes: 1,
  numbers: ["taps", "n", "step", "adjoint", "rank"],
  body: `
  var rest = i;
  var inside = true;
  for (var axis = rank; axis > 0u; axis--) {
    let extent = p[tail + axis - 1u];
    inside = inside && rest % extent < p[tail + rank + axis - 1u];
    rest /= extent;
  }
  if (!inside) { r0[i] = a0[i]; return; }
  let extent = p[tail + 2u * rank];
  let at = i / step % extent;
  let start = i - at * step;
  let low = tail + 2u * rank + 1u;
  let half = n / 2u;
  let middle = taps / 2u;
  var sum = 0.0;
  for (var j = 0u; j < taps; j++) {
    if (adjoint == 1u) {
      let twice = (at + (n - middle % n) + j) % n;
      if (twice % 2u == 0u) {
        sum += float(low + j) * a0[start + twice / 2u * step] + float(low + taps + j) * a0[start + (half + twice / 2u) * step];
      }
    } else {
      let band = at / half;
      let point = (2u * (at % half) + middle + n - j % n) % n;
      sum += float(low + band * taps + j) * a0[start + point * step];
    }
  }
  r0[i] = sum;`,
};

const BOUNDARIES = { neumann: 0, periodic: 1, zero: 2 } as const;

/** Differences beside each other; words: the axes' extents, the distances of neighbours along them. */
const DIFFERENCES: Kernel = {
  form: "entries",
  reads: ["f32"],
  writes: 1,
  numbers: ["boundary", "axes", "inner"],
  body: `
  let which = i / inner % axes;
  let here = i / (inner * axes) * inner + i % inner;
  let n = p[tail + which];
  let step = p[tail + axes + which];
  let j = here / step % n;
  let own = a0[here];
  if (j + 1u < n) { r0[i] = a0[here + step] - own; }
  else if (boundary == ${BOUNDARIES.periodic}u) { r0[i] = a0[here - j * step] - own; }
  else if (boundary == ${BOUNDARIES.zero}u) { r0[i] = 0.0 - own; }
  else { r0[i] = 0.0; }`,
};

const DIVERGENCE: Kernel = {
  ...DIFFERENCES,
  body: `
  var sum = 0.0;
  for (var which = 0u; which < axes; which++) {
    let n = p[tail + which];
    let step = p[tail + axes + which];
    let j = i / step % n;
    let there = (i / inner * axes + which) * inner + i % inner;
    let back = step / inner * axes * inner;
    if (j + 1u < n || boundary != ${BOUNDARIES.neumann}u) { sum -= a0[there]; }
    if (j > 0u) { sum += a0[there - back]; }
    else if (boundary == ${BOUNDARIES.periodic}u) { sum += a0[there + (n - 1u) * back]; }
  }
  r0[i] = sum;`,
};

/** Wavelets, a kernel for each level and axis, and finite differences, all axes in one. */
export function gridsOf(store: Store): Pick<Engine, "wavelet" | "differences"> {
  return {
    wavelet(array, options) {
      const reason = waveletRefusal(array, options);
      if (reason !== null) throw refuse("wavelet", [array.shape], reason);
      const { axes, levels, adjoint, lowpass } = options;
      const { shape } = array;
      const [low, high] = waveletFilters(lowpass);
      const strides = stridesOf(shape);
      let current: Handle = store.reshape(array, shape);
      for (let count = 0; count < levels; count++) {
        const level = adjoint ? levels - 1 - count : count;
        const corner = shape.map((n, axis) => (axes.includes(axis) ? n / 2 ** level : n));
        for (const axis of axes) {
          const words = [
            ...[low.length, corner[axis] ?? 1, strides[axis] ?? 1, Number(adjoint), shape.length],
            ...[...shape, ...corner, shape[axis] ?? 1],
            ...[...low, ...high].map(bitsOf),
          ];
          const next = store.compute(
            { operation: "wavelet", kernel: LEVEL, inputs: [current], words },
            shape,
          );
          store.dispose([current]);
          current = next;
        }
      }
      return current;
    },
    differences(array, options) {
      const reason = differencesRefusal(array, options);
      if (reason !== null) throw refuse("differences", [array.shape], reason);
      const { axes, at, boundary, adjoint } = options;
      const domain = differencesDomain(array, options);
      const own = stridesOf(domain);
      const words = [
        ...[BOUNDARIES[boundary], axes.length, sizeOf(domain.slice(at))],
        ...axes.map((axis) => domain[axis] ?? 1),
        ...axes.map((axis) => own[axis] ?? 1),
      ];
      const kernel = adjoint ? DIVERGENCE : DIFFERENCES;
      return store.compute(
        { operation: "differences", kernel, inputs: [array], words },
        differencesShape(array, options),
      );
    },
  };
}
