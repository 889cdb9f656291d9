import { IrBuilder } from "../ir/build.ts";
import type { EquationOf, Variable } from "../ir/block.ts";
import { spaceOf } from "../ir/spaces.ts";
import type { Space } from "../types/space.ts";
import { hasVaried, reverseStraight } from "./control.ts";
import { reverseMatrix } from "./matrices.ts";
import type { Reversal } from "./reversal.ts";

/**
 * What a product with P = pinv(A) contributes to the cotangent of A, [m, n]: of <g, P b> it is
 * -(P'g)(P b)' + (b - A P b)(P P'g)' + (P'P b)(g - P A g)', exact where the rank of A does not change. A product with P'
 * has g and b in each other's places.
 * Source: Golub, Pereyra, SIAM J. Numerical Analysis 10, 1973, theorem 4.1.
 */
export function reversePseudoInverse(
  { attributes, inputs }: EquationOf<"apply">,
  matrix: Variable,
  cotangent: Variable,
  r: Reversal,
): void {
  const [operator, argument] = inputs;
  if (operator === undefined || argument === undefined) return;
  const { algebra: e, builder } = r;
  const [b, g] = attributes.adjoint ? [r.masked(cotangent), argument] : [argument, r.masked(cotangent)];
  const inverse = (y: Variable): Variable => builder.apply(operator, y, false);
  const adjoint = (x: Variable): Variable => builder.apply(operator, x, true);
  const product = (x: Variable): Variable => productWith(matrix, x, spaceOf(b), r);
  const [x, w] = [inverse(b), adjoint(g)];
  contributeDyad(matrix, e.neg(w), x, r);
  contributeDyad(matrix, e.sub(b, product(x)), inverse(w), r);
  contributeDyad(matrix, adjoint(x), e.sub(g, inverse(product(g))), r);
}

/** A x by the map that A was written out from, through which derivatives go on. */
function productWith(matrix: Variable, x: Variable, codomain: Space, { builder }: Reversal): Variable {
  const definition = builder.definition(matrix);
  const [image] =
    definition?.operation === "materialise" ? builder.inlineAs(definition.attributes.map, [x]) : [];
  return image ?? builder.matvec(matrix, x, false, codomain);
}

/** Adds left right' to the cotangent of a matrix; of one that a map was written out to, to what the map reads. */
function contributeDyad(matrix: Variable, left: Variable, right: Variable, r: Reversal): void {
  const definition = r.builder.definition(matrix);
  if (definition?.operation !== "materialise") {
    r.contribute(matrix, reverseMatrix(matrix, left, right, r));
    return;
  }
  const scratch = new IrBuilder(r.builder.functions, r.builder);
  const results = scratch.inlineAs(definition.attributes.map, [right]);
  const fixed = new Set(r.varied);
  fixed.delete(right);
  if (!hasVaried(scratch.equations, results, fixed)) return;
  const seeds = results.map((result) => [result, left] as const);
  reverseStraight(r, r.mask, scratch.equations, seeds, fixed);
}
