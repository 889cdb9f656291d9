import { asArray } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import { adjoint, isScaled, scale } from "./algebra.ts";
import { operandText } from "./algebraText.ts";
import { OperatorError } from "../operatorError.ts";
import { diagonalOperator, isDiagonal, type DiagonalOperator } from "../matrices/diagonal.ts";
import { readNumbers } from "../host.ts";
import type { Operator } from "../operator.ts";
import { pseudoInverseOf } from "./pseudoInverse.ts";
import { realDimension, requireArrays } from "../spaces.ts";

/** The order over the reals up to which the inverse of a matrix is computed. */
const MOST_ORDER = 1024;
/** A matrix whose condition is beyond this one has no inverse in single precision. */
const MOST_CONDITION = 1e7;

/**
 * The inverse of an operator: the adjoint of an orthonormal one, the reciprocal of a diagonal one without zeros, and
 * multiples of these; of a small one between spaces of as many entries the inverse of its matrix, in double precision.
 * @throws OperatorError IPX8207 where there is none, or none that is known
 */
export function inverse(operations: Operations, operator: Operator): Operator {
  if (isDiagonal(operator)) return inverseOfDiagonal(operations, operator);
  if (isScaled(operator) && operator.factor !== 0) {
    return scale(1 / operator.factor, inverse(operations, operator.scaled));
  }
  if (operator.properties.has("orthonormal")) return adjoint(operator);
  const order = realDimension(operator.domain);
  const small = order <= MOST_ORDER && operator.domain.kind === "array" && operator.codomain.kind === "array";
  if (small && order === realDimension(operator.codomain)) return inverseOfMatrix(operations, operator);
  throw new OperatorError("IPX8207", {
    what: `The inverse of \`${operator.text}\` has no closed form that is known.`,
    hint: "Use `solve(M, b, by = cg(tol = 1e-6, max = 50))`.",
  });
}

function inverseOfMatrix(operations: Operations, operator: Operator): Operator {
  const inverted = pseudoInverseOf(operations, operator, Infinity, 0, `inv(${operandText(operator.text)})`);
  if (inverted.norm.value * operator.norm.value < MOST_CONDITION) return inverted;
  throw new OperatorError("IPX8207", {
    what: `\`${operator.text}\` has no inverse.`,
    why: "Its matrix is singular in single precision.",
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
