import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue } from "../arrays/value.ts";
import { realArray } from "../io/hostArray.ts";
import { OperatorError } from "./operatorError.ts";
import { uploadShared } from "./host.ts";
import { materialiseOperator } from "./materialise.ts";
import type { Operator } from "./operator.ts";
import { requireArrays } from "./spaces.ts";

/**
 * `row_norms(A)`: the 2-norm of each row of an operator between arrays, an array of the codomain's shape, in (0, inf).
 * A complex row has the norm of its real part over the reals, (Re a, -Im a).
 * @throws OperatorError IPX8203 for tuples; IPX8208 where a row is zero or A is too large
 */
export function rowNorms(operations: Operations, operator: Operator): ArrayValue {
  const codomain = requireArrays("row_norms", operator.codomain);
  requireArrays("row_norms", operator.domain);
  const { shape, data } = materialiseOperator(operations, operator);
  const [rows = 0, columns = 0] = shape;
  const parts = codomain.field === "complex" ? 2 : 1;
  const norms = new Float64Array(rows / parts);
  for (let row = 0; row < norms.length; row++) {
    let square = 0;
    for (let column = 0; column < columns; column++) {
      square += (data[row * parts * columns + column] ?? 0) ** 2;
    }
    norms[row] = Math.sqrt(square);
  }
  const zero = norms.indexOf(0);
  if (zero !== -1) {
    throw new OperatorError("IPX8208", {
      what: `Row ${zero} of \`${operator.text}\` is zero.`,
      why: "`row_norms` is in (0, inf), so that it can divide.",
    });
  }
  return uploadShared(operations.engine, realArray(codomain.shape, norms));
}
