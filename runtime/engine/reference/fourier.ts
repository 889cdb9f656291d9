import type { Engine } from "../engine.ts";
import {
  axesRefusal,
  halfExtent,
  halfShape,
  halvedAxis,
  inverseRefusal,
  withExtent,
} from "../realFourier.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import { refuse, type Store } from "./array.ts";

/** The discrete Fourier transform by its definition, of pairs and of real arrays, and the argument of pairs. */
export function fourierOf(
  store: Store,
): Pick<Engine, "fourier" | "realFourier" | "inverseRealFourier" | "phase"> {
  return {
    realFourier(array, axes) {
      const { shape } = array;
      const none = axesRefusal(shape.length, axes);
      if (none !== null) throw refuse("realFourier", [array.shape], none);
      const values = store.open(array);
      const pairs = Float64Array.from({ length: 2 * values.length }, (_, at) =>
        at % 2 === 0 ? (values[at / 2] ?? NaN) : 0,
      );
      const half = [...halfShape(shape, axes), 2];
      const whole = [...shape, 2];
      const spectrum = axes.reduce<Float64Array>(
        (lines, axis) => transformed(lines, whole, axis, false),
        pairs,
      );
      return store.make(placed(spectrum, whole, half), half);
    },
    inverseRealFourier(pairs, axes, extent) {
      const none = inverseRefusal(pairs, axes, extent);
      if (none !== null) throw refuse("inverseRealFourier", [pairs.shape], none);
      const whole = withExtent(pairs.shape, halvedAxis(axes), extent);
      const lines = axes
        .slice(0, -1)
        .reduce<Float64Array>(
          (values, axis) => transformed(values, pairs.shape, axis, true),
          store.open(pairs).slice(),
        );
      const full = completed(lines, pairs.shape, halvedAxis(axes), extent);
      const values = transformed(full, whole, halvedAxis(axes), true);
      return store.make(
        values.filter((_, at) => at % 2 === 0),
        whole.slice(0, -1),
      );
    },
    fourier(pairs, axes, inverse) {
      const rank = pairs.shape.length;
      if (pairs.shape[rank - 1] !== 2 || axes.some((axis) => axis < 0 || axis >= rank - 1)) {
        throw refuse("fourier", [pairs.shape], `no pairs, or no axes [${axes.join(", ")}]`);
      }
      const data = axes.reduce<Float64Array>(
        (values, axis) => transformed(values, pairs.shape, axis, inverse),
        store.open(pairs).slice(),
      );
      return store.make(data, pairs.shape);
    },
    phase(pairs) {
      const values = store.open(pairs);
      const shape = pairs.shape.slice(0, -1);
      const data = Float64Array.from({ length: sizeOf(shape) }, (_, position) => {
        const [re, im] = [values[2 * position] ?? NaN, values[2 * position + 1] ?? NaN];
        return re === 0 && im === 0 ? 0 : Math.atan2(im === 0 ? 0 : im, re);
      });
      return store.make(data, shape);
    },
  };
}

/** The entries of an array that a smaller one of as many axes has, too. */
function placed(values: Float64Array, from: readonly number[], to: readonly number[]): Float64Array {
  const strides = stridesOf(from);
  const own = stridesOf(to);
  return Float64Array.from({ length: sizeOf(to) }, (_, at) => {
    const place = own.reduce(
      (sum, stride, axis) => sum + (Math.floor(at / stride) % (to[axis] ?? 1)) * (strides[axis] ?? 0),
      0,
    );
    return values[place] ?? NaN;
  });
}

/** Half spectra [..., 2] along an axis with their conjugate halves, real where a frequency is its own opposite. */
function completed(
  values: Float64Array,
  shape: readonly number[],
  axis: number,
  extent: number,
): Float64Array {
  const inner = sizeOf(shape.slice(axis + 1)) / 2;
  const outer = sizeOf(shape.slice(0, axis));
  const half = halfExtent(extent);
  const data = new Float64Array(2 * outer * extent * inner);
  for (let line = 0; line < outer * inner; line++) {
    const [o, i] = [Math.floor(line / inner), line % inner];
    for (let k = 0; k < extent; k++) {
      const opposite = (extent - k) % extent;
      const from = 2 * ((o * half + Math.min(k, opposite)) * inner + i);
      const to = 2 * ((o * extent + k) * inner + i);
      data[to] = values[from] ?? NaN;
      data[to + 1] = k === opposite ? 0 : (k < opposite ? 1 : -1) * (values[from + 1] ?? NaN);
    }
  }
  return data;
}

function transformed(
  values: Float64Array,
  shape: readonly number[],
  axis: number,
  inverse: boolean,
): Float64Array {
  const n = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1)) / 2;
  const outer = sizeOf(shape.slice(0, axis));
  const data = new Float64Array(values.length);
  // sines and cosines of all angles once, for each line needs them n times
  const angles = Float64Array.from({ length: n }, (_, m) => ((inverse ? 2 : -2) * Math.PI * m) / n);
  const [cosines, sines] = [angles.map(Math.cos), angles.map(Math.sin)];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const first = 2 * (o * n * inner + i);
      for (let k = 0; k < n; k++) {
        let re = 0;
        let im = 0;
        for (let j = 0, turn = 0; j < n; j++, turn = (turn + k) % n) {
          const at = first + 2 * j * inner;
          const c = cosines[turn] ?? NaN;
          const s = sines[turn] ?? NaN;
          const x = values[at] ?? 0;
          const y = values[at + 1] ?? 0;
          re += c * x - s * y;
          im += s * x + c * y;
        }
        data[first + 2 * k * inner] = re;
        data[first + 2 * k * inner + 1] = im;
      }
    }
  }
  return data;
}
