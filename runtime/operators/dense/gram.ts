/** A real matrix in double precision, row by row. */
export interface DenseMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

const BLOCK = 64;

/** The transpose. */
export function transposed({ rows, columns, data }: DenseMatrix): DenseMatrix {
  const result = new Float64Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = data[row * columns + column] ?? 0;
    }
  }
  return { rows: columns, columns: rows, data: result };
}

/** A A', the inner products of the rows: [rows, rows], each a sum of `columns` products in some order. */
export function gramOfRows({ rows, columns, data }: DenseMatrix): DenseMatrix {
  const gram = new Float64Array(rows * rows);
  for (let top = 0; top < rows; top += BLOCK) {
    for (let left = 0; left <= top; left += BLOCK) {
      for (let row = top; row < Math.min(top + BLOCK, rows); row++) {
        for (let other = left; other < Math.min(left + BLOCK, row + 1); other++) {
          const value = innerProduct(data, row * columns, other * columns, columns);
          gram[row * rows + other] = value;
          gram[other * rows + row] = value;
        }
      }
    }
  }
  return { rows, columns: rows, data: gram };
}

/** Sum of data[a + i] data[b + i] for i < length, in four partial sums. */
export function innerProduct(data: Float64Array, a: number, b: number, length: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s0 += (data[a + i] ?? 0) * (data[b + i] ?? 0);
    s1 += (data[a + i + 1] ?? 0) * (data[b + i + 1] ?? 0);
    s2 += (data[a + i + 2] ?? 0) * (data[b + i + 2] ?? 0);
    s3 += (data[a + i + 3] ?? 0) * (data[b + i + 3] ?? 0);
  }
  for (; i < length; i++) s0 += (data[a + i] ?? 0) * (data[b + i] ?? 0);
  return s0 + s1 + (s2 + s3);
}

/** The matrix times a vector. */
export function timesVector({ rows, columns, data }: DenseMatrix, x: Float64Array): Float64Array {
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++)
      sum += (data[row * columns + column] ?? 0) * (x[column] ?? 0);
    result[row] = sum;
  }
  return result;
}
