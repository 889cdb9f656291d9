import { sameSpace } from "../../arrays/layout.ts";
import type { Space } from "../../arrays/value.ts";
import type { HostArray } from "../../io/hostArray.ts";
import { realArray } from "../../io/hostArray.ts";
import { stream } from "../../random/stream.ts";
import { requireNoArray, unsuitableDomain, type LibraryCall } from "../call.ts";
import { matrixOperator } from "./matrix.ts";
import type { Operator } from "../operator.ts";
import { count, readSettings, word } from "../settings.ts";
import { arraySpace } from "../spaces.ts";

/** The most entries of a random matrix. */
const MOST_ENTRIES = 2 ** 28;

/**
 * `gaussian(m, n; normalise = none, seed = 0)`: R[n] -> R[m], a dense matrix of independent normal entries with mean
 * 0 and variance 1/m, the same for the same seed; `normalise = columns` scales the columns to norm 1, and then it has
 * unit columns. Norm: proved (dense/norm.ts).
 * @throws OperatorError IPX8201, IPX8202, IPX8203
 */
export function gaussian(call: LibraryCall): Operator {
  return randomMatrix("gaussian", call, gaussianMatrix);
}

/**
 * `bernoulli(m, n; seed = 0)`: R[n] -> R[m], a dense matrix of independent entries 1/sqrt(m) and
 * -1/sqrt(m), each with probability 1/2 (Rademacher), the same for the same seed. Its columns have norm 1 as they are.
 * Norm: proved (dense/norm.ts). Source: Baraniuk, Davenport, DeVore, Wakin, Constr. Approx. 28, 2008.
 * @throws OperatorError IPX8201, IPX8202, IPX8203
 */
export function bernoulli(call: LibraryCall): Operator {
  return randomMatrix("bernoulli", call, bernoulliMatrix);
}

function randomMatrix(
  name: "gaussian" | "bernoulli",
  call: LibraryCall,
  make: (m: number, n: number, normalised: boolean, seed: number) => HostArray,
): Operator {
  requireNoArray(name, call);
  const { m, n, normalise, seed } = readSettings(name, call.settings, {
    m: count(extentOf(call.codomain)),
    n: count(extentOf(call.codomain === null ? null : call.domain)),
    normalise: word(["none", "columns"], "none"),
    seed: count(0, 0),
  });
  const text = `${name}(${m}, ${n}${normalise === "columns" ? ", normalise = columns" : ""}, seed = ${seed})`;
  if (!sameSpace(call.domain, arraySpace("real", [n]))) {
    throw unsuitableDomain(text, call.domain, `Its domain is R[${n}].`);
  }
  if (m * n > MOST_ENTRIES) throw unsuitableDomain(text, call.domain, `It would have ${m * n} entries.`);
  return matrixOperator(call.operations, make(m, n, normalise === "columns", seed), {
    text,
    properties: normalise === "columns" || name === "bernoulli" ? ["unit_columns"] : [],
  });
}

/** The matrix of `bernoulli`, [m, n]: signs drawn row by row, over sqrt(m). */
function bernoulliMatrix(m: number, n: number, _normalised: boolean, seed: number): HostArray {
  const random = stream(seed, "bernoulli");
  const size = 1 / Math.sqrt(m);
  return realArray(
    [m, n],
    Float64Array.from({ length: m * n }, () => (random.uniform() < 0.5 ? -size : size)),
  );
}

/** The extent of a space of vectors that a declaration gives. */
function extentOf(space: Space | null): number | undefined {
  return space?.kind === "array" ? space.shape[0] : undefined;
}

/** The matrix of `gaussian`, [m, n], in double precision: drawn row by row. */
export function gaussianMatrix(m: number, n: number, normalised: boolean, seed: number): HostArray {
  const random = stream(seed, "gaussian");
  const deviation = 1 / Math.sqrt(m);
  const data = Float64Array.from({ length: m * n }, () => deviation * random.normal());
  if (normalised) normaliseColumns(data, m, n);
  return realArray([m, n], data);
}

function normaliseColumns(data: Float64Array, m: number, n: number): void {
  for (let column = 0; column < n; column++) {
    let square = 0;
    for (let row = 0; row < m; row++) square += (data[row * n + column] ?? 0) ** 2;
    const length = Math.sqrt(square);
    for (let row = 0; row < m; row++) data[row * n + column] = (data[row * n + column] ?? 0) / length;
  }
}
