import type { LibraryOperatorName } from "../../runtime/operators/library.ts";
import type { EquationOf, Variable } from "../ir/block.ts";
import { arraySpace, isComplex, spaceOf } from "../ir/spaces.ts";
import { constant, type Dimension } from "../types/dimension.ts";
import { NotDifferentiable, type Obstacle } from "./notDifferentiable.ts";
import { reversePseudoInverse } from "./pseudoInverse.ts";
import type { Reversal } from "./reversal.ts";

/**
 * What an operator that is applied contributes to the cotangent of the arrays that it is made of: known of diagonal
 * operators and of pseudo-inverses of full rank.
 * @throws NotDifferentiable at the operator for all others
 */
export function reverseApplyOfLibrary(equation: EquationOf<"apply">, g: Variable, r: Reversal): void {
  const [operator, x] = equation.inputs;
  const definition = operator === undefined ? null : r.builder.definition(operator);
  if (x === undefined || definition?.operation !== "library") {
    throw new NotDifferentiable("an operator", definition?.span ?? equation.span, "operator");
  }
  const { name, domain } = definition.attributes;
  const [entries, ...more] = definition.inputs;
  if (name === "pinv" && entries !== undefined && more.length === 0) {
    reversePseudoInverse(equation, entries, g, r);
    return;
  }
  if ((name !== "diag" && name !== "mask") || entries === undefined || domain.kind !== "array") {
    const { by, obstacle } = MADE_OF[name] ?? { by: "its array", obstacle: "array" };
    throw new NotDifferentiable(
      `the operator \`${name}\` by ${by}`,
      definition.span ?? equation.span,
      obstacle,
    );
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

/** What operators that have no derivative by it are made of. */
const MADE_OF: Partial<Record<LibraryOperatorName, { readonly by: string; readonly obstacle: Obstacle }>> = {
  radon: { by: "its angles", obstacle: "array" },
  fan_beam: { by: "its angles", obstacle: "array" },
  blur: { by: "a kernel of this form", obstacle: "array" },
  pinv: { by: "its operator at a chosen rank", obstacle: "rank" },
  min_coherence: { by: "its operator", obstacle: "operator" },
};
