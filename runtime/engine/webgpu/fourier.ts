import type { Engine, Handle } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import { refuse } from "./device.ts";
import type { Kernel } from "./kernel.ts";
import type { Store, Table } from "./store.ts";

/**
 * A stage of Stockham's transform of lines of n pairs: transforms of `length` that are there become transforms of
 * `radix` times that length. Entry k of the transform of x_j, x_(j + m), ..., m = n/length, stands at k m + j; the sum
 * of the new one is over the `radix` transforms that it takes together, with roots of unity from a table. It sorts
 * itself, and works for every radix: a prime length is one stage, the sum of the definition.
 */
const STAGE: Kernel = {
  form: "entries",
  reads: ["f32", "f32"],
  writes: 1,
  numbers: ["n", "inner", "length", "radix", "inverse"],
  body: `
  let part = i % 2u;
  let within = i / 2u % inner;
  let at = i / (2u * inner) % n;
  let line = i / (2u * inner * n);
  let apart = n / (length * radix);
  let k = at / apart;
  let j = at % apart;
  var re = 0.0;
  var im = 0.0;
  for (var q = 0u; q < radix; q++) {
    let source = 2u * ((line * n + k % length * (n / length) + j + q * apart) * inner + within);
    let root = 2u * (q * k % (length * radix) * apart);
    let c = a1[root];
    let s = select(a1[root + 1u], -a1[root + 1u], inverse == 1u);
    re += c * a0[source] + s * a0[source + 1u];
    im += c * a0[source + 1u] - s * a0[source];
  }
  r0[i] = select(re, im, part == 1u);`,
};

/** The argument of pairs; the arcus tangent of the smaller over the larger by Cephes' atanf. */
const PHASE: Kernel = {
  form: "entries",
  reads: ["f32"],
  writes: 1,
  numbers: [],
  declarations: `
fn arctangent(x: f32) -> f32 {
  let far = x > 0.41421356;
  let y = select(x, (x - 1.0) / (x + 1.0), far);
  let s = y * y;
  let odd = (((0.080537446 * s - 0.13877685) * s + 0.19977711) * s - 0.33332949) * s * y + y;
  return select(odd, odd + ${Math.PI / 4}, far);
}`,
  body: `
  let re = a0[2u * i];
  let im = a0[2u * i + 1u];
  let down = min(abs(re), abs(im));
  let up = max(abs(re), abs(im));
  let first = arctangent(select(down / up, 1.0, down == up));
  let octant = select(first, ${Math.PI / 2} - first, abs(im) > abs(re));
  let half = select(octant, ${Math.PI} - octant, re < 0.0);
  var angle = select(half, -half, im < 0.0);
  if (up == 0.0) { angle = 0.0; }
  if (is_nan(re) || is_nan(im)) { angle = no_number(); }
  r0[i] = angle;`,
};

/** The largest prime factor of a length: its products with the length stay below 2^32. */
const LARGEST_FACTOR = 65521;

/** The table of cos and sin of 2 pi t/n, pair by pair. */
export type Roots = (n: number) => Table;

/** Tables of roots of unity, each made once. */
export function createRoots(): Roots {
  const known = new Map<number, Table>();
  return (n) => {
    const table = known.get(n) ?? unitRoots(n);
    known.set(n, table);
    return table;
  };
}

/** Fourier transforms, axis by axis and factor by factor, and the argument of pairs. */
export function fourierOf(store: Store, rootsOf: Roots): Pick<Engine, "fourier" | "phase"> {
  const alongAxis = (pairs: Handle, axis: number, inverse: boolean): Handle => {
    const n = pairs.shape[axis] ?? 1;
    const inner = sizeOf(pairs.shape.slice(axis + 1)) / 2;
    let current = pairs;
    let length = 1;
    for (const radix of factorsOf(n)) {
      const words = [n, inner, length, radix, Number(inverse)];
      const work = { operation: "fourier", kernel: STAGE, inputs: [current], tables: [rootsOf(n)], words };
      const next = store.compute(work, pairs.shape);
      if (current !== pairs) store.dispose([current]);
      current = next;
      length *= radix;
    }
    return current;
  };

  return {
    fourier(pairs, axes, inverse) {
      const rank = pairs.shape.length;
      if (pairs.shape[rank - 1] !== 2 || axes.some((axis) => axis < 0 || axis >= rank - 1)) {
        throw refuse("fourier", [pairs.shape], `no pairs, or no axes [${axes.join(", ")}]`);
      }
      const factors = axes.flatMap((axis) => factorsOf(pairs.shape[axis] ?? 1));
      if (factors.some((factor) => factor > LARGEST_FACTOR)) {
        throw refuse("fourier", [pairs.shape], `a length has a prime factor above ${LARGEST_FACTOR}`);
      }
      if (sizeOf(pairs.shape) === 0) return store.reshape(pairs, pairs.shape);
      let current = store.reshape(pairs, pairs.shape);
      for (const axis of axes) {
        const next = alongAxis(current, axis, inverse);
        if (next !== current) store.dispose([current]);
        current = next;
      }
      return current;
    },
    phase(pairs) {
      return store.compute({ operation: "phase", kernel: PHASE, inputs: [pairs] }, pairs.shape.slice(0, -1));
    },
  };
}

function unitRoots(n: number): Float32Array {
  const table = new Float32Array(2 * n);
  for (let t = 0; t < n; t++) {
    table[2 * t] = Math.cos((2 * Math.PI * t) / n);
    table[2 * t + 1] = Math.sin((2 * Math.PI * t) / n);
  }
  return table;
}

/** Prime factors, two 2s as one 4. */
function factorsOf(n: number): readonly number[] {
  const factors: number[] = [];
  let rest = n;
  for (let factor = 2; rest > 1; factor++) {
    if (factor === 2) for (; rest % 4 === 0; rest /= 4) factors.push(4);
    for (; rest % factor === 0; rest /= factor) factors.push(factor);
    if (factor * factor > rest && rest > 1) {
      factors.push(rest);
      break;
    }
  }
  return factors;
}
