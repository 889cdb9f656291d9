import { type FourierPlan, fourierPlan } from "./fourierPlan.ts";
import type { Store } from "../store.ts";

/** Lines that the kernels count as one block; see runtime/kernels/source/fourier.c. */
export const BLOCK = 16;
/** About so many operations are worth an item. */
const ITEM = 200_000;
const MOST_ITEMS = 64;

/** Lines: line (o, i), i below `inner`, has entry j at o*outer + i*inner + j*step; see the kernels. */
export interface Lines {
  readonly count: number;
  readonly inner: number;
  readonly source: Strides;
  readonly target: Strides;
}
export type Strides = readonly [outer: number, inner: number, step: number];

/** What the spectra of lines are multiplied by; strides in floats. */
export interface Factors {
  readonly place: number;
  /** of one factor: 1, or 2 of a pair */
  readonly floats: number;
  readonly conjugate: boolean;
  readonly strides: Strides;
}

/** What a kernel does to lines. */
export interface Transform {
  readonly from: number;
  readonly to: number;
  /** the kernel's own words */
  readonly own: readonly [number, number, number];
  readonly factors: Factors | null;
}

export type PlanOf = (length: number) => FourierPlan;

/** The plans of lengths, each made once. */
export function plansOf(): PlanOf {
  const plans = new Map<number, FourierPlan>();
  return (length) => {
    const plan = plans.get(length) ?? fourierPlan(length);
    plans.set(length, plan);
    return plan;
  };
}

/** So many lines of `from` entries in arrays [..., from, inner], and of `to` entries in [..., to, inner]. */
export function linesAlong(count: number, from: number, to: number, inner: number): Lines {
  const strides = (n: number): Strides => (inner === 1 ? [0, n, 1] : [n * inner, 1, inner]);
  return { count, inner: inner === 1 ? count : inner, source: strides(from), target: strides(to) };
}

/** Runs a kernel on lines, with a plan of the length of its transforms. */
export function transform(
  store: Store,
  kernel: "fourier" | "fourier_real",
  plan: FourierPlan,
  lines: Lines,
  { from, to, own, factors }: Transform,
): void {
  const { length, padded, radices, bluestein } = plan;
  const { count, inner } = lines;
  const group = inner >= 4 || factors !== null ? inner : count;
  const blocks = Math.ceil(group / BLOCK) * (count / group);
  const ofBlock =
    (bluestein === null ? 6 : 14) * (factors === null ? 1 : 2) * BLOCK * padded * Math.log2(padded + 1);
  const each = Math.max(1, Math.round(ITEM / ofBlock), Math.ceil(blocks / MOST_ITEMS));
  const items = Math.ceil(blocks / each);
  const table = (kind: string, values: () => Float32Array): number =>
    store.table(`fourier ${kind} ${length}`, values);
  const twiddles = store.table(`fourier twiddles ${padded}`, plan.twiddles);
  const chirp = bluestein === null ? 0 : table("chirp", bluestein.chirp);
  const spectrum = bluestein === null ? 0 : table("spectrum", bluestein.spectrum);
  const by = factors ?? { place: 0, floats: 1, conjugate: false, strides: [0, 0, 0] };
  const room = 4 * ((padded + 1) * BLOCK + 16);
  store.scratch(items * room, (place) => {
    const words = [
      ...[from, to, ...lines.source, ...lines.target, group, blocks, each],
      ...[by.place, by.floats, Number(by.conjugate), ...by.strides, place, room, ...own],
      ...[inner, length, padded, twiddles, chirp, spectrum, radices.length, ...radices],
    ];
    store.machine.run(kernel, words, items, ofBlock * blocks);
  });
}
