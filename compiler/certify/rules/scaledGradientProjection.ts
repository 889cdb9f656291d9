import { partsOf } from "../../ast/parts.ts";
import type { Expression } from "../../ast/tree.ts";
import type { Typed } from "../../types/typing.ts";
import { isNonnegative, isPositive } from "../scalar/bounds.ts";
import {
  cofactor,
  degree,
  keysOf,
  multiply,
  ONE,
  power,
  raise,
  type Scalar,
  subtract,
  valueOf,
} from "../scalar/polynomial.ts";
import { equal, reciprocal, simplified, type Unknowns, varies } from "../scalar/unknowns.ts";
import {
  type Atom,
  type Combination,
  entrywise,
  isFixed,
  minus,
  of,
  onlyAtom,
  plus,
  same,
  stateOf,
  times,
} from "../symbolic/combination.ts";
import type { Context } from "../symbolic/context.ts";
import { substitute } from "../symbolic/linear.ts";
import { scalarOf } from "../symbolic/numbers.ts";
import type { NormalStep } from "../symbolic/step.ts";
import type { CertificateRule, Verdict } from "../verdict.ts";
import { asksForDescent, type LineSearch, lineSearchOf } from "./armijo.ts";
import { slackConditions } from "./backtracking.ts";
import { notFound, vectorStates } from "./steps.ts";

const NAME = "scaled gradient projection (Bonettini, Zanella, Zanni, 2009)";

/**
 * x+ = x + c (P(x - t D grad f(x)) - x) by Armijo's rule on f, with a diagonal D in [1/rho_k, rho_k], t in
 * [tmin, tmax] and sum(rho_k^2 - 1) < inf, on a set that is a product of intervals.
 */
export const scaledGradientProjection: CertificateRule = {
  name: NAME,
  citation: "Bonettini and Prato, Inverse Problems 31 (2015), Theorem 3.1",
  recognise: (step) => {
    const [x] = vectorStates(step, 1) ?? [];
    const search = x === undefined ? null : lineSearchOf(step, x);
    if (search === null || !isFixed(step.context.unknowns, search.tested)) return null;
    const { unknowns } = step.context;
    const own = stateOf(search.x.symbol);
    const target = onlyAtom(plus(search.direction, own));
    if (target?.kind !== "prox" || search.tested.nonsmooth.size > 0 || !isBox(target)) return null;
    const scaled = scalingOf(unknowns, minus(own, target.point), substitute(search.tested.gradient, own));
    return scaled && verdict(step, search, scaled.t, scaled.scaling);
  },
};

/** Whether a prox is the projection onto a product of intervals. */
function isBox({ of: { nonsmooth, gradient } }: Extract<Atom, { kind: "prox" }>): boolean {
  const keys = [...nonsmooth.keys()];
  const boxes = keys.every((key) => /^indicator\((nonnegative\)|box\()/u.test(key));
  return keys.length > 0 && boxes && gradient.parts.size === 0;
}

/** What d is, as written; null without scaling. */
type Scaling = Expression<Typed> | "unknown" | null;

/** t and d with a = t d .* b; d is another vector of the step, or absent. */
function scalingOf(
  unknowns: Unknowns,
  a: Combination,
  b: Combination,
): { readonly t: Scalar; readonly scaling: Scaling } | null {
  const plain = factor(unknowns, a, b);
  if (plain !== null) return { t: plain, scaling: null };
  for (const { atom } of a.parts.values()) {
    if (atom.kind !== "entrywise") continue;
    for (const side of [atom.left, atom.right]) {
      if (side.kind !== "other" && side.kind !== "prox") continue;
      const t = factor(unknowns, a, entrywise(of(side), b));
      if (t !== null) return { t, scaling: (side.kind === "other" ? side.expression : null) ?? "unknown" };
    }
  }
  return null;
}

function factor(unknowns: Unknowns, a: Combination, b: Combination): Scalar | null {
  const [first] = [...b.parts];
  const weight = first === undefined ? undefined : a.parts.get(first[0])?.weight;
  if (first === undefined || weight === undefined) return null;
  const t = simplified(unknowns, multiply(weight, reciprocal(unknowns, first[1].weight)));
  return same(unknowns, a, times(t, b)) ? t : null;
}

function verdict(step: NormalStep, search: LineSearch, t: Scalar, scaling: Scaling): Verdict {
  const { unknowns } = step.context;
  if (!asksForDescent(search))
    return notFound(NAME, "the line search asks for no share of the slope <grad f(x), z>");
  if (varies(unknowns, t) ? !staysBetween(step, t) : !isPositive(unknowns, t)) {
    return notFound(
      NAME,
      "the step size is not kept in [tmin, tmax] with tmin > 0: declare it so, or clip it",
    );
  }
  if (scaling !== null && !approachesOne(step.context, scaling)) {
    return notFound(
      NAME,
      "the scalings are not known to approach 1, and sum(rho_k^2 - 1) < inf is needed for d in [1/rho_k, rho_k]. " +
        "Clip them: clip(d, 1/rho, rho) with rho = sqrt(1 + c/(k + 1)^p), p > 1",
    );
  }
  return {
    kind: "proved",
    algorithm: NAME,
    statement:
      "the iterates converge, and F(x_k) - F* = O(1/k), since t stays in [tmin, tmax] and the scalings in [1/rho_k, rho_k] with sum(rho_k^2 - 1) < inf",
    about: "values",
    conditions: [
      "tmin <= t <= tmax",
      "sum(rho_k^2 - 1) < inf",
      "a minimiser exists",
      "the start lies in the set",
      ...slackConditions(search),
    ],
    minimises: { of: search.tested, states: [search.x.symbol] },
  };
}

/** Whether a number is a state that keeps an interval [tmin, tmax] with tmin > 0. */
function staysBetween({ numbers, context }: NormalStep, t: Scalar): boolean {
  const { unknowns } = context;
  const state = numbers.find(({ now }) => equal(unknowns, now, t));
  if (state?.bounds?.kind !== "interval" || state.bounds.high.kind === "infinity") return false;
  const [low, high] = [scalarOf(context, state.bounds.low), scalarOf(context, state.bounds.high)];
  return isPositive(unknowns, low) && !varies(unknowns, low) && !varies(unknowns, high);
}

/** Whether an expression is clip(e, 1/rho, rho) with rho^2 = 1 + c/(k + a)^p, c >= 0, a > 0, p > 1. */
function approachesOne(context: Context, expression: Exclude<Scaling, null>): boolean {
  if (expression === "unknown") return false;
  if (expression.kind !== "call" || expression.call.kind !== "library" || expression.call.name !== "clip") {
    return false;
  }
  const [, low, high] = expression.call.arguments;
  if (low === undefined || high === undefined || [low, high].some(readsVariable)) return false;
  const rho = scalarOf(context, high);
  const { unknowns } = context;
  if (!equal(unknowns, multiply(scalarOf(context, low), rho), ONE)) return false;
  return isSummable(context, subtract(simplified(unknowns, raise(rho, 2)), ONE));
}

/** Whether an expression reads what may have changed since: a `var` or a state. */
function readsVariable(expression: Expression<Typed>): boolean {
  if (expression.kind === "name" && expression.reference.kind === "symbol") {
    const { kind } = expression.reference.symbol.origin;
    return kind === "var" || kind === "state";
  }
  return partsOf(expression).some(readsVariable);
}

/** Whether a = c/(k + a)^p with c >= 0 that stays, a > 0 and p > 1. */
function isSummable(context: Context, a: Scalar): boolean {
  const { unknowns } = context;
  return [...keysOf(a)].some((key) => {
    const named = context.powers.get(key);
    const q = unknowns.get(key)?.inverse ?? null;
    if (named !== undefined) {
      const weight = cofactorOfInverse(a, key);
      const decays = isPositive(unknowns, subtract(named.exponent, ONE)) && !varies(unknowns, named.exponent);
      return weight !== null && isShare(unknowns, weight) && decays && isShifted(unknowns, named.base);
    }
    if (q === null) return false;
    const weight = cofactor(a, key, 1);
    const counter = [...keysOf(q)].find((each) => unknowns.get(each)?.counts === true);
    const whole = subtract(a, multiply(weight, power(key, 1)));
    return (
      counter !== undefined &&
      whole.terms.size === 0 &&
      isShare(unknowns, weight) &&
      degree(q, counter) >= 2 &&
      isPositive(unknowns, q)
    );
  });
}

/** c with a = c/key. */
function cofactorOfInverse(a: Scalar, key: string): Scalar | null {
  const terms = [...a.terms.values()];
  if (!terms.every(({ powers }) => powers.get(key) === -1)) return null;
  return multiply(a, power(key, 1));
}

function isShare(unknowns: Unknowns, weight: Scalar): boolean {
  return !varies(unknowns, weight) && isNonnegative(unknowns, weight);
}

/** Whether a number is k + a with the number k of the step and a > 0. */
function isShifted(unknowns: Unknowns, base: Scalar): boolean {
  const counter = [...keysOf(base)].find((key) => unknowns.get(key)?.counts === true);
  if (counter === undefined) return false;
  const shift = valueOf(subtract(base, power(counter, 1)));
  return shift !== null && shift > 0;
}
