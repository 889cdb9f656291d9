import type { Expression } from "../../ast/tree.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { gramMultiple, type Multiple } from "../../library/calculus/gram.ts";
import { zeroInside } from "../../library/functions/dualBall.ts";
import { projectedGroups } from "../../library/functions/groups.ts";
import type { Span } from "../../source/span.ts";
import { isWithin, POSITIVE, REALS } from "../../types/interval.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import { ontoNorm1Ball, thresholdFor } from "../../library/functions/threshold.ts";
import { lowerOperator, lowerValue } from "../recursion.ts";
import { Limitation } from "../limitation.ts";
import type { SetValue } from "../lowered.ts";
import { isPositive, multipleOf } from "./multiples.ts";
import { awayFromZero, quotient } from "./quotient.ts";
import { applyAdjointForm, applyForm } from "../operators/operators.ts";
import type { Site } from "../site.ts";
import { solveSettings } from "../solveSettings.ts";

/** The set that an expression denotes: `nonnegative`, `box(0, 1)`, `ball(r)`. */
export function lowerSet(site: Site, expression: Expression<Typed>, span: Span): SetValue {
  if (expression.kind === "name" && expression.reference.kind === "library") {
    if (expression.reference.name === "nonnegative") return { kind: "nonnegative" };
    if (expression.reference.name === "simplex") return { kind: "simplex" };
  }
  if (expression.kind === "call" && expression.call.kind === "library") {
    const { name, settings, arguments: made } = expression.call;
    const [first, second] = made;
    if (first !== undefined && (name === "ball" || name === "ball1" || name === "ball_inf")) {
      return { kind: name, radius: radiusOf(site, first) };
    }
    if (first !== undefined && second !== undefined) {
      if (name === "box")
        return { kind: "box", low: lowerValue(site, first), high: lowerValue(site, second) };
      if (name === "halfspace") {
        return { kind: "halfspace", normal: lowerValue(site, first), offset: lowerValue(site, second) };
      }
      if (name === "affine") return affineSet(site, first, second, settings["by"] ?? null, span);
    }
  }
  throw new Limitation("this set", span);
}

/** A radius, above 0 so that the projection onto a ball need not ask for it. */
function radiusOf(site: Site, radius: Expression<Typed>): Variable {
  const value = lowerValue(site, radius);
  return isWithin(radius.note.interval ?? REALS, POSITIVE) ? value : awayFromZero(site.builder, value);
}

function affineSet(
  site: Site,
  system: Expression<Typed>,
  right: Expression<Typed>,
  by: SettingValue | null,
  span: Span,
): SetValue {
  const operator = lowerOperator(site, system);
  const multiple = gramMultiple(system, "rows", site.program.definitions);
  return {
    kind: "affine",
    operator,
    right: lowerValue(site, right, operator.codomain),
    multiple: multiple === null ? null : positiveMultiple(site, multiple),
    solve: solveSettings(by, span),
  };
}

/** The c of A A' = c I as a divisor of what A makes of a point, which is 0 where c is. */
function positiveMultiple(site: Site, multiple: Multiple): Variable {
  const c = multipleOf(site, multiple);
  return isPositive(multiple) ? c : awayFromZero(site.builder, c);
}

/** The nearest point of a set. */
export function projection({ builder: b }: Site, set: SetValue, x: Variable): Variable {
  switch (set.kind) {
    case "nonnegative":
      return b.elementwise("max", [x, b.constant(0)]);
    case "box":
      return b.elementwise("min", [b.elementwise("max", [x, set.low]), set.high]);
    case "ball":
      return projectedGroups(b, x, b.norm2(x), set.radius);
    case "ball_inf":
      return projectedGroups(b, x, b.elementwise("abs", [x]), set.radius);
    case "ball1":
      return ontoNorm1Ball(b, x, set.radius);
    case "simplex": {
      const threshold = thresholdFor(b, x, b.constant(1));
      return b.elementwise("max", [b.elementwise("sub", [x, threshold]), b.constant(0)]);
    }
    case "halfspace": {
      const excess = b.elementwise("sub", [b.dot(set.normal, x), set.offset]);
      const steps = quotient(
        b,
        b.elementwise("max", [excess, b.constant(0)]),
        b.dot(set.normal, set.normal),
        b.constant(0),
      );
      return b.elementwise("sub", [x, b.elementwise("mul", [steps, set.normal])]);
    }
    case "affine":
      return ontoAffine(b, set, x);
  }
}

type AffineSet = Extract<SetValue, { kind: "affine" }>;

/** x - A'(A A')^-1 (A x - b) */
function ontoAffine(b: IrBuilder, set: AffineSet, x: Variable): Variable {
  const residual = b.elementwise("sub", [applyForm(b, set.operator, x), set.right]);
  const solved = leastSquares(b, set, residual);
  return b.elementwise("sub", [x, applyAdjointForm(b, set.operator, solved)]);
}

/** (A A')^-1 y: closed where A A' = c I, else by conjugate gradients. */
function leastSquares(b: IrBuilder, { operator, multiple, solve }: AffineSet, y: Variable): Variable {
  if (multiple !== null) return b.elementwise("div", [y, multiple]);
  return b.solve(y, null, solve, (inner, v) =>
    applyForm(inner, operator, applyAdjointForm(inner, operator, v)),
  );
}

/** The nearest array whose entries have the mean 0. */
export function withoutMean(b: IrBuilder, x: Variable): Variable {
  return b.elementwise("sub", [x, b.elementwise("div", [b.sum(x), b.count(x)])]);
}

/** The nearest array of norm 1; not defined at 0. */
export function normalised(b: IrBuilder, x: Variable): Variable {
  return b.elementwise("div", [x, b.norm2(x)]);
}

/** 0 inside, inf outside; a point counts as inside up to rounding, 1e-6 relative to its size. */
export function membership(site: Site, set: Expression<Typed>, x: Variable, span: Span): Variable {
  const nearest = projection(site, lowerSet(site, set, span), x);
  return zeroInside(site.builder, x, site.builder.elementwise("sub", [x, nearest]));
}

/** The support function of a set, sup of <p, x> over its x. */
export function support({ builder: b }: Site, set: SetValue, p: Variable): Variable {
  const times = (radius: Variable, norm: Variable): Variable => b.elementwise("mul", [radius, norm]);
  switch (set.kind) {
    case "nonnegative":
      return zeroInside(b, p, b.elementwise("max", [p, b.constant(0)]));
    case "box": {
      const ends = [set.low, set.high].map((end) => b.elementwise("mul", [end, p]));
      return b.sum(b.elementwise("max", ends));
    }
    case "ball":
      return times(set.radius, b.norm2(p));
    case "ball1":
      return times(set.radius, b.maximum(b.elementwise("abs", [p])));
    case "ball_inf":
      return times(set.radius, b.sum(b.elementwise("abs", [p])));
    case "simplex":
      return b.maximum(p);
    // b s where p = s a with s >= 0
    case "halfspace": {
      const along = quotient(b, b.dot(set.normal, p), b.dot(set.normal, set.normal), b.constant(0));
      const multiple = b.elementwise("max", [along, b.constant(0)]);
      const outside = b.elementwise("sub", [p, b.elementwise("mul", [multiple, set.normal])]);
      return b.elementwise("add", [times(set.offset, multiple), zeroInside(b, p, outside)]);
    }
    // <b, v> where p = A'v
    case "affine": {
      const solved = leastSquares(b, set, applyForm(b, set.operator, p));
      const outside = b.elementwise("sub", [p, applyAdjointForm(b, set.operator, solved)]);
      return b.elementwise("add", [b.dot(set.right, solved), zeroInside(b, p, outside)]);
    }
  }
}
