import type { Symbol } from "../../types/typing.ts";
import { isPositive } from "../scalar/bounds.ts";
import { add, ONE, type Scalar, subtract } from "../scalar/polynomial.ts";
import { type Unknowns, varies } from "../scalar/unknowns.ts";
import {
  type Atom,
  type Combination,
  type ConvexFunction,
  isFixed,
  minus,
  of,
  plus,
  same,
  stateOf,
  times,
} from "../symbolic/combination.ts";
import { isConvex } from "../symbolic/convex.ts";
import type { NormalStep, VectorState } from "../symbolic/step.ts";
import type { Verdict } from "../verdict.ts";

export type ProxAtom = Extract<Atom, { kind: "prox" }>;
export type NetworkAtom = Extract<Atom, { kind: "network" }>;

/** w Q(p) + (1 - w) x: an oracle with its relaxation. */
export interface Relaxed<A extends Atom> {
  readonly outer: A;
  readonly weight: Scalar;
  readonly rest: Combination;
}

/** The one oracle of a kind in a combination, with what stands beside it. */
export function outermost<K extends "prox" | "network">(
  a: Combination,
  kind: K,
): Relaxed<Extract<Atom, { kind: K }>> | null {
  const found = [...a.parts.values()].flatMap((part) =>
    isKind(part.atom, kind) ? [{ atom: part.atom, weight: part.weight }] : [],
  );
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) return null;
  const rest = minus(a, times(only.weight, of(only.atom)));
  return { outer: only.atom, weight: only.weight, rest };
}

function isKind<K extends Atom["kind"]>(atom: Atom, kind: K): atom is Extract<Atom, { kind: K }> {
  return atom.kind === kind;
}

/** Whether rest = (1 - w) p, with a w > 0 that stays. */
export function isRelaxation(
  unknowns: Unknowns,
  relaxed: Relaxed<ProxAtom | NetworkAtom>,
  point: Combination,
): boolean {
  const { weight, rest } = relaxed;
  return (
    !varies(unknowns, weight) &&
    isPositive(unknowns, weight) &&
    same(unknowns, rest, times(subtract(ONE, weight), point))
  );
}

/** Whether a prox is that of one convex function, the same in every step. */
export function isProper(unknowns: Unknowns, prox: ProxAtom): boolean {
  return isConvex(unknowns, prox.of) && isFixed(unknowns, prox.of);
}

/** The states that are no numbers; null unless there are so many. */
export function vectorStates(step: NormalStep, count: number): readonly VectorState[] | null {
  return step.vectors.length === count ? step.vectors : null;
}

/** All orders of a list. */
export function permutations<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length <= 1) return [all];
  return all.flatMap((first, k) =>
    permutations(all.filter((_, other) => other !== k)).map((rest) => [first, ...rest]),
  );
}

/** Whether a combination is exactly the value of a state before the step. */
export function isState(unknowns: Unknowns, a: Combination, symbol: Symbol): boolean {
  return same(unknowns, a, stateOf(symbol));
}

/** The sum of two functions. */
export function joined(a: ConvexFunction, b: ConvexFunction): ConvexFunction {
  const nonsmooth = new Map(a.nonsmooth);
  for (const [key, term] of b.nonsmooth) {
    const before = nonsmooth.get(key)?.weight;
    const weight = before === undefined || term.indicator ? term.weight : add(before, term.weight);
    nonsmooth.set(key, { ...term, weight });
  }
  return { gradient: plus(a.gradient, b.gradient), nonsmooth };
}

/** An answer of "not found". */
export function notFound(algorithm: string | null, obstruction: string): Verdict {
  return { kind: "not_found", algorithm, obstruction };
}
