import type { Variable } from "../ir/block.ts";
import { arraySpace, isReal, spaceOf } from "../ir/spaces.ts";
import { constant } from "../types/dimension.ts";
import type { Element } from "../types/space.ts";
import type { Reversal } from "./reversal.ts";

/**
 * The cotangent of W in W x, of g and x: the matrix g x'. Summed over the samples for a shared W of a program's
 * reverse; else each sample has its own, an outer product by alignment.
 */
export function reverseMatrix(matrix: Variable, left: Variable, right: Variable, r: Reversal): Variable {
  const space = spaceOf(matrix);
  const together = left.shared && right.shared;
  if (together || (r.samples === "sum" && matrix.shared)) {
    return r.builder.outerSum(r.masked(left), r.masked(right), space);
  }
  const [rows, columns] = space.kind === "array" ? space.dimensions : [];
  if (rows === undefined || columns === undefined) throw new Error("a matrix has two axes");
  const column = r.builder.reshape(left, arraySpace(elementOf(left), [rows, constant(1)]));
  const row = r.builder.reshape(right, arraySpace(elementOf(right), [constant(1), columns]));
  return r.algebra.mul(column, r.algebra.conj(row));
}

function elementOf(variable: Variable): Element {
  return isReal(spaceOf(variable)) ? "real" : "complex";
}
