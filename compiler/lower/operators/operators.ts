import { derivativeAt } from "../../differentiate/notDifferentiable.ts";
import { pullback, pushforward } from "../../differentiate/gradient.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { constant as constantDimension, multiply, type Dimension } from "../../types/dimension.ts";
import { isNumber } from "../../ir/spaces.ts";
import { normOver } from "../../library/functions/groups.ts";
import { arraySpace, REAL, type Space } from "../../types/space.ts";
import { filtered, filteredBack, normOfFilters } from "./convolution.ts";
import { blurred, blurredBack, normOfKernel } from "./kernelBlur.ts";
import { onEachSlice } from "../each.ts";
import type { OperatorForm } from "../lowered.ts";
import { spaceOfVariable } from "../values.ts";

/** A x for an operator expression, expanded down to operators that are bound at run time. */
export function applyForm(builder: IrBuilder, form: OperatorForm, x: Variable): Variable {
  switch (form.kind) {
    case "identity":
      return x;
    case "bound":
      return builder.apply(form.variable, x, false);
    case "matrix":
      return builder.matvec(form.matrix, x, false, form.codomain);
    case "diagonal":
      return builder.elementwise("mul", [aligned(builder, form.entries, form.domain), x]);
    case "convolution":
      return filtered(builder, form, x);
    case "kernelBlur":
      return blurred(builder, form, x);
    case "inverse":
      return builder.solve(x, null, form.options, (inner, z) => applyForm(inner, form.of, z));
    case "coils":
      return builder.elementwise("mul", [form.maps, builder.reshape(x, singleChannel(form.domain))]);
    case "part":
      return builder.elementwise(form.of, [x]);
    case "adjoint":
      return applyAdjointForm(builder, form.of, x);
    case "compose":
      return applyForm(builder, form.left, applyForm(builder, form.right, x));
    case "scale":
      return builder.elementwise("mul", [form.by, applyForm(builder, form.of, x)]);
    case "sum": {
      const left = applyForm(builder, form.left, x);
      const right = applyForm(builder, form.right, x);
      return builder.elementwise(form.sign === 1 ? "add" : "sub", [left, right]);
    }
    case "stack": {
      const { direction } = form;
      const parts = form.parts.map((part, index) =>
        applyForm(builder, part, direction === "vertical" ? x : builder.part(x, index)),
      );
      return direction === "horizontal" ? summed(builder, parts) : builder.product(parts);
    }
    case "rows":
      return applyRowsForm(builder, form, x);
    case "each":
      return onEachSlice(builder, [x], form.place, (inner, [slice = x]) => applyForm(inner, form.of, slice));
    case "derivative":
      return form.symmetric
        ? applyAdjointForm(builder, form, x)
        : derivativeAt(form.span, () =>
            pushforward(builder, form.of, form.points, partsOf(builder, x, form.points.length)),
          );
    case "column":
      return builder.elementwise("mul", [x, form.direction]);
  }
}

/** A' y for an operator expression. */
export function applyAdjointForm(builder: IrBuilder, form: OperatorForm, y: Variable): Variable {
  switch (form.kind) {
    case "identity":
      return y;
    case "bound":
      return builder.apply(form.variable, y, true);
    case "matrix":
      return builder.matvec(form.matrix, y, true, form.domain);
    case "diagonal": {
      const entries = builder.elementwise("conj", [aligned(builder, form.entries, form.domain)]);
      return builder.elementwise("mul", [entries, y]);
    }
    case "convolution":
      return filteredBack(builder, form, y);
    case "kernelBlur":
      return blurredBack(builder, form, y);
    case "inverse":
      return applyForm(builder, form, y);
    case "coils": {
      const weighted = builder.elementwise("mul", [builder.elementwise("conj", [form.maps]), y]);
      return builder.reshape(builder.sumTo(weighted, singleChannel(form.domain)), form.domain);
    }
    case "part":
      return form.of === "real" ? builder.elementwise("complex", [y]) : builder.elementwise("imaginary", [y]);
    case "adjoint":
      return applyForm(builder, form.of, y);
    case "compose":
      return applyAdjointForm(builder, form.right, applyAdjointForm(builder, form.left, y));
    case "scale":
      return builder.elementwise("mul", [form.by, applyAdjointForm(builder, form.of, y)]);
    case "sum": {
      const left = applyAdjointForm(builder, form.left, y);
      const right = applyAdjointForm(builder, form.right, y);
      return builder.elementwise(form.sign === 1 ? "add" : "sub", [left, right]);
    }
    case "stack": {
      const { direction } = form;
      const parts = form.parts.map((part, index) =>
        applyAdjointForm(builder, part, direction === "horizontal" ? y : builder.part(y, index)),
      );
      return direction === "vertical" ? summed(builder, parts) : builder.product(parts);
    }
    case "rows":
      return applyRowsAdjointForm(builder, form, y);
    case "each":
      return onEachSlice(builder, [y], form.place, (inner, [slice = y]) =>
        applyAdjointForm(inner, form.of, slice),
      );
    case "derivative": {
      const parts = derivativeAt(form.span, () => pullback(builder, form.of, form.points, y));
      const [first] = parts;
      return first !== undefined && parts.length === 1 ? first : builder.product(parts);
    }
    case "column":
      return builder.dot(form.direction, y);
  }
}

type RowsForm = Extract<OperatorForm, { kind: "rows" }>;

/** A[i] x: a product with those rows where the operator may have access to them, else the rows of A x. */
function applyRowsForm(builder: IrBuilder, form: RowsForm, x: Variable): Variable {
  const { of, indices, axis, codomain } = form;
  if (axis > 0) return builder.rows(applyForm(builder, of, x), indices, axis);
  if (of.kind === "bound") return builder.applyRows(of.variable, indices, x, false);
  if (of.kind === "matrix") return builder.matvec(rowsOfMatrix(builder, of, indices), x, false, codomain);
  return builder.rows(applyForm(builder, of, x), indices);
}

function applyRowsAdjointForm(builder: IrBuilder, form: RowsForm, y: Variable): Variable {
  const { of, indices, axis, domain } = form;
  if (axis > 0) return applyAdjointForm(builder, of, builder.placeRows(y, indices, of.codomain, axis));
  if (of.kind === "bound") return builder.applyRows(of.variable, indices, y, true);
  if (of.kind === "matrix") return builder.matvec(rowsOfMatrix(builder, of, indices), y, true, domain);
  return applyAdjointForm(builder, of, builder.placeRows(y, indices, of.codomain));
}

/** The rows of a learned matrix that belong to indices along the first axis of its codomain. */
function rowsOfMatrix(
  builder: IrBuilder,
  { matrix, codomain }: Extract<OperatorForm, { kind: "matrix" }>,
  indices: Variable,
): Variable {
  const [first, ...rest] = codomain.kind === "array" ? codomain.dimensions : [];
  const [, columns] = dimensionsOf(matrix);
  if (first === undefined || columns === undefined) throw new Error("an operator without rows is restricted");
  const block = rest.reduce(multiply, constantDimension(1));
  const { element } = arrayOf(matrix);
  const grouped = builder.reshape(matrix, arraySpace(element, [first, multiply(block, columns)]));
  const [count = constantDimension(1)] = dimensionsOf(indices);
  const rows = arraySpace(element, [multiply(count, block), columns]);
  return builder.reshape(builder.rows(grouped, indices), rows);
}

function arrayOf(variable: Variable): Extract<Space, { kind: "array" }> {
  const space = spaceOfVariable(variable);
  if (space.kind !== "array") throw new Error(`${variable.name} is no array`);
  return space;
}

function dimensionsOf(variable: Variable): readonly Dimension[] {
  return arrayOf(variable).dimensions;
}

/** An upper bound of the norm by the rules of composition; bound operators answer for themselves. */
export function normOfForm(builder: IrBuilder, form: OperatorForm): Variable {
  switch (form.kind) {
    case "identity":
    case "part":
      return builder.constant(1);
    case "bound":
      return form.declaredNorm === null ? builder.norm(form.variable) : builder.constant(form.declaredNorm);
    case "matrix":
      return builder.norm2(form.matrix);
    case "diagonal":
      return builder.maximum(builder.elementwise("abs", [form.entries]));
    case "convolution":
      return normOfFilters(builder, form);
    case "kernelBlur":
      return normOfKernel(builder, form);
    case "inverse":
      return builder.elementwise("reciprocal", [leastOfForm(builder, form.of)]);
    case "coils":
      return builder.maximum(builder.groupNorm(form.maps));
    case "adjoint":
    case "each":
      return normOfForm(builder, form.of);
    case "rows":
      return normOfRows(builder, form, normOfForm(builder, form.of));
    case "compose":
      return normOfComposition(builder, form.left, form.right);
    case "scale":
      return builder.elementwise("mul", [
        builder.elementwise("abs", [form.by]),
        normOfForm(builder, form.of),
      ]);
    case "sum":
      return builder.elementwise("add", [normOfForm(builder, form.left), normOfForm(builder, form.right)]);
    case "stack": {
      const norms = form.parts.map((part) => normOfForm(builder, part));
      if (form.direction === "diagonal") return norms.reduce((a, b) => builder.elementwise("max", [a, b]));
      const squares = norms.map((norm) => builder.elementwise("square", [norm]));
      return builder.elementwise("sqrt", [summed(builder, squares)]);
    }
    case "derivative":
      return normOfDerivative(builder, form);
    case "column":
      return builder.norm2(form.direction);
  }
}

/** |A[J]| <= sqrt(c) |A|, where J names no row more than c times; some rows once have at most the norm of all. */
export function normOfRows(builder: IrBuilder, { of, indices, axis }: RowsForm, norm: Variable): Variable {
  const extent = of.codomain.kind === "array" ? of.codomain.dimensions[axis] : undefined;
  if (extent === undefined || isNumber(spaceOfVariable(indices))) return norm;
  const ones = builder.fill(builder.constant(1), arraySpace("real", dimensionsOf(indices)));
  const named = builder.placeRows(ones, indices, arraySpace("real", [extent]), 0);
  const most = builder.named(builder.maximum(named), "most_often");
  return builder.elementwise("mul", [builder.elementwise("sqrt", [most]), norm]);
}

/** The Frobenius norm of a derivative, which takes a derivative for each real number that the argument is made of. */
function normOfDerivative(builder: IrBuilder, form: Extract<OperatorForm, { kind: "derivative" }>): Variable {
  const norm = builder.frobenius(form.domain, (inner, x) => applyForm(inner, form, x));
  return builder.named(norm, "norm_derivative");
}

/**
 * A number below the spectrum of a symmetric operator expression: c for c*I, the least entry of a diagonal, the sum for
 * sums, and 0 for all else, which is positive where definiteness was asked for.
 */
function leastOfForm(builder: IrBuilder, form: OperatorForm): Variable {
  switch (form.kind) {
    case "identity":
      return builder.constant(1);
    case "diagonal":
      return builder.minimum(form.entries);
    case "scale":
      return builder.elementwise("mul", [form.by, leastOfForm(builder, form.of)]);
    case "sum":
      return builder.elementwise("add", [leastOfForm(builder, form.left), leastOfForm(builder, form.right)]);
    case "adjoint":
    case "each":
      return leastOfForm(builder, form.of);
    case "inverse":
      return builder.elementwise("reciprocal", [normOfForm(builder, form.of)]);
    default:
      return builder.constant(0);
  }
}

function normOfComposition(builder: IrBuilder, left: OperatorForm, right: OperatorForm): Variable {
  if (left.kind === "adjoint" && left.of === right) {
    return builder.elementwise("square", [normOfForm(builder, right)]);
  }
  return builder.elementwise("mul", [normOfForm(builder, left), normOfForm(builder, right)]);
}

/** The matrix of an operator expression, [entries of codomain, entries of domain]. */
export function matrixOfForm(builder: IrBuilder, form: OperatorForm): Variable {
  return builder.materialise(form.domain, (inner, x) => applyForm(inner, form, x));
}

/**
 * The 2-norm of each row of an operator, an array of its codomain's shape, and 1 for a row of zeros; one of the run finds
 * its own. Row i is A'e_i, also where A is linear over the reals alone.
 */
export function rowNormsOf(builder: IrBuilder, form: OperatorForm): Variable {
  const { codomain } = form;
  if (form.kind === "bound" && form.variable.shared) return builder.rowNorms(form.variable);
  if (codomain.kind !== "array") throw new Error("only an operator to arrays has rows");
  const columns = (): Variable => matrixOfForm(builder, adjointForm(form));
  const norms = form.kind === "matrix" ? builder.groupNorm(form.matrix) : normOver(builder, columns(), [0]);
  const zero = builder.elementwise("equal", [norms, builder.constant(0)]);
  const divisors = builder.elementwise("select", [zero, builder.constant(1), norms]);
  return builder.reshape(divisors, { ...codomain, element: "real" });
}

export function adjointForm(form: OperatorForm): OperatorForm {
  if (form.kind === "adjoint") return form.of;
  return { kind: "adjoint", of: form, domain: form.codomain, codomain: form.domain };
}

export function composeForms(left: OperatorForm, right: OperatorForm): OperatorForm {
  if (left.kind === "identity") return right;
  if (right.kind === "identity") return left;
  return { kind: "compose", left, right, domain: right.domain, codomain: left.codomain };
}

export function scaleForm(by: Variable, of: OperatorForm): OperatorForm {
  return { kind: "scale", by, of, domain: of.domain, codomain: of.codomain };
}

export function sumForms(left: OperatorForm, right: OperatorForm, sign: 1 | -1): OperatorForm {
  return { kind: "sum", left, right, sign, domain: left.domain, codomain: left.codomain };
}

/**
 * A[i], A[J], along the first axis of the codomain or another one: what stands left of a composition, a sum or a multiple is restricted itself, and so are both a diagonal and
 * what it multiplies.
 */
export function rowsForm(builder: IrBuilder, form: OperatorForm, indices: Variable, axis = 0): OperatorForm {
  const rows = (of: OperatorForm): OperatorForm => rowsForm(builder, of, indices, axis);
  switch (form.kind) {
    case "compose": {
      const { left, right } = form;
      if (left.kind !== "diagonal" || isNumber(spaceOfVariable(left.entries))) {
        return composeForms(rows(left), right);
      }
      const restricted = rows(right);
      const repeats = axis >= dimensionsOf(left.entries).length;
      const entries = repeats ? left.entries : builder.rows(left.entries, indices, axis);
      return composeForms(
        { ...left, entries, domain: restricted.codomain, codomain: restricted.codomain },
        restricted,
      );
    }
    case "scale":
      return scaleForm(form.by, rows(form.of));
    case "sum":
      return sumForms(rows(form.left), rows(form.right), form.sign);
    default: {
      const { domain, codomain } = form;
      if (codomain.kind !== "array") throw new Error("an operator without rows is restricted");
      const dimensions = codomain.dimensions.toSpliced(axis, 1, ...dimensionsOf(indices));
      return { kind: "rows", of: form, indices, axis, domain, codomain: { ...codomain, dimensions } };
    }
  }
}

/** Entries over the first axes, with axes of length 1 for those that they repeat over. */
function aligned(builder: IrBuilder, entries: Variable, domain: Space): Variable {
  const space = spaceOfVariable(entries);
  if (space.kind !== "array" || domain.kind !== "array") return entries;
  const missing = domain.dimensions.length - space.dimensions.length;
  if (missing <= 0 || space.dimensions.length === 0) return entries;
  const ones = Array.from({ length: missing }, () => constantDimension(1));
  return builder.reshape(entries, { ...space, dimensions: [...space.dimensions, ...ones] });
}

/** The space of images with one channel on a new last axis. */
function singleChannel(space: Space): Space {
  if (space.kind !== "array") throw new Error("only arrays have channels");
  return { ...space, dimensions: [...space.dimensions, constantDimension(1)] };
}

/** The parts of a product that stand for several arguments; of one argument, the value. */
function partsOf(builder: IrBuilder, value: Variable, count: number): readonly Variable[] {
  return count === 1 ? [value] : Array.from({ length: count }, (_, index) => builder.part(value, index));
}

function summed(builder: IrBuilder, parts: readonly Variable[]): Variable {
  const [first, ...others] = parts;
  if (first === undefined) return builder.fill(builder.constant(0), REAL);
  return others.reduce((total, part) => builder.elementwise("add", [total, part]), first);
}
