import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue } from "../arrays/value.ts";
import { realArray } from "../io/hostArray.ts";
import { OperatorError } from "./operatorError.ts";
import { uploadShared } from "./host.ts";
import { materialiseOperator } from "./materialise.ts";
import type { Operator } from "./operator.ts";
import { requireArrays } from "./spaces.ts";

/**
 * `row_norms(A)`: the 2-norm of each row of a real operator, an array of the codomain's shape, in (0, inf).
 * @throws OperatorError IPX8203 for complex arrays or tuples; IPX8208 where a row is zero or A is too large
 */
export function rowNorms(operations: Operations, operator: Operator): ArrayValue {
  const codomain = requireArrays("row_norms", operator.codomain);
  const domain = requireArrays("row_norms", operator.domain);
  if (codomain.field === "complex" || domain.field === "complex") {
    throw new OperatorError("IPX8203", { what: "`row_norms` is defined for operators between real arrays." });
  }
  const { shape, data } = materialiseOperator(operations, operator);
  const [rows = 0, columns = 0] = shape;
  const norms = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let square = 0;
    for (let column = 0; column < columns; column++) square += (data[row * columns + column] ?? 0) ** 2;
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
