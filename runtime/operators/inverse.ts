import { asArray } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import { adjoint, isScaled, scale } from "./algebra.ts";
import { operandText } from "./algebraText.ts";
import { OperatorError } from "./operatorError.ts";
import { diagonalOperator, isDiagonal, type DiagonalOperator } from "./diagonal.ts";
import { readNumbers } from "./host.ts";
import type { Operator } from "./operator.ts";
import { requireArrays } from "./spaces.ts";

/**
 * The inverse of an operator whose inverse has a closed form: the adjoint of an orthonormal one, the reciprocal of a
 * diagonal one without zeros, and multiples of these.
 * @throws OperatorError IPX8207
 */
export function inverse(operations: Operations, operator: Operator): Operator {
  if (isDiagonal(operator)) return inverseOfDiagonal(operations, operator);
  if (isScaled(operator) && operator.factor !== 0) {
    return scale(1 / operator.factor, inverse(operations, operator.scaled));
  }
  if (operator.properties.has("orthonormal")) return adjoint(operator);
  throw new OperatorError("IPX8207", {
    what: `The inverse of \`${operator.text}\` has no closed form that is known.`,
    hint: "Use `solve(M, b, by = cg(tol = 1e-6, max = 50))`.",
  });
}

function inverseOfDiagonal(operations: Operations, operator: DiagonalOperator): Operator {
  const { diagonal } = operator;
  const modulus = asArray("inv", operations.map("abs(d)", { d: diagonal }));
  if (readNumbers(operations.engine, modulus.handle, `the entries of \`${operator.text}\``).includes(0)) {
    throw new OperatorError("IPX8207", {
      what: `\`${operator.text}\` has no inverse.`,
      why: "Its diagonal has a zero.",
    });
  }
  const reciprocal = diagonal.field === "real" ? "1/d" : "conj(d)/(abs(d)*abs(d))";
  const space = requireArrays("inv", operator.domain);
  const inverted = asArray("inv", operations.map(reciprocal, { d: diagonal }));
  return diagonalOperator(operations, `inv(${operandText(operator.text)})`, space, inverted);
}
