import {
  arrayOf,
  asArray,
  asNumber,
  conjugate,
  entryOf,
  plus,
  times,
  type Complex,
  type ReferenceArray,
  type ReferenceValue,
} from "../array.ts";

/**
 * The pseudo-inverse on the largest singular values, by deflation: the largest singular triple of what is left is found
 * by power iteration, used, and taken away.
 */
export function truncatedInverse(
  matrix: ReferenceArray,
  rank: ReferenceValue | undefined,
  tolerance: number,
): ReferenceArray {
  const [m = 0, n = 0] = matrix.shape;
  const left = Array.from({ length: m * n }, (_, at) => entryOf(matrix, at));
  const inverse = Array.from({ length: n * m }, (): Complex => ({ re: 0, im: 0 }));
  const most = Math.min(m, n, rank === undefined ? Infinity : asNumber(asArray(rank)));
  let largest = 0;
  for (let k = 0; k < most; k += 1) {
    const { u, v, size } = largestTriple(left, m, n);
    largest = Math.max(largest, size);
    if (size <= tolerance * largest || size === 0) break;
    for (let i = 0; i < m; i += 1) {
      for (let j = 0; j < n; j += 1) {
        const [ui, vj] = [u[i] ?? { re: 0, im: 0 }, v[j] ?? { re: 0, im: 0 }];
        left[i * n + j] = plus(left[i * n + j] ?? ui, scaled(times(ui, conjugate(vj)), -size));
        inverse[j * m + i] = plus(inverse[j * m + i] ?? ui, scaled(times(vj, conjugate(ui)), 1 / size));
      }
    }
  }
  return arrayOf([n, m], matrix.im === null ? "real" : "complex", (at) => inverse[at] ?? { re: 0, im: 0 });
}

function largestTriple(
  matrix: readonly Complex[],
  m: number,
  n: number,
): { readonly u: readonly Complex[]; readonly v: readonly Complex[]; readonly size: number } {
  let v: readonly Complex[] = Array.from({ length: n }, (_, j) => ({ re: Math.cos(1 + 3 * j), im: 0 }));
  let u: readonly Complex[] = [];
  let size = 0;
  for (let round = 0; round < 2000; round += 1) {
    const image = Array.from({ length: m }, (_, i) =>
      v.reduce((sum, entry, j) => plus(sum, times(matrix[i * n + j] ?? entry, entry)), { re: 0, im: 0 }),
    );
    size = lengthOf(image);
    if (size === 0) return { u: image, v, size };
    u = image.map((entry) => scaled(entry, 1 / size));
    const back = Array.from({ length: n }, (_, j) =>
      u.reduce((sum, entry, i) => plus(sum, times(conjugate(matrix[i * n + j] ?? entry), entry)), {
        re: 0,
        im: 0,
      }),
    );
    const length = lengthOf(back);
    v = back.map((entry) => scaled(entry, 1 / length));
  }
  return { u, v, size };
}

function lengthOf(vector: readonly Complex[]): number {
  return Math.sqrt(vector.reduce((sum, { re, im }) => sum + re * re + im * im, 0));
}

function scaled({ re, im }: Complex, factor: number): Complex {
  return { re: re * factor, im: im * factor };
}
