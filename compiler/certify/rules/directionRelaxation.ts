import { isAtMost, isPositive } from "../scalar/bounds.ts";
import { scale, type Scalar } from "../scalar/polynomial.ts";
import { equal } from "../scalar/unknowns.ts";
import { type Combination, isFixed, same } from "../symbolic/combination.ts";
import { comparisonsOf } from "../symbolic/conditions.ts";
import { functionValue } from "../symbolic/functions.ts";
import type { Event, NormalStep } from "../symbolic/step.ts";
import type { CertificateRule, Verdict } from "../verdict.ts";
import {
  asksForDescent,
  type LineSearch,
  lineSearchOf,
  multipleOf,
  proxDirectionOf,
  slopeAlong,
} from "./armijo.ts";
import { slackConditions } from "./backtracking.ts";
import { notFound, vectorStates } from "./steps.ts";

/**
 * x+ = x + c z by Armijo's rule on F = f + g, where z is z2 = prox_{t g}(x - t grad f(x)) - x, or any other direction
 * that has passed D(z) <= s D(z2) and |z|^2 <= -M^2 t D(z2): DRS+. Backtracking ends at a c that is bounded from below,
 * F falls by a share of -D(z2), and clusters are stationary; for convex f, F(x_k) - F* = O(1/k).
 */
export const directionRelaxation: CertificateRule = {
  name: "DRS+",
  citation: "docs/theory.md, proof of DRS+; Tseng and Yun, Mathematical Programming 117 (2009)",
  recognise: (step) => {
    const [x] = vectorStates(step, 1) ?? [];
    const search = x === undefined ? null : lineSearchOf(step, x);
    if (search === null || !isFixed(step.context.unknowns, search.tested)) return null;
    const own = proxDirectionOf(search, search.direction);
    if (own !== null) return verdict(search, "proximal gradient with Armijo's rule", own.projects, []);
    const guard = guardOf(step, search);
    return guard === null
      ? null
      : verdict(search, "DRS+", false, ["D(z) <= s*D(z2), |z|^2 <= -M^2*t*D(z2), or z = z2"]);
  },
};

function verdict(
  search: LineSearch,
  algorithm: string,
  projects: boolean,
  conditions: readonly string[],
): Verdict {
  if (!asksForDescent(search)) {
    return notFound(
      algorithm,
      "the line search asks for no share of the slope D(z) = <grad f(x), z> + g(x + z) - g(x)",
    );
  }
  const start = projects ? ["the start lies in the set"] : [];
  return {
    kind: "proved",
    algorithm,
    statement:
      "backtracking ends at a step that is bounded from below, F falls in every step, and cluster points are minimisers; F(x_k) - F* = O(1/k) where the level sets are bounded",
    about: "values",
    conditions: [...conditions, "Armijo on F with 0 < beta < 1", ...start, ...slackConditions(search)],
    minimises: { of: search.tested, states: [search.x.symbol] },
  };
}

/** The branch that falls back to z2 where the direction fails the test of acceptance. */
function guardOf(step: NormalStep, search: LineSearch): Event | null {
  const found = step.events.find((event) => {
    if (event.kind !== "if") return false;
    const { unknowns } = event.exit;
    const symbol = [...event.exit.vectors].find(([, value]) => same(unknowns, value, search.direction))?.[0];
    const fallback = symbol && event.consequent.vectors.get(symbol);
    const tried = symbol && event.entry.vectors.get(symbol);
    if (symbol === undefined || fallback === undefined || tried === undefined) return false;
    const { condition } = event.statement;
    const unchanged = event.alternative.vectors.get(symbol);
    if (condition.kind !== "not" || unchanged === undefined || !same(unknowns, unchanged, tried))
      return false;
    return proxDirectionOf(search, fallback) !== null && accepts(event, search, tried, fallback);
  });
  return found ?? null;
}

/** Whether what fails `not C` has passed D(z) <= s D(z2) and |z|^2 <= -k D(z2) with 0 < s <= 1 and k > 0. */
function accepts(
  event: Extract<Event, { kind: "if" }>,
  search: LineSearch,
  tried: Combination,
  fallback: Combination,
): boolean {
  const { entry, statement } = event;
  const { unknowns } = entry;
  const { condition } = statement;
  const tests = condition.kind === "not" ? comparisonsOf(entry, condition.operand) : null;
  const slope = slopeAlong(search, tried);
  const reference = slopeAlong(search, fallback);
  const length = functionValue(entry, "norm2sq", tried);
  if (tests === null || slope === null || reference === null || length === null) return false;
  const below = (left: Scalar, holds: (share: Scalar) => boolean): boolean =>
    tests.some((test) => {
      if (test.operator !== "<=" && test.operator !== "<") return false;
      const share = equal(unknowns, test.left, left) ? multipleOf(entry, test.right, reference) : null;
      return share !== null && holds(share);
    });
  return (
    below(slope, (s) => isPositive(unknowns, s) && isAtMost(unknowns, s, 1)) &&
    below(length, (k) => isPositive(unknowns, scale(k, -1)))
  );
}
