import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";

/** Newton's method ends after finitely many rounds, in practice after about ten; rounding must not keep it going. */
const MOST_ROUNDS = 60;

/**
 * The number tau with sum of max(v_i - tau, 0) = total, for an array v and a total >= 0: below 0 where all of v and more
 * is needed. Newton's method from the left, which climbs to tau on the convex, piecewise linear left side; its last
 * round carries the derivative. Source: Michelot, J. Optim. Theory Appl. 50 (1986); Condat, Math. Program. 158 (2016).
 */
export function thresholdFor(b: IrBuilder, v: Variable, total: Variable): Variable {
  const start = b.elementwise("div", [b.elementwise("sub", [b.sum(v), total]), b.count(v)]);
  const { carried } = b.loop(
    [start, next(b, v, total, start)],
    (inner, [tau, after]) => inner.elementwise("less", [sure(tau), sure(after)]),
    (inner, [, after]) => [sure(after), next(inner, v, total, sure(after))],
    MOST_ROUNDS,
    ["tau_before", "tau"],
  );
  return sure(carried[0]);
}

/** The root of the linear piece at tau: (sum of the v_i > tau, less the total) over their number; tau if there is none. */
function next(b: IrBuilder, v: Variable, total: Variable, tau: Variable): Variable {
  const above = b.elementwise("less", [tau, v]);
  const inside = b.sum(b.elementwise("select", [above, v, b.constant(0)]));
  const number = b.sum(b.elementwise("select", [above, b.constant(1), b.constant(0)]));
  const some = b.elementwise("max", [number, b.constant(1)]);
  const root = b.elementwise("div", [b.elementwise("sub", [inside, total]), some]);
  return b.elementwise("select", [b.elementwise("less", [b.constant(0), number]), root, tau]);
}

function sure(variable: Variable | undefined): Variable {
  if (variable === undefined) throw new Error("a loop without its values");
  return variable;
}

/** The point with norm1 <= radius that is nearest to x: soft with the one threshold that brings it there. */
export function ontoNorm1Ball(b: IrBuilder, x: Variable, radius: Variable): Variable {
  const threshold = thresholdFor(b, b.elementwise("abs", [x]), radius);
  return b.elementwise("soft", [x, b.elementwise("max", [threshold, b.constant(0)])]);
}
