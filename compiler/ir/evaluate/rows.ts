import {
  arrayOf,
  asArray,
  countOf,
  entryOf,
  fieldOf,
  plus,
  type Complex,
  type ReferenceArray,
  type ReferenceOperator,
} from "./array.ts";

/** The entries of an array at one index along an axis, or at a list of them. */
export function rows(x: ReferenceArray, indices: ReferenceArray, axis: number): ReferenceArray {
  const { extent, before, after } = around(x.shape, axis);
  const entries = countOf(after);
  const count = countOf(indices.shape);
  return arrayOf([...before, ...indices.shape, ...after], fieldOf(x), (flat) => {
    const place = Math.floor(flat / entries);
    const row = Math.floor(place / count) * extent + rowAt(indices, place % count, extent);
    return entryOf(x, row * entries + (flat % entries));
  });
}

/** The adjoint of `rows` on arrays of a shape: entries are added where the indices point. */
export function placeRows(
  y: ReferenceArray,
  indices: ReferenceArray,
  shape: readonly number[],
  axis: number,
): ReferenceArray {
  const { extent, after } = around(shape, axis);
  const entries = countOf(after);
  const count = countOf(indices.shape);
  const sums = Array.from({ length: countOf(shape) }, (): Complex => ({ re: 0, im: 0 }));
  for (let flat = 0; flat < y.re.length; flat += 1) {
    const place = Math.floor(flat / entries);
    const row = Math.floor(place / count) * extent + rowAt(indices, place % count, extent);
    const target = row * entries + (flat % entries);
    sums[target] = plus(sums[target] ?? { re: 0, im: 0 }, entryOf(y, flat));
  }
  return arrayOf(shape, fieldOf(y), (flat) => sums[flat] ?? { re: 0, im: 0 });
}

/** The extent of an axis, and the extents before and behind it. */
function around(
  shape: readonly number[],
  axis: number,
): { readonly extent: number; readonly before: readonly number[]; readonly after: readonly number[] } {
  return { extent: shape[axis] ?? 0, before: shape.slice(0, axis), after: shape.slice(axis + 1) };
}

/** The 2-norm of each row of an operator between arrays: of the image of each unit under the adjoint. */
export function rowNorms(operator: ReferenceOperator, codomain: readonly number[]): ReferenceArray {
  return arrayOf(codomain, "real", (row) => {
    const unit = arrayOf(codomain, "real", (flat) => ({ re: flat === row ? 1 : 0, im: 0 }));
    const image = asArray(operator.adjoint(unit));
    return { re: Math.hypot(...image.re, ...(image.im ?? [])), im: 0 };
  });
}

/** The row that an index chooses: rounded down, the nearest inside. */
function rowAt(indices: ReferenceArray, place: number, extent: number): number {
  const index = indices.re[place] ?? Number.NaN;
  return index > 0 ? Math.min(extent - 1, Math.floor(index)) : 0;
}
