import type { Variable } from "../../compiler/ir/block.ts";
import {
  arrayOf,
  countOf,
  entriesOf,
  type Complex,
  type ReferenceArray,
  type ReferenceSpace,
  type ReferenceValue,
} from "../../compiler/ir/evaluate/array.ts";
import { asValue, itemAt, Lanes, type LaneValue, type Setting } from "../../compiler/ir/evaluate/lanes.ts";
import { bindSpace } from "../../compiler/ir/evaluate/rules.ts";
import { spaceOf } from "../../compiler/ir/spaces.ts";
import { name } from "../../compiler/types/dimension.ts";
import type { Element, Space } from "../../compiler/types/space.ts";

/** A small deterministic generator of numbers in [-1, 1). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 12345) >>> 0;
  }

  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 31 - 1;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.min(choices.length - 1, Math.floor(((this.next() + 1) / 2) * choices.length))]!;
  }
}

/** Sizes and spaces that all tests of the IR share. */
export const SIZES = { n: 3, m: 4, c: 2, h: 4, w: 6 } as const;

export function space(element: Element, ...sizes: readonly (keyof typeof SIZES)[]): Space {
  return { kind: "array", element, dimensions: sizes.map((size) => name(size)) };
}

export const REAL = space("real", "n");
export const COMPLEX = space("complex", "n");
export const NUMBER = space("real");
export const NAMED: Space = { kind: "named", name: "X", field: "any" };

export function setting(named: ReferenceSpace = { kind: "array", field: "real", shape: [SIZES.n] }): Setting {
  const padded = { "ceil(n/4)*4": 4, "ceil(w/4)*4": 8, "ceil(h/4)*4": 4 };
  return { functions: new Map(), sizes: { ...SIZES, ...padded }, spaces: { X: named } };
}

export function randomValue(
  of: ReferenceSpace,
  dice: Dice,
  entry: (x: number) => number = (x) => x,
): ReferenceValue {
  if (of.kind === "product") {
    return { kind: "product", parts: of.parts.map((part) => randomValue(part, dice, entry)) };
  }
  const entries = Array.from({ length: countOf(of.shape) }, () => ({
    re: entry(dice.next()),
    im: entry(dice.next()),
  }));
  return arrayOf(of.shape, of.field, (i) => entries[i]!);
}

/** A random value for a variable, with its sharing. */
export function randomLanes(
  variable: Variable,
  count: number,
  dice: Dice,
  where: Setting,
  entry?: (x: number) => number,
): LaneValue {
  const of = bindSpace(spaceOf(variable), where);
  if (variable.shared) return { shared: true, value: randomValue(of, dice, entry) };
  return { shared: false, values: Array.from({ length: count }, () => randomValue(of, dice, entry)) };
}

/** Values by variable. */
export type Bindings = ReadonlyMap<Variable, LaneValue>;

export function lanesOf(count: number, bindings: Bindings): Lanes {
  const lanes = new Lanes(count);
  for (const [variable, value] of bindings) lanes.bind(variable, value);
  return lanes;
}

/** All real numbers that a value for all lanes is made of. */
export function realsOf(value: LaneValue): readonly number[] {
  const items = value.shared ? [value.value] : value.values;
  return items.flatMap((item) =>
    arraysOf(asValue(item)).flatMap((array) => [...array.re, ...(array.im ?? [])]),
  );
}

/** The value with one of those numbers changed. */
export function nudged(value: LaneValue, index: number, by: number): LaneValue {
  let next = 0;
  const change = (of: ReferenceValue): ReferenceValue => {
    if (of.kind === "product") return { kind: "product", parts: of.parts.map(change) };
    const part = (entries: Float64Array): Float64Array =>
      entries.map((entry) => {
        const own = next === index;
        next += 1;
        return own ? entry + by : entry;
      });
    return { ...of, re: part(of.re), im: of.im === null ? null : part(of.im) };
  };
  if (value.shared) return { shared: true, value: change(asValue(value.value)) };
  return { shared: false, values: value.values.map((item) => change(asValue(item))) };
}

/** value + by*direction, entry by entry. */
export function shifted(value: LaneValue, direction: LaneValue, by: number): LaneValue {
  const along = realsOf(direction);
  let next = 0;
  const part = (entries: Float64Array): Float64Array =>
    entries.map((entry) => {
      next += 1;
      return entry + by * along[next - 1]!;
    });
  const change = (of: ReferenceValue): ReferenceValue =>
    of.kind === "product"
      ? { kind: "product", parts: of.parts.map(change) }
      : { ...of, re: part(of.re), im: of.im === null ? null : part(of.im) };
  if (value.shared) return { shared: true, value: change(asValue(value.value)) };
  return { shared: false, values: value.values.map((item) => change(asValue(item))) };
}

function arraysOf(value: ReferenceValue): readonly ReferenceArray[] {
  return value.kind === "product" ? value.parts.flatMap(arraysOf) : [value];
}

/** The largest distance of two values, relative to their size. */
export function distance(a: LaneValue, b: LaneValue, count: number): number {
  let difference = 0;
  let size = 1;
  for (let lane = 0; lane < (a.shared && b.shared ? 1 : count); lane += 1) {
    const [first, second] = [entriesOf(asValue(itemAt(a, lane))), entriesOf(asValue(itemAt(b, lane)))];
    if (first.length !== second.length) return Number.POSITIVE_INFINITY;
    first.forEach((entry, i) => {
      const other: Complex = second[i]!;
      difference = Math.max(
        difference,
        Math.hypot(entry.re - other.re, entry.im - other.im) || nanGap(entry, other),
      );
      size = Math.max(size, Math.hypot(entry.re, entry.im));
    });
  }
  return difference / size;
}

function nanGap(a: Complex, b: Complex): number {
  return Number.isNaN(a.re) === Number.isNaN(b.re) ? 0 : Number.POSITIVE_INFINITY;
}

/** Re<a, b> over all lanes; a shared value counts once where both are shared. */
export function pairing(a: LaneValue, b: LaneValue, count: number): number {
  let sum = 0;
  for (let lane = 0; lane < (a.shared && b.shared ? 1 : count); lane += 1) {
    const [first, second] = [entriesOf(asValue(itemAt(a, lane))), entriesOf(asValue(itemAt(b, lane)))];
    first.forEach((entry, i) => {
      const other = second[i]!;
      sum += entry.re * other.re + entry.im * other.im;
    });
  }
  return sum;
}
