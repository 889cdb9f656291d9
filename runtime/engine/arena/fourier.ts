import type { Engine } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import { type FourierPlan, fourierPlan, halves, turnTable } from "./fourierPlan.ts";
import type { Store } from "./store.ts";

/** Lines that the kernel counts as one block; see runtime/kernels/source/fourier.c. */
const BLOCK = 16;
/** Fewer lines than this, or longer ones, are transformed in two halves. */
const FEW = 8;
const LONG = 8192;
/** About so many operations are worth an item. */
const ITEM = 200_000;
const MOST_ITEMS = 64;
/** Entries of an item of `phase`. */
const PHASES = 4096;

/** Lines of pairs: line (o, i), i below `inner`, has entry j at o*outer + i*inner + j*step; see the kernel. */
interface Lines {
  readonly count: number;
  readonly inner: number;
  readonly source: Strides;
  readonly target: Strides;
}
type Strides = readonly [outer: number, inner: number, step: number];

/** The discrete Fourier transform of pairs, and their arguments. */
export function fourierOf(store: Store): Pick<Engine, "fourier" | "phase"> {
  const plans = new Map<number, FourierPlan>();
  const planOf = (length: number): FourierPlan => {
    const plan = plans.get(length) ?? fourierPlan(length);
    plans.set(length, plan);
    return plan;
  };
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

interface Along {
  readonly from: number;
  readonly to: number;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly inverse: boolean;
}

type PlanOf = (length: number) => FourierPlan;

function alongAxis(store: Store, planOf: PlanOf, { from, to, shape, axis, inverse }: Along): void {
  const n = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1)) / 2;
  const count = sizeOf(shape) / (2 * n);
  if (sizeOf(shape) === 0) return;
  const plan = planOf(n);
  const split = inner === 1 && plan.bluestein === null && (count < FEW || n > LONG) ? halves(n) : null;
  if (split !== null && split[1] >= 4) inHalves(store, planOf, { from, to, inverse, count, split });
  else {
    const strides: Strides = inner === 1 ? [0, n, 1] : [n * inner, 1, inner];
    const lines = { count, inner: inner === 1 ? count : inner, source: strides, target: strides };
    transform(store, plan, lines, { from, to, inverse, turn: 0, plane: 0 });
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
    transform(store, planOf(p), first, { from, to: between, inverse, turn, plane });
    const second: Lines = { count: count * p, inner: p, source: [n, q, 1], target: [n, 1, p] };
    transform(store, planOf(q), second, { from: between, to, inverse, turn: 0, plane: 0 });
  });
}

interface Transform {
  readonly from: number;
  readonly to: number;
  readonly inverse: boolean;
  /** the place of a table of `turnTable`, or 0, and how far apart its planes lie */
  readonly turn: number;
  readonly plane: number;
}

function transform(store: Store, plan: FourierPlan, lines: Lines, what: Transform): void {
  const { length, padded, radices, bluestein } = plan;
  const { count, inner } = lines;
  const group = inner >= 4 ? inner : count;
  const blocks = Math.ceil(group / BLOCK) * (count / group);
  const ofBlock = (bluestein === null ? 6 : 14) * BLOCK * padded * Math.log2(padded + 1);
  const each = Math.max(1, Math.round(ITEM / ofBlock), Math.ceil(blocks / MOST_ITEMS));
  const items = Math.ceil(blocks / each);
  const table = (kind: string, values: () => Float32Array): number =>
    store.table(`fourier ${kind} ${length}`, values);
  const twiddles = store.table(`fourier twiddles ${padded}`, plan.twiddles);
  const chirp = bluestein === null ? 0 : table("chirp", bluestein.chirp);
  const spectrum = bluestein === null ? 0 : table("spectrum", bluestein.spectrum);
  const room = 4 * (padded * BLOCK + 16);
  store.scratch(items * room, (place) => {
    const words = [
      ...[what.from, what.to, length, padded, count, inner, group, Number(what.inverse)],
      ...[...lines.source, ...lines.target],
      ...[twiddles, chirp, spectrum, what.turn, what.plane],
      ...[place, room, blocks, each, radices.length, ...radices],
    ];
    store.machine.run("fourier", words, items, ofBlock * blocks);
  });
}
