import { handleShape } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue, Space } from "../../arrays/value.ts";
import type { LibraryCall } from "../call.ts";
import { defineOperator } from "../define.ts";
import type { DenseMatrix } from "../dense/gram.ts";
import { provedMatrixNorm } from "../dense/norm.ts";
import { pseudoInverse } from "../dense/pseudoInverse.ts";
import { readNumbers } from "../host.ts";
import type { Operator } from "../operator.ts";
import { materialiseOperator } from "../materialise.ts";
import { OperatorError } from "../operatorError.ts";
import { numberWithin, readSettings } from "../settings.ts";
import { realDimension, requireArrays, spaceText } from "../spaces.ts";

/** Up to so many rows or columns, over the reals, the singular values are computed. */
const MOST_ORDER = 1024;
/** Singular values below so much of the largest one are those of rounding in single precision. */
const TOLERANCE = 1e-6;

/**
 * `pinv(A; rank, tol = 1e-6)`: U -> T, the pseudo-inverse of the matrix of A on its `rank` largest singular values, of
 * these those above `tol` times the largest one: truncated singular value decomposition, computed once in double
 * precision. The first array is the matrix [m, n] of A, real or complex, one for all samples or one for each; the
 * second one is the rank, where there is one. The norm is proved.
 * Source: Hansen, BIT 27, 1987.
 * @throws OperatorError IPX8202, IPX8204; IPX8208 where A is too large
 */
export function pinv(call: LibraryCall): Operator {
  const { tol } = readSettings("pinv", call.settings, { tol: numberWithin(0, 1, TOLERANCE) });
  const [matrix, rank] = call.arrays;
  if (matrix?.kind !== "array" || matrix.shape.length !== 2 || call.codomain === null) {
    throw new OperatorError("IPX8204", { what: "`pinv` takes an operator between declared spaces." });
  }
  const { engine } = call.operations;
  const most =
    rank?.kind === "array" ? (readNumbers(engine, rank.handle, "the rank of `pinv`")[0] ?? 0) : Infinity;
  requireOrder(Math.min(...matrix.shape) * lanesOf(matrix));
  requireRank(most, matrix.shape, "pinv(A)");
  const inverses = overTheReals(call.operations, matrix).map((each) =>
    pseudoInverse(each, most * lanesOf(matrix), tol),
  );
  return ofInverses(call.operations, inverses, matrix, call.domain, call.codomain, "pinv(A)");
}

/**
 * The pseudo-inverse of an operator that is bound; see `pinv`.
 * @throws OperatorError IPX8202 for a rank above the shorter side of A; IPX8203 for tuples; IPX8208 where A is too large
 * or another operator for each sample
 */
export function pseudoInverseOf(
  operations: Operations,
  operator: Operator,
  rank = Infinity,
  tolerance = TOLERANCE,
  text = `pinv(${operator.text})`,
): Operator {
  const [domain, codomain] = [
    requireArrays("pinv", operator.domain),
    requireArrays("pinv", operator.codomain),
  ];
  requireOrder(Math.min(realDimension(domain), realDimension(codomain)));
  const { data } = materialiseOperator(operations, operator);
  const over = { rows: realDimension(codomain), columns: realDimension(domain), data };
  if (domain.field !== codomain.field) {
    throw new OperatorError("IPX8203", {
      what: `\`${text}\` goes from ${spaceText(domain)} to ${spaceText(codomain)}.`,
      why: "Both have to be real, or both complex.",
    });
  }
  const [field, lanes] = domain.field === "real" ? (["real", 1] as const) : (["complex", 2] as const);
  const shape = [over.rows / lanes, over.columns / lanes];
  requireRank(rank, shape, text);
  const inverse = pseudoInverse(over, rank * lanes, tolerance);
  return ofInverses(operations, [inverse], { field, shape, batch: null }, codomain, domain, text);
}

function requireOrder(order: number): void {
  if (order <= MOST_ORDER) return;
  throw new OperatorError("IPX8208", {
    what: "`pinv(A)` needs the singular values of A, which is too large.",
    why: `A has order ${order} over the reals, and up to ${MOST_ORDER} are computed.`,
    hint: "Use `solve(A'*A + alpha*I, A'*y, by = cg(tol = 1e-6, max = 50))` with a small alpha.",
  });
}

/** A matrix has as many singular values as its shorter side; a larger rank is a slip, which would change nothing. */
function requireRank(rank: number, shape: readonly number[], text: string): void {
  const most = Math.min(...shape);
  if (rank === Infinity || rank <= most) return;
  throw new OperatorError("IPX8202", {
    what: `The \`rank\` of \`${text}\` is ${rank}.`,
    why: `A has ${most} singular values, as many as its shorter side is long.`,
    hint: `Write \`rank = ${most}\` or less, or leave it out.`,
  });
}

function lanesOf({ field }: ArrayValue): 1 | 2 {
  return field === "complex" ? 2 : 1;
}

/** The matrices of all samples over the reals: an entry a + ib is the block [[a, -b], [b, a]]. */
function overTheReals({ engine }: Operations, matrix: ArrayValue): readonly DenseMatrix[] {
  const numbers = readNumbers(engine, matrix.handle, "the matrix of `pinv`");
  const [m = 0, n = 0] = matrix.shape;
  const lanes = lanesOf(matrix);
  const size = m * n * lanes;
  return Array.from({ length: matrix.batch ?? 1 }, (_, sample) => {
    const own = numbers.subarray(sample * size, (sample + 1) * size);
    if (lanes === 1) return { rows: m, columns: n, data: own };
    const data = Float64Array.from({ length: 4 * m * n }, (__, at) => {
      const [row, column] = [Math.floor(at / (2 * n)), at % (2 * n)];
      const entry = 2 * (Math.floor(row / 2) * n + Math.floor(column / 2));
      if (row % 2 === column % 2) return own[entry] ?? 0;
      return (row % 2 === 0 ? -1 : 1) * (own[entry + 1] ?? 0);
    });
    return { rows: 2 * m, columns: 2 * n, data };
  });
}

function ofInverses(
  { engine }: Operations,
  inverses: readonly DenseMatrix[],
  of: Pick<ArrayValue, "field" | "shape" | "batch">,
  domain: Space,
  codomain: Space,
  text: string,
): Operator {
  const [m = 0, n = 0] = of.shape;
  const numbers = inverses.map((each) => (of.field === "complex" ? complexEntries(each) : each.data));
  const all = new Float64Array(numbers.reduce((sum, { length }) => sum + length, 0));
  numbers.forEach((each, sample) => all.set(each, sample * each.length));
  const handle = engine.upload(all, handleShape(of.batch, [n, m], of.field));
  const matrix: ArrayValue = { kind: "array", field: of.field, shape: [n, m], batch: of.batch, handle };
  return defineOperator({
    text,
    domain,
    codomain,
    handles: [handle],
    norm: () => ({ value: Math.max(...inverses.map(provedMatrixNorm)), provenance: { kind: "proved" } }),
    properties: () => [],
    apply: (using, y) => using.matvec(matrix, y, codomain),
    adjoint: (using, x) => using.matvecTransposed(matrix, x, domain),
  });
}

/** The complex entries of a matrix that is written over the reals. */
function complexEntries({ rows, columns, data }: DenseMatrix): Float64Array {
  const [m, n] = [rows / 2, columns / 2];
  return Float64Array.from({ length: 2 * m * n }, (_, at) => {
    const [row, column] = [Math.floor(at / (2 * n)), Math.floor(at / 2) % n];
    return data[(2 * row + (at % 2)) * columns + 2 * column] ?? 0;
  });
}
