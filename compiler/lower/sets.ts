import type { Expression } from "../ast/tree.ts";
import type { Variable } from "../ir/block.ts";
import type { Span } from "../source/span.ts";
import type { Typed } from "../types/typing.ts";
import { thresholdFor } from "../library/functions/threshold.ts";
import { lowerValue } from "./recursion.ts";
import { Limitation } from "./limitation.ts";
import type { SetValue } from "./lowered.ts";
import type { Site } from "./site.ts";

/** The set that an expression denotes: `nonnegative`, `box(0, 1)`, `ball(r)`. */
export function lowerSet(site: Site, expression: Expression<Typed>, span: Span): SetValue {
  if (expression.kind === "name" && expression.reference.kind === "library") {
    if (expression.reference.name === "nonnegative") return { kind: "nonnegative" };
    if (expression.reference.name === "simplex") return { kind: "simplex" };
  }
  if (expression.kind === "call" && expression.call.kind === "library") {
    const {
      name,
      arguments: [first, second],
    } = expression.call;
    if (name === "box" && first !== undefined && second !== undefined) {
      return { kind: "box", low: lowerValue(site, first), high: lowerValue(site, second) };
    }
    if (name === "ball" && first !== undefined) return { kind: "ball", radius: lowerValue(site, first) };
  }
  throw new Limitation("this set", span);
}

/** The nearest point of a set. */
export function projection({ builder: b }: Site, set: SetValue, x: Variable): Variable {
  switch (set.kind) {
    case "nonnegative":
      return b.elementwise("max", [x, b.constant(0)]);
    case "box":
      return b.elementwise("min", [b.elementwise("max", [x, set.low]), set.high]);
    case "ball": {
      const ratio = b.elementwise("div", [b.norm2(x), set.radius]);
      return b.elementwise("div", [x, b.elementwise("max", [b.constant(1), ratio])]);
    }
    case "simplex": {
      const threshold = thresholdFor(b, x, b.constant(1));
      return b.elementwise("max", [b.elementwise("sub", [x, threshold]), b.constant(0)]);
    }
  }
}

/** 0 inside, inf outside; a point counts as inside up to rounding, 1e-6 relative to its size. */
export function membership(site: Site, set: Expression<Typed>, x: Variable, span: Span): Variable {
  const { builder: b } = site;
  const nearest = projection(site, lowerSet(site, set, span), x);
  const distance = b.norm2(b.elementwise("sub", [x, nearest]));
  const slack = b.elementwise("mul", [b.constant(1e-6), b.norm2(x)]);
  const inside = b.elementwise("lessEqual", [distance, slack]);
  return b.elementwise("select", [inside, b.constant(0), b.constant(Infinity)]);
}
