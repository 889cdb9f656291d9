import {
  entriesOf,
  fromEntries,
  type Complex,
  type ReferenceOperator,
  type ReferenceSpace,
} from "../array.ts";
import { composed } from "./rows.ts";

/** The product of operators, the outermost first, with some of their adjoints; its norm is exact. */
export function composition(
  factors: readonly ReferenceOperator[],
  adjoints: readonly number[],
  domain: ReferenceSpace,
): ReferenceOperator {
  const turned = factors.map((factor, place) => (adjoints.includes(place) ? adjointOf(factor) : factor));
  const product = composed([...turned].reverse());
  return {
    kind: "operator",
    apply: product.apply,
    adjoint: product.adjoint,
    get norm() {
      return Math.sqrt(largestEigenvalue(gramColumns(product, domain)));
    },
  };
}

function adjointOf(operator: ReferenceOperator): ReferenceOperator {
  return { kind: "operator", apply: operator.adjoint, adjoint: operator.apply, norm: operator.norm };
}

type Columns = readonly (readonly number[])[];

/** A'A over the reals, column by column: complex entries count as two. */
function gramColumns(operator: ReferenceOperator, domain: ReferenceSpace): Columns {
  const fields = fieldsOf(domain);
  const units = fields.flatMap((field, i): (readonly Complex[])[] => {
    const unit = (entry: Complex): readonly Complex[] =>
      fields.map((_, j) => (i === j ? entry : { re: 0, im: 0 }));
    return field === "real" ? [unit({ re: 1, im: 0 })] : [unit({ re: 1, im: 0 }), unit({ re: 0, im: 1 })];
  });
  return units.map((unit) => {
    const image = entriesOf(operator.adjoint(operator.apply(fromEntries(domain, unit))));
    return image.flatMap(({ re, im }, i) => (fields[i] === "real" ? [re] : [re, im]));
  });
}

function fieldsOf(space: ReferenceSpace): readonly ("real" | "complex")[] {
  if (space.kind === "product") return space.parts.flatMap(fieldsOf);
  const count = space.shape.reduce((entries, extent) => entries * extent, 1);
  return Array.from({ length: count }, () => space.field);
}

const SQUARINGS = 40;

/** The largest eigenvalue of a positive semidefinite matrix, from the traces of its repeated squares. */
function largestEigenvalue(matrix: Columns): number {
  let power = matrix;
  let logarithm = 0;
  for (let k = 0; k < SQUARINGS; k += 1) {
    const trace = power.reduce((sum, column, i) => sum + (column[i] ?? 0), 0);
    if (trace === 0) return 0;
    logarithm += Math.log(trace) / 2 ** k;
    power = squared(power.map((column) => column.map((entry) => entry / trace)));
  }
  return Math.exp(logarithm);
}

function squared(columns: Columns): Columns {
  return columns.map((column) =>
    column.map((_, row) => columns.reduce((sum, other, k) => sum + (other[row] ?? 0) * (column[k] ?? 0), 0)),
  );
}
