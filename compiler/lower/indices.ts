import type { Expression } from "../ast/tree.ts";
import type { Variable } from "../ir/block.ts";
import type { IrBuilder } from "../ir/build.ts";
import { constant } from "../types/dimension.ts";
import { isNumber, type Space } from "../types/space.ts";
import type { Typed } from "../types/typing.ts";
import { lowerValue } from "./recursion.ts";
import type { Site } from "./site.ts";
import { spaceOfVariable } from "./values.ts";

/** An index, or a set of them, and the axis that it restricts once those before it have. */
export interface IndexPlace {
  readonly indices: Variable;
  readonly axis: number;
}

/** The indices of `x[i, j]`, `x[J, i]`: a number takes the first axis that is left, a set leaves one. */
export function lowerIndices(site: Site, expressions: readonly Expression<Typed>[]): readonly IndexPlace[] {
  let axis = 0;
  return expressions.map((expression) => {
    const place = { indices: lowerValue(site, expression), axis };
    if (!isNumber(spaceOfVariable(place.indices))) axis += 1;
    return place;
  });
}

/** The array whose part at some indices is `given`: its rows at the first place are themselves updated at the others. */
export function withPart(
  b: IrBuilder,
  before: Variable,
  [place, ...others]: readonly IndexPlace[],
  given: Variable,
): Variable {
  if (place === undefined) return given;
  const { indices, axis } = place;
  const rows = others.length === 0 ? given : withPart(b, b.rows(before, indices, axis), others, given);
  const space = spaceOfVariable(before);
  if (space.kind !== "array") throw new Error("rows of what is no array");
  const only = { ...space, element: "real", dimensions: space.dimensions.map(() => constant(1)) } as const;
  const line = { ...only, dimensions: only.dimensions.with(axis, space.dimensions[axis] ?? constant(1)) };
  const ones = b.fill(b.constant(1), restrictedSpace(only, spaceOfVariable(indices), axis));
  const isChosen = b.placeRows(ones, indices, line, axis);
  return b.elementwise("select", [isChosen, b.placeRows(rows, indices, space, axis), before]);
}

/** The space of an array with the axes of the indices for one of its own. */
export function restrictedSpace(space: Space, indices: Space, axis: number): Space {
  if (space.kind !== "array" || indices.kind !== "array") throw new Error("rows of what is no array");
  return { ...space, dimensions: space.dimensions.toSpliced(axis, 1, ...indices.dimensions) };
}
