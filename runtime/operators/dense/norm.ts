import { cholesky } from "./cholesky.ts";
import { gramOfRows, timesVector, transposed, type DenseMatrix } from "./gram.ts";
import { lanczosBounds } from "./lanczos.ts";

/** Half a unit in the last place, relative: the unit roundoff of double precision. */
const UNIT = 2 ** -53;
const GAPS = [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1] as const;

/**
 * A proved upper bound of the norm of a real matrix, within 1e-6 relative of it as a rule.
 *
 * G = A A' (or A' A, the smaller) is formed in floating point; Lanczos gives an estimate theta of its largest
 * eigenvalue; the proof is that the Cholesky factorisation of M = c I - G, c = (1 + gap) theta, runs to its end. Then
 *
 *   largest eigenvalue of A A' <= c + g(s+1) / (1 - g(s+1)) tr(M) + g(n) |A|_F^2 + u (c + max G_ii),
 *
 * with g(k) = k u / (1 - k u), s the order of G, n the length of its inner products: the first correction is the
 * backward error of the factorisation (Demmel 1989; Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed.,
 * Theorem 10.7; Rump, BIT 46, 2006), the second that of the inner products (Higham, section 3.1), the third that of
 * the subtraction c - G_ii. The matrix is scaled by a power of two, so that underflow is out of question. The
 * gap is widened where the factorisation breaks down; the trace bounds the eigenvalue in the end.
 */
export function provedMatrixNorm(matrix: DenseMatrix): number {
  const largest = matrix.data.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  if (largest === 0) return 0;
  if (!Number.isFinite(largest)) return Infinity;
  const scale = 2 ** Math.floor(Math.log2(largest));
  const data = matrix.data.map((value) => value / scale);
  const lying = { ...matrix, data };
  const rows = matrix.rows <= matrix.columns ? lying : transposed(lying);
  return scale * Math.sqrt(largestGramEigenvalue(rows)) * (1 + 4 * UNIT);
}

function largestGramEigenvalue(rows: DenseMatrix): number {
  const gram = gramOfRows(rows);
  const order = gram.rows;
  const diagonal = Array.from({ length: order }, (_, i) => gram.data[i * order + i] ?? 0);
  const trace = diagonal.reduce((sum, value) => sum + value, 0);
  const gramError = gamma(rows.columns) * trace * (1 + gamma(order + rows.columns));
  const { lower } = lanczosBounds((x) => timesVector(gram, x), order, {
    seed: 0,
    failure: 1e-3,
    rounding: 1e-15,
    known: Infinity,
    gap: 1e-8,
    maximum: 200,
  });
  for (const gap of GAPS) {
    const candidate = (1 + gap) * lower;
    const shifted = candidateMinusGram(gram, candidate);
    if (cholesky(shifted) === null) continue;
    const shiftedTrace = order * candidate - trace + gamma(order) * order * candidate;
    const factorError = (gamma(order + 1) / (1 - gamma(order + 1))) * shiftedTrace;
    return (
      (candidate + factorError + gramError + UNIT * (candidate + Math.max(...diagonal))) * (1 + 8 * UNIT)
    );
  }
  return (trace + gramError) * (1 + gamma(order));
}

function candidateMinusGram(gram: DenseMatrix, candidate: number): DenseMatrix {
  const order = gram.rows;
  const data = gram.data.map((value) => -value);
  for (let i = 0; i < order; i++) data[i * order + i] = candidate - (gram.data[i * order + i] ?? 0);
  return { ...gram, data };
}

/** Higham's k u / (1 - k u). */
function gamma(count: number): number {
  return (count * UNIT) / (1 - count * UNIT);
}
