import type { Combination } from "../combination.ts";
import { sameCombination } from "../combination.ts";
import {
  add,
  isNonnegative,
  multiply,
  ONE,
  type Scalar,
  simplified,
  subtract,
  type Unknowns,
  ZERO,
} from "../scalar.ts";
import type { Symbol } from "../../types/typing.ts";

/** p - sum of w_i grad f_i(p) (+ v N(p)): a gradient step at p, in the direction of one convex function. */
export interface GradientStep {
  readonly point: Combination;
  /** t L of the whole: the sum of w_i L_i */
  readonly lipschitz: Scalar;
  /** the weight and bounds of a network at the same point */
  readonly network: {
    readonly symbol: Symbol;
    readonly weight: Scalar;
    readonly bound: number | null;
  } | null;
  /** whether any gradient occurs at all */
  readonly moves: boolean;
}

/** Reads a combination as a gradient step at `point`; null if it is none. */
export function gradientStep(unknowns: Unknowns, a: Combination, point: Combination): GradientStep | null {
  let lipschitz: Scalar = ZERO;
  let network: GradientStep["network"] = null;
  let moves = false;
  let rest: Combination = { parts: new Map() };
  for (const [key, { weight, atom }] of a.parts) {
    if ((atom.kind === "normal" || atom.kind === "gradient") && sameCombination(atom.point, point)) {
      const down = subtract(ZERO, weight);
      if (!isNonnegative(unknowns, down)) return null;
      const constant = atom.kind === "normal" ? multiply(atom.norm, atom.norm) : atom.lipschitz;
      lipschitz = add(lipschitz, multiply(down, constant));
      moves = true;
    } else if (atom.kind === "network" && sameCombination(atom.point, point) && network === null) {
      network = { symbol: atom.symbol, weight, bound: atom.lipschitz };
    } else {
      rest = { parts: new Map([...rest.parts, [key, { weight, atom }]]) };
    }
  }
  const shrink = shrinkage(unknowns, rest, point);
  if (shrink === null) return null;
  return {
    point,
    lipschitz: simplified(unknowns, add(lipschitz, shrink)),
    network,
    moves: moves || shrink.terms.size > 0,
  };
}

/** c where rest = (1 - c) point with c >= 0: the gradient of c/2 |.|^2. */
function shrinkage(unknowns: Unknowns, rest: Combination, point: Combination): Scalar | null {
  if (rest.parts.size !== point.parts.size) return null;
  let shrink: Scalar | null = null;
  for (const [key, part] of point.parts) {
    const own = rest.parts.get(key);
    if (own === undefined) return null;
    const difference = subtract(part.weight, own.weight);
    const single = point.parts.size === 1 && part.weight.terms.size === 1;
    const scale = single && isOne(part.weight) ? difference : difference.terms.size === 0 ? ZERO : null;
    if (scale === null || !isNonnegative(unknowns, scale)) return null;
    shrink = scale;
  }
  return shrink;
}

function isOne(a: Scalar): boolean {
  return subtract(a, ONE).terms.size === 0;
}
