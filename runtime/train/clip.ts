import type { Operations } from "../arrays/operations.ts";
import type { Value } from "../arrays/value.ts";
import type { Raws } from "./variables.ts";

/** How gradients are clipped: the 2-norm of all of them together, or each entry. */
export type Clipping =
  { readonly kind: "norm"; readonly bound: number } | { readonly kind: "value"; readonly bound: number };

/** Clipped gradients. Call it inside a scope. */
export function clip(operations: Operations, gradients: Raws, clipping: Clipping): Raws {
  const b = operations.number(clipping.bound);
  if (clipping.kind === "value") return mapped((g) => operations.map("max(min(g, b), -b)", { g, b }));
  const squares = [...gradients.values()].map((g) => operations.dot(g, g));
  const square = squares.reduce<Value>((a, s) => operations.map("a + s", { a, s }), operations.number(0));
  const factor = operations.map("b/max(sqrt(s), b)", { s: square, b });
  return mapped((g) => operations.map("f*g", { f: factor, g }));

  function mapped(rule: (gradient: Value) => Value): Raws {
    return new Map([...gradients].map(([key, gradient]) => [key, rule(gradient)]));
  }
}
