import type { Operations } from "../../arrays/operations.ts";
import { realArray } from "../../io/hostArray.ts";
import { sizeOf } from "../../engine/shape.ts";
import { OperatorError } from "../operatorError.ts";
import { requireOneArray, unsuitableDomain, type LibraryCall } from "../call.ts";
import { minCoherenceMatrix } from "../dense/minCoherence.ts";
import { readNumbers } from "../host.ts";
import { materialiseOperator } from "../materialise.ts";
import { matrixOperator } from "./matrix.ts";
import type { Operator } from "../operator.ts";
import { readSettings } from "../settings.ts";
import { arraySpace, requireArrays, spaceText, type ArraySpace } from "../spaces.ts";

/**
 * `min_coherence(A)` of an operator: W between the same spaces that minimises |W'A|_F^2 over diag(W'A) = 1, once and
 * without data, as ALISTA needs it (see dense/minCoherence.ts). A is written out as a matrix.
 * @throws OperatorError IPX8203 for complex arrays or tuples; IPX8208 where A is singular or too large
 */
export function minCoherence(operations: Operations, operator: Operator): Operator {
  const text = `min_coherence(${operator.text})`;
  const [domain, codomain] = [requireReal(text, operator.domain), requireReal(text, operator.codomain)];
  const { data } = materialiseOperator(operations, operator);
  return ofMatrix(operations, text, data, domain, codomain);
}

/**
 * The same as a rule of the library: the one array is the matrix of A, [m, n], n the entries of the domain. The
 * codomain is R[m] unless another one of m entries is declared.
 */
export function minCoherenceOfMatrix(call: LibraryCall): Operator {
  const text = "min_coherence(A)";
  readSettings("min_coherence", call.settings, {});
  const matrix = requireOneArray("min_coherence", call);
  const domain = requireReal(text, call.domain);
  const [rows, columns] = matrix.shape;
  const fits = matrix.shape.length === 2 && columns === sizeOf(domain.shape);
  if (!fits || rows === undefined || matrix.field === "complex" || matrix.batch !== null) {
    throw new OperatorError("IPX8204", {
      what: `\`${text}\` takes one real matrix with ${sizeOf(domain.shape)} columns, shared by all samples.`,
      why: `It was given [${matrix.shape.join(", ")}].`,
    });
  }
  const numbers = readNumbers(call.operations.engine, matrix.handle, `the matrix of \`${text}\``);
  const codomain = requireReal(text, call.codomain ?? arraySpace("real", [rows]));
  if (sizeOf(codomain.shape) !== rows) {
    throw new OperatorError("IPX8204", {
      what: `The matrix of \`${text}\` has ${rows} rows, its codomain ${spaceText(codomain)} other entries.`,
    });
  }
  return ofMatrix(call.operations, text, numbers, domain, codomain);
}

function requireReal(text: string, space: Operator["domain"]): ArraySpace {
  const arrays = requireArrays(text, space);
  if (arrays.field === "real") return arrays;
  throw unsuitableDomain(text, space, "It is defined for real matrices.");
}

function ofMatrix(
  operations: Operations,
  text: string,
  data: Float64Array,
  domain: ArraySpace,
  codomain: ArraySpace,
): Operator {
  const [rows, columns] = [sizeOf(codomain.shape), sizeOf(domain.shape)];
  const weights = minCoherenceMatrix({ rows, columns, data });
  if (weights === null) {
    throw new OperatorError("IPX8208", {
      what: `\`${text}\` has no solution that can be computed: A is singular.`,
      why: `Its ${rows <= columns ? "rows" : "columns"} are dependent in double precision.`,
    });
  }
  const matrix = realArray([rows, columns], weights.data);
  return matrixOperator(operations, matrix, { text, domain, codomain });
}
