import type { EquationOf, Variable } from "../ir/block.ts";
import { arraySpace, isComplex, isReal, spaceOf } from "../ir/spaces.ts";
import { constant, type Dimension } from "../types/dimension.ts";
import type { Element } from "../types/space.ts";
import { NotDifferentiable } from "./notDifferentiable.ts";
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

/** The cotangent of the array of a diagonal operator that is applied; other operators keep theirs to themselves. */
export function reverseApplyOfLibrary(equation: EquationOf<"apply">, g: Variable, r: Reversal): void {
  const [operator, x] = equation.inputs;
  const definition = operator === undefined ? null : r.builder.definition(operator);
  if (x === undefined || definition?.operation !== "library") {
    throw new NotDifferentiable("an operator", equation.span);
  }
  const { name, domain } = definition.attributes;
  const [entries] = definition.inputs;
  if ((name !== "diag" && name !== "mask") || entries === undefined || domain.kind !== "array") {
    throw new NotDifferentiable(`the operator \`${name}\` by its array`, equation.span);
  }
  const own = spaceOf(entries);
  if (own.kind !== "array") throw new Error("a diagonal is an array");
  const product = equation.attributes.adjoint
    ? r.algebra.mul(r.algebra.conj(g), x)
    : r.algebra.mul(g, r.algebra.conj(x));
  const element = isComplex(own) ? "complex" : "real";
  const further = domain.dimensions.slice(own.dimensions.length).map((): Dimension => constant(1));
  const summed = r.builder.sumTo(product, arraySpace(element, [...own.dimensions, ...further]));
  r.contribute(entries, r.builder.reshape(summed, own));
}
