import { isAtMost, isPositive } from "../scalar/bounds.ts";
import {
  add,
  cofactor,
  keysOf,
  multiply,
  number,
  ONE,
  power,
  raise,
  type Scalar,
  scale,
  subtract,
  valueOf,
} from "../scalar/polynomial.ts";
import { equal, reciprocal, simplified, text, type Unknowns } from "../scalar/unknowns.ts";
import {
  type Combination,
  minus,
  NOTHING,
  plus,
  ratio,
  same,
  stateOf,
  times,
} from "../symbolic/combination.ts";
import type { NormalStep, VectorState } from "../symbolic/step.ts";
import type { CertificateRule, Minimised, Verdict } from "../verdict.ts";
import { type Backtracking, backtrackingOf, isBacktracked, slackConditions } from "./backtracking.ts";
import { gradientStep, wholeGradient, wholeLipschitz } from "./smoothPart.ts";
import {
  isProper,
  isState,
  notFound,
  outermost,
  permutations,
  type ProxAtom,
  vectorStates,
} from "./steps.ts";

/**
 * x+ = prox(z - t grad f(z)) with z+ = x+ + b (x+ - x), or the same with the last x kept in a state of its own;
 * b = (s - 1)/s+ with s+ = (1 + sqrt(1 + 4 s^2))/2 from 1, or b = (k + d)/(k + c) with
 * c > 0 and c - d >= 3; t <= 1/L.
 */
export const fista: CertificateRule = {
  name: "FISTA",
  citation:
    "Beck and Teboulle, SIAM J. Imaging Sciences 2 (2009), Theorem 4.4; Chambolle and Dossal, JOTA 166 (2015)",
  recognise: (step) => {
    for (const [x, second] of permutations(vectorStates(step, 2) ?? [])) {
      if (x === undefined || second === undefined) continue;
      const inertial = inertialOf(step, x, second);
      const answer = inertial && verdict(step, inertial);
      if (answer !== null) return answer;
    }
    return null;
  },
};

interface Inertial {
  readonly x: VectorState;
  /** the point where the gradient is taken */
  readonly point: Combination;
  /** b */
  readonly momentum: Scalar;
  /** whether the step ends, and does not begin, with the extrapolation: then the constants are the theorem's */
  readonly extrapolatesLast: boolean;
  readonly prox: ProxAtom | null;
  /** what the prox is applied to */
  readonly inner: Combination;
}

function inertialOf(step: NormalStep, x: VectorState, second: VectorState): Inertial | null {
  const { unknowns } = step.context;
  const relaxed = outermost(x.next, "prox");
  const plain = relaxed === null || (relaxed.rest.parts.size === 0 && valueOf(relaxed.weight) === 1);
  if (!plain) return null;
  const prox = relaxed?.outer ?? null;
  const inner = prox === null ? x.next : prox.point;
  const own = stateOf(x.symbol);
  if (!isState(unknowns, second.next, x.symbol)) {
    const momentum = factor(unknowns, minus(second.next, x.next), minus(x.next, own));
    const point = stateOf(second.symbol);
    return momentum === null ? null : { x, point, momentum, extrapolatesLast: true, prox, inner };
  }
  const back = inner.parts.get([...stateOf(second.symbol).parts.keys()][0] ?? "");
  if (back === undefined) return null;
  const momentum = simplified(unknowns, multiply(back.weight, number(-1)));
  const point = plus(own, times(momentum, minus(own, stateOf(second.symbol))));
  return { x, point, momentum, extrapolatesLast: false, prox, inner };
}

function factor(unknowns: Unknowns, a: Combination, b: Combination): Scalar | null {
  if (same(unknowns, a, NOTHING)) return null;
  return ratio(unknowns, a, b, (c, d) => simplified(unknowns, multiply(c, reciprocal(unknowns, d))));
}

function verdict(step: NormalStep, inertial: Inertial): Verdict | null {
  const { unknowns } = step.context;
  const { x, point, prox, inner } = inertial;
  const searched = backtrackingOf(step, x.next, point);
  if (searched !== null && isBacktracked(unknowns, inner, point, prox, searched)) {
    return backtracked(step, inertial, searched);
  }
  if (prox !== null && !isProper(unknowns, prox)) return null;
  const found = gradientStep(unknowns, inner, point);
  if (found === null) return heavyBall(step, inertial);
  if (found.network !== null) return null;
  const lipschitz = wholeLipschitz(unknowns, found);
  if (valueOf(lipschitz) === 0) return null;
  const rate = rateOf(step, inertial);
  if (rate === null) return unproved("its momentum is not FISTA's");
  if (!isAtMost(unknowns, lipschitz, 1)) {
    return unproved(
      `FISTA needs t <= 1/L, and t*L = ${text(unknowns, lipschitz)} is not known to stay at most 1`,
    );
  }
  const gradient = wholeGradient(found);
  return proved(
    "FISTA",
    rate === "exact"
      ? "F(x_k) - F* <= 2*L*R^2/(k + 1)^2 with R the distance from the start to a minimiser"
      : "F(x_k) - F* falls as 1/k^2",
    ["t <= 1/L", SEQUENCE, EXISTS],
    gradient && minimises(gradient, prox, x),
  );
}

const EXISTS = "a minimiser exists";
const SEQUENCE = "t_{k+1}^2 - t_{k+1} <= t_k^2";

/** A step with momentum whose gradient is taken at x itself. */
function heavyBall(step: NormalStep, { x, point, inner }: Inertial): Verdict | null {
  const own = stateOf(x.symbol);
  const found = gradientStep(step.context.unknowns, minus(inner, minus(point, own)), own);
  return found === null ? null : unproved("its gradient is not taken at the extrapolated point");
}

function backtracked(step: NormalStep, inertial: Inertial, searched: Backtracking): Verdict {
  const { unknowns } = step.context;
  const { x, prox } = inertial;
  const rate = rateOf(step, inertial);
  if (rate === null) return unproved("its momentum is not FISTA's");
  if (!searched.nondecreasing) {
    return unproved(
      "FISTA with backtracking needs an L that never falls: make it a state that only the loop changes",
    );
  }
  return proved(
    "FISTA with backtracking",
    rate === "exact"
      ? "F(x_k) - F* <= 2*eta*L*R^2/(k + 1)^2 with eta the growth of L in a round and R the distance from the start to a minimiser"
      : "F(x_k) - F* falls as 1/k^2",
    ["L never falls", "the loop ends before its cap", SEQUENCE, EXISTS, ...slackConditions(searched)],
    minimises(times(reciprocal(unknowns, searched.constant), searched.f.gradient), prox, x),
  );
}

function minimises(gradient: Combination, prox: ProxAtom | null, x: VectorState): Minimised {
  return {
    of: {
      gradient: plus(gradient, prox?.of.gradient ?? NOTHING),
      nonsmooth: prox?.of.nonsmooth ?? new Map(),
    },
    states: [x.symbol],
  };
}

function proved(
  algorithm: string,
  statement: string,
  conditions: readonly string[],
  limit: Minimised | null,
): Verdict {
  return {
    kind: "proved",
    algorithm,
    statement: `${statement}, by the Lyapunov function of Beck and Teboulle`,
    about: "values",
    conditions,
    minimises: limit,
  };
}

function unproved(reason: string): Verdict {
  return notFound(
    null,
    `an inertial step is not averaged in the Euclidean metric, and ${reason}. This is no proof of divergence`,
  );
}

/**
 * Whether b is (s - 1)/s+ for a state with s+^2 - s+ = s^2 from 1, or (k + d)/(k + c) with c - d >= 3; and whether the
 * constant of the theorem holds, or only its order.
 */
function rateOf(step: NormalStep, { momentum, extrapolatesLast }: Inertial): "exact" | "order" | null {
  const shifts = counted(step, momentum);
  if (shifts === null && !step.numbers.some((state) => isSequence(step, state, momentum))) return null;
  const isUsual = shifts === null || (shifts.c === 3 && shifts.d === 0);
  return extrapolatesLast && isUsual ? "exact" : "order";
}

function isSequence(step: NormalStep, state: NormalStep["numbers"][number], momentum: Scalar): boolean {
  const { unknowns } = step.context;
  const { now, next, initial } = state;
  const starts = initial.kind === "number" && initial.value === 1;
  const square = equal(unknowns, subtract(raise(next, 2), next), raise(now, 2));
  const expected = multiply(subtract(now, ONE), reciprocal(unknowns, next));
  return starts && square && isPositive(unknowns, next) && equal(unknowns, momentum, expected);
}

/**
 * c and d where b = (k + d)/(k + c) with the number k of the step, c > 0 and c - d >= 3: then b = (t_k - 1)/t_{k+1}
 * with t_k = (k + c - 1)/(c - 1 - d), for which t_{k+1}^2 - t_{k+1} <= t_k^2. What comes before t_k >= 1 is a start.
 */
function counted(
  { context }: NormalStep,
  momentum: Scalar,
): { readonly c: number; readonly d: number } | null {
  const { unknowns } = context;
  for (const key of keysOf(momentum)) {
    const q = unknowns.get(key)?.inverse ?? null;
    const counter = q === null ? undefined : [...keysOf(q)].find((each) => unknowns.get(each)?.counts);
    if (q === null || counter === undefined) continue;
    const k = power(counter, 1);
    const slope = valueOf(cofactor(q, counter, 1));
    const offsetOf = (line: Scalar): number | null =>
      slope === null ? null : valueOf(scale(subtract(line, scale(k, slope)), 1 / slope));
    const numerator = add(multiply(cofactor(momentum, key, 0), q), cofactor(momentum, key, 1));
    const [c, d] = [offsetOf(q), offsetOf(numerator)];
    if (c === null || d === null || c <= 0 || c - d < 3) continue;
    const expected = multiply(add(k, number(d)), reciprocal(unknowns, add(k, number(c))));
    if (equal(unknowns, momentum, expected)) return { c, d };
  }
  return null;
}
