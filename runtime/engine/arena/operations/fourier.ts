import type { Engine } from "../../engine.ts";
import { sizeOf } from "../../shape.ts";
import {
  BLOCK,
  type Lines,
  linesAlong,
  type PlanOf,
  plansOf,
  type Strides,
  transform,
} from "./fourierLines.ts";
import { halves, turnTable } from "./fourierPlan.ts";
import type { Store } from "../store.ts";

/** Fewer lines than this, or longer ones, are transformed in two halves. */
const FEW = 8;
const LONG = 8192;
/** Lines up to this are left as they are. */
const SHORT = 256;
/** Entries of an item of `phase`. */
const PHASES = 4096;

/** The discrete Fourier transform of pairs, and their arguments. */
export function fourierOf(store: Store): Pick<Engine, "fourier" | "phase"> {
  const planOf = plansOf();
  return {
    fourier(pairs, axes, inverse) {
      const rank = pairs.shape.length;
      if (pairs.shape[rank - 1] !== 2 || axes.some((axis) => axis < 0 || axis >= rank - 1)) {
        throw store.refuse("fourier", [pairs], `no pairs, or no axes [${axes.join(", ")}]`);
      }
      const along = axes.filter((axis) => pairs.shape[axis] !== 1);
      if (along.length === 0) return store.reshape(pairs, pairs.shape);
      const result = store.make(pairs.shape);
      const to = store.offsetOf(result);
      let from = store.offsetOf(pairs);
      for (const axis of along) {
        alongAxis(store, planOf, { from, to, shape: pairs.shape, axis, inverse });
        from = to;
      }
      return result;
    },
    phase(pairs) {
      const shape = pairs.shape.slice(0, -1);
      if (pairs.shape.at(-1) !== 2) throw store.refuse("phase", [pairs], "no pairs");
      const result = store.make(shape);
      const entries = sizeOf(shape);
      const words = [store.offsetOf(pairs), store.offsetOf(result), entries, PHASES];
      store.machine.run("phase", words, Math.ceil(entries / PHASES), 30 * entries);
      return result;
    },
  };
}

/** Whether lines of n entries, neighbours where `inner` is 1, of so many in all, are few and long, or very long. */
export function inFewLines(n: number, entries: number, inner: number): boolean {
  return inner === 1 && (n > LONG || (n > SHORT && entries / n < FEW));
}

/** Pairs [..., 2] in the arena. */
export interface Along {
  readonly from: number;
  readonly to: number;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly inverse: boolean;
}

/** The transform of pairs along one axis; `to` may be `from`. */
export function alongAxis(store: Store, planOf: PlanOf, { from, to, shape, axis, inverse }: Along): void {
  const n = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1)) / 2;
  const count = sizeOf(shape) / (2 * n);
  if (sizeOf(shape) === 0) return;
  const plan = planOf(n);
  const split = inner === 1 && plan.bluestein === null && (count < FEW || n > LONG) ? halves(n) : null;
  if (split !== null && split[1] >= 4) inHalves(store, planOf, { from, to, inverse, count, split });
  else {
    const lines = linesAlong(count, n, n, inner);
    transform(store, "fourier", plan, lines, { from, to, own: [Number(inverse), 0, 0], factors: null });
  }
}

interface Halves {
  readonly from: number;
  readonly to: number;
  readonly inverse: boolean;
  readonly count: number;
  readonly split: readonly [number, number];
}

/**
 * Lines of n = p q: with j = j1 q + j2 and k = k1 + p k2 the transforms of length p over j1, factors
 * e^(-2 pi i j2 k1 / n), and the transforms of length q over j2.
 */
function inHalves(store: Store, planOf: PlanOf, { from, to, inverse, count, split: [p, q] }: Halves): void {
  const n = p * q;
  const plane = n + BLOCK;
  const turn = store.table(`fourier turn ${p} ${q}`, () => turnTable(p, q, plane));
  store.scratch(2 * n * count, (between) => {
    const columns: Strides = [n, 1, q];
    const first = { count: count * q, inner: q, source: columns, target: columns };
    transform(store, "fourier", planOf(p), first, {
      from,
      to: between,
      own: [Number(inverse), turn, plane],
      factors: null,
    });
    const second: Lines = { count: count * p, inner: p, source: [n, q, 1], target: [n, 1, p] };
    transform(store, "fourier", planOf(q), second, {
      from: between,
      to,
      own: [Number(inverse), 0, 0],
      factors: null,
    });
  });
}
