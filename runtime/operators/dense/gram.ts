/** A real matrix in double precision, row by row. */
export interface DenseMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

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

/**
 * A A', the inner products of the rows: [rows, rows], each a sum of `columns` products in some order. Two rows are
 * taken with two rows at a time, which halves the reads.
 */
export function gramOfRows({ rows, columns, data }: DenseMatrix): DenseMatrix {
  const gram = new Float64Array(rows * rows);
  const four = new Float64Array(4);
  for (let row = 0; row < rows; row += 2) {
    const below = Math.min(row + 1, rows - 1);
    for (let other = 0; other <= row; other += 2) {
      const next = Math.min(other + 1, rows - 1);
      fourInnerProducts(four, data, row * columns, below * columns, other * columns, next * columns, columns);
      gram[row * rows + other] = gram[other * rows + row] = four[0] ?? 0;
      gram[row * rows + next] = gram[next * rows + row] = four[1] ?? 0;
      gram[below * rows + other] = gram[other * rows + below] = four[2] ?? 0;
      gram[below * rows + next] = gram[next * rows + below] = four[3] ?? 0;
    }
  }
  return { rows, columns: rows, data: gram };
}

/** The inner products of the rows at a, b with those at c, d: (a, c), (a, d), (b, c), (b, d). */
function fourInnerProducts(
  into: Float64Array,
  data: Float64Array,
  a: number,
  b: number,
  c: number,
  d: number,
  length: number,
): void {
  let ac = 0;
  let ad = 0;
  let bc = 0;
  let bd = 0;
  for (let i = 0; i < length; i++) {
    const atA = data[a + i] ?? 0;
    const atB = data[b + i] ?? 0;
    const atC = data[c + i] ?? 0;
    const atD = data[d + i] ?? 0;
    ac += atA * atC;
    ad += atA * atD;
    bc += atB * atC;
    bd += atB * atD;
  }
  into[0] = ac;
  into[1] = ad;
  into[2] = bc;
  into[3] = bd;
}

/** Sum of data[a + i] data[b + i] for i < length, in four partial sums. */
export function innerProduct(data: Float64Array, a: number, b: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
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
