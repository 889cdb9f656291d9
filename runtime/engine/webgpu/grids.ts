import type { Engine, Handle } from "../engine.ts";
import { stridesOf } from "../shape.ts";
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

/** Wavelets, a kernel for each level and axis. */
export function gridsOf(store: Store): Pick<Engine, "wavelet"> {
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
  };
}
