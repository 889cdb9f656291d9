import { realArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { Draws } from "./draws.ts";
import { LASSO } from "./fixtures.ts";

/** The sparse-coding problem of the fixture, drawn again. */
export interface SparseCoding {
  /** [rows, columns], columns of norm 1 */
  readonly A: HostArray;
  /** [samples, columns] */
  readonly x: HostArray;
  /** [samples, rows] */
  readonly y: HostArray;
}

/** Draws A, x and y = A x as make_fista.py does. */
export function sparseCoding(): SparseCoding {
  const { seed, rows, columns, samples } = LASSO;
  const draws = new Draws(seed);
  const A = draws.normals(rows * columns).map((entry) => entry / Math.sqrt(rows));
  for (let j = 0; j < columns; j += 1) {
    let square = 0;
    for (let i = 0; i < rows; i += 1) square += at(A, i * columns + j) ** 2;
    for (let i = 0; i < rows; i += 1) A[i * columns + j] = at(A, i * columns + j) / Math.sqrt(square);
  }
  const truths = Array.from({ length: samples }, () => draws.sparse(columns, 0.1));
  const data = truths.map((x) => product(A, rows, x));
  return {
    A: realArray([rows, columns], A),
    x: realArray([samples, columns], Float64Array.from(truths.flatMap((each) => [...each]))),
    y: realArray([samples, rows], Float64Array.from(data.flatMap((each) => [...each]))),
  };
}

/** 1/2 |A x - y|^2 + lambda |x|_1 of each sample, in double precision. */
export function lassoObjectives(problem: SparseCoding, lambda: number, x: HostArray): readonly number[] {
  const { rows, columns, samples } = LASSO;
  return Array.from({ length: samples }, (_, sample) => {
    const own = Float64Array.from(x.data.slice(sample * columns, (sample + 1) * columns));
    const image = product(problem.A.data, rows, own);
    const square = image.reduce(
      (sum, each, i) => sum + (each - at(problem.y.data, sample * rows + i)) ** 2,
      0,
    );
    return square / 2 + lambda * own.reduce((sum, each) => sum + Math.abs(each), 0);
  });
}

function product(A: Float32Array | Float64Array, rows: number, x: Float64Array): Float64Array {
  const columns = x.length;
  return Float64Array.from({ length: rows }, (_, i) =>
    x.reduce((sum, entry, j) => sum + at(A, i * columns + j) * entry, 0),
  );
}

function at(array: Float32Array | Float64Array, index: number): number {
  return array[index] ?? Number.NaN;
}
