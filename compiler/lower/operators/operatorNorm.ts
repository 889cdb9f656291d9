import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { equalSpaces } from "../../types/space.ts";
import type { OperatorForm } from "../lowered.ts";
import { composeForms, normOfForm, normOfRows } from "./operators.ts";

/**
 * An upper bound of the norm of an operator expression that givens alone decide. Of a product it is the smaller of the
 * product of norms and of what is measured where the operators are bound (runtime/operators/algebra/composition.ts); an
 * operator that is learned, or another one for each sample, has the product of norms alone (`normOfForm`).
 */
export function normOfGivenForm(builder: IrBuilder, form: OperatorForm): Variable {
  switch (form.kind) {
    case "adjoint":
      return normOfGivenForm(builder, form.of);
    case "rows":
      return normOfRows(builder, form, normOfGivenForm(builder, form.of));
    case "scale": {
      const size = builder.elementwise("abs", [form.by]);
      return builder.elementwise("mul", [size, normOfGivenForm(builder, form.of)]);
    }
    case "sum":
      return builder.elementwise("add", [
        normOfGivenForm(builder, form.left),
        normOfGivenForm(builder, form.right),
      ]);
    case "compose":
      return form.left.kind === "adjoint" && form.left.of === form.right
        ? builder.elementwise("square", [normOfGivenForm(builder, form.right)])
        : normOfProduct(builder, form);
    default:
      return normOfForm(builder, form);
  }
}

/** The product of some operators, the innermost first; null where their spaces are not the same. */
export function chainOfForms(forms: readonly OperatorForm[]): OperatorForm | null {
  return forms.reduce<OperatorForm | null>((inner, outer, place) => {
    if (place === 0) return outer;
    return inner !== null && equalSpaces(inner.codomain, outer.domain) ? composeForms(outer, inner) : null;
  }, null);
}

function normOfProduct(builder: IrBuilder, form: OperatorForm): Variable {
  const product = normOfForm(builder, form);
  const factors = factorsOf(builder, form, false);
  if (factors === null || factors.operators.length < 2) return product;
  const operators = factors.operators.map(({ variable }) => variable);
  const adjoints = factors.operators.flatMap(({ adjoint }, place) => (adjoint ? [place] : []));
  const measured = factors.numbers.reduce(
    (norm, by) => builder.elementwise("mul", [builder.elementwise("abs", [by]), norm]),
    builder.norm(builder.composition(operators, adjoints)),
  );
  return builder.elementwise("min", [product, measured]);
}

interface Factors {
  /** the outermost first */
  readonly operators: readonly { readonly variable: Variable; readonly adjoint: boolean }[];
  readonly numbers: readonly Variable[];
}

/** The factors of a product as operators that are bound; null where one of them is none. */
function factorsOf(builder: IrBuilder, form: OperatorForm, adjoint: boolean): Factors | null {
  const one = (variable: Variable): Factors => ({ operators: [{ variable, adjoint }], numbers: [] });
  switch (form.kind) {
    case "identity":
      return { operators: [], numbers: [] };
    case "bound":
      return one(form.variable);
    case "diagonal":
      return one(builder.library("diag", {}, form.domain, form.codomain, [form.entries]));
    case "coils":
      return one(builder.library("coils", {}, form.domain, form.codomain, [form.maps]));
    case "part":
      return one(builder.library(form.of, {}, form.domain, form.codomain, []));
    case "adjoint":
      return factorsOf(builder, form.of, !adjoint);
    case "scale": {
      const inner = factorsOf(builder, form.of, adjoint);
      return inner && { ...inner, numbers: [...inner.numbers, form.by] };
    }
    case "compose": {
      if (!equalSpaces(form.left.domain, form.right.codomain)) return null;
      const [first, second] = adjoint ? [form.right, form.left] : [form.left, form.right];
      const outer = factorsOf(builder, first, adjoint);
      const inner = factorsOf(builder, second, adjoint);
      if (outer === null || inner === null) return null;
      return {
        operators: [...outer.operators, ...inner.operators],
        numbers: [...outer.numbers, ...inner.numbers],
      };
    }
    case "matrix":
    case "inverse":
    case "convolution":
    case "kernelBlur":
    case "sum":
    case "stack":
    case "rows":
    case "derivative":
    case "each":
    case "column":
      return null;
  }
}
