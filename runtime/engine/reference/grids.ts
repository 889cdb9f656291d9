import { differencesDomain, differencesRefusal, differencesShape } from "../differences.ts";
import type { Engine, Handle } from "../engine.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import { waveletFilters, type WaveletOptions, waveletRefusal } from "../wavelet.ts";
import { refuse, type Store } from "./array.ts";
import { eachIndex, positionOf } from "./indices.ts";

/** Wavelets and finite differences, by their definitions. */
export function gridsOf(store: Store): Pick<Engine, "wavelet" | "differences"> {
  return {
    wavelet(array, options) {
      const reason = waveletRefusal(array, options);
      if (reason !== null) throw refuse("wavelet", [array.shape], reason);
      const { axes, levels, adjoint } = options;
      const order = Array.from({ length: levels }, (_, level) => (adjoint ? levels - 1 - level : level));
      const data = store.open(array).slice();
      for (const level of order) {
        const corner = array.shape.map((n, axis) => (axes.includes(axis) ? n / 2 ** level : n));
        for (const axis of axes) alongAxis(data, array.shape, corner, axis, options);
      }
      return store.make(data, array.shape);
    },
    differences(array, options) {
      const reason = differencesRefusal(array, options);
      if (reason !== null) throw refuse("differences", [array.shape], reason);
      const { axes, at, boundary, adjoint } = options;
      const domain = differencesDomain(array, options);
      const own = stridesOf(domain);
      const wide = stridesOf([...domain.slice(0, at), axes.length, ...domain.slice(at)]);
      const widened = wide.filter((_, axis) => axis !== at);
      const values = store.open(array);
      const data = new Float64Array(sizeOf(differencesShape(array, options)));
      eachIndex(domain, (index, here) => {
        for (const [which, axis] of axes.entries()) {
          const n = domain[axis] ?? 1;
          const j = index[axis] ?? 0;
          if (boundary === "neumann" && j === n - 1) continue;
          const stride = own[axis] ?? 1;
          const next = j < n - 1 ? here + stride : boundary === "periodic" ? here - j * stride : null;
          const there = positionOf(index, widened) + which * (wide[at] ?? 1);
          if (adjoint) {
            data[here] = (data[here] ?? 0) - (values[there] ?? 0);
            if (next !== null) data[next] = (data[next] ?? 0) + (values[there] ?? 0);
          } else data[there] = (next === null ? 0 : (values[next] ?? 0)) - (values[here] ?? 0);
        }
      });
      return store.make(data, differencesShape(array, options));
    },
  };
}

/** One level along one axis of the corner of an array, in place. */
function alongAxis(
  data: Float64Array,
  shape: Handle["shape"],
  corner: Handle["shape"],
  axis: number,
  { lowpass, adjoint }: WaveletOptions,
): void {
  const n = corner[axis] ?? 1;
  const filters = waveletFilters(lowpass);
  const strides = stridesOf(shape);
  const step = strides[axis] ?? 1;
  const lines = corner.map((extent, at) => (at === axis ? 1 : extent));
  eachIndex(lines, (index) => {
    const start = positionOf(index, strides);
    const line = Array.from({ length: n }, (_, j) => data[start + j * step] ?? NaN);
    const result = line.map(() => 0);
    for (const [band, filter] of filters.entries()) {
      for (let k = 0; k < n / 2; k++) {
        for (const [j, tap] of filter.entries()) {
          const coefficient = band * (n / 2) + k;
          const point = (((2 * k + filter.length / 2 - j) % n) + n) % n;
          const [from, to] = adjoint ? [coefficient, point] : [point, coefficient];
          result[to] = (result[to] ?? 0) + tap * (line[from] ?? NaN);
        }
      }
    }
    for (const [j, value] of result.entries()) data[start + j * step] = value;
  });
}
