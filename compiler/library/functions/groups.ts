import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { constant } from "../../types/dimension.ts";

/** x max(1 - t/length, 0), with `length` the norm of each entry's group; written so that 0 is no exception. */
export function shrunkGroups(b: IrBuilder, x: Variable, length: Variable, t: Variable): Variable {
  const shrunk = b.elementwise("max", [b.elementwise("sub", [length, t]), b.constant(0)]);
  return b.elementwise("mul", [b.elementwise("div", [shrunk, b.elementwise("max", [length, t])]), x]);
}

/** The projection of each group onto the ball of radius c: p c/max(c, length), one quotient for a whole group. */
export function projectedGroups(b: IrBuilder, p: Variable, length: Variable, c: Variable): Variable {
  return b.elementwise("mul", [p, b.elementwise("div", [c, b.elementwise("max", [c, length])])]);
}

/** The 2-norm over the given axes, which stay with length 1. */
export function normOver(b: IrBuilder, x: Variable, axes: readonly number[]): Variable {
  const space = x.type.kind === "value" ? x.type.space : null;
  if (space?.kind !== "array") throw new Error("a group norm of what is no array");
  const last = space.dimensions.length - 1;
  if (axes.length === 1 && axes[0] === last) return b.groupNorm(x);
  const dimensions = space.dimensions.map((dimension, axis) =>
    axes.includes(axis) ? constant(1) : dimension,
  );
  const squares = b.elementwise("square", [b.elementwise("abs", [x])]);
  const sums = b.sumTo(squares, { kind: "array", element: "real", dimensions });
  // the root has no derivative at 0, where the norm counts as constant
  const some = b.elementwise("less", [b.constant(0), sums]);
  const root = b.elementwise("sqrt", [b.elementwise("select", [some, sums, b.constant(1)])]);
  return b.elementwise("select", [some, root, b.constant(0)]);
}
