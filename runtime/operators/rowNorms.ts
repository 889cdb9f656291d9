import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue } from "../arrays/value.ts";
import { realArray } from "../io/hostArray.ts";
import { uploadShared } from "./host.ts";
import { materialiseOperator } from "./materialise.ts";
import type { Operator } from "./operator.ts";
import { requireArrays } from "./spaces.ts";

/**
 * `row_norms(A)`: the 2-norm of each row of an operator between arrays, an array of the codomain's shape, in (0, inf).
 * A complex row has the norm of its real part over the reals, (Re a, -Im a). A row of zeros, which no factor brings to
 * length 1, has 1: divided by it, it stays zero, and a step of Kaczmarz by it is 0 (of rays that miss the image, say).
 * @throws OperatorError IPX8203 for tuples; IPX8208 where A is too large
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
    norms[row] = square === 0 ? 1 : Math.sqrt(square);
  }
  return uploadShared(operations.engine, realArray(codomain.shape, norms));
}
