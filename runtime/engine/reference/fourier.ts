import type { Engine } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import { refuse, type Store } from "./array.ts";

/** The discrete Fourier transform by its definition, and the argument of pairs. */
export function fourierOf(store: Store): Pick<Engine, "fourier" | "phase"> {
  return {
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
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (index: number): number => 2 * ((o * n + index) * inner + i);
      for (let k = 0; k < n; k++) {
        let [re, im] = [0, 0];
        for (let j = 0; j < n; j++) {
          const angle = ((inverse ? 2 : -2) * Math.PI * ((j * k) % n)) / n;
          const [c, s] = [Math.cos(angle), Math.sin(angle)];
          const [x, y] = [values[at(j)] ?? 0, values[at(j) + 1] ?? 0];
          re += c * x - s * y;
          im += s * x + c * y;
        }
        data[at(k)] = re;
        data[at(k) + 1] = im;
      }
    }
  }
  return data;
}
