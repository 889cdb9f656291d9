/** The lengths of the passes of a transform, and its factors as kernels read them: parts beside each other. */
export interface FourierPlan {
  readonly length: number;
  /** the length whose transforms do the work: that of Bluestein's convolution, or the length itself */
  readonly padded: number;
  readonly radices: readonly number[];
  /**
   * for each pass of radix r on m r entries e^(-2 pi i p k / (m r)), p < m, 0 < k < r, or nothing where m is 1; before
   * them, where r is above 8, e^(2 pi i k / r), k < r
   */
  readonly twiddles: () => Float32Array;
  readonly bluestein: Bluestein | null;
}

/** With c_j = e^(-pi i j^2 / n): X_k = c_k (c x * conj c)_k, a circular convolution of any length from 2n - 1. */
export interface Bluestein {
  readonly chirp: () => Float32Array;
  /** the transform of the mirrored conj c over the padded length, divided by that length */
  readonly spectrum: () => Float32Array;
}

/** The odd radices, the slowest first; from 11 on by their definition, up to where Bluestein's way is faster. */
const ODD = [61, 59, 53, 47, 43, 41, 37, 31, 29, 23, 19, 17, 13, 11, 7, 5, 3];
/** The largest radix that has a butterfly of its own. */
const BUTTERFLY = 8;

/**
 * How the discrete Fourier transform of a length is computed.
 * Source: Van Loan, Computational Frameworks for the Fast Fourier Transform, SIAM 1992, sections 2.1 and 4.2.
 */
export function fourierPlan(length: number): FourierPlan {
  const direct = radicesOf(length);
  const padded = direct === null ? smoothFrom(2 * length - 1) : length;
  const radices = direct ?? radicesOf(padded) ?? [];
  return {
    length,
    padded,
    radices,
    twiddles: () => twiddles(padded, radices),
    bluestein:
      direct !== null
        ? null
        : { chirp: () => chirp(length, length), spectrum: () => spectrum(length, padded) },
  };
}

/** Two factors of a length, as near to its root as can be; null for a prime. */
export function halves(length: number): readonly [number, number] | null {
  for (let factor = Math.floor(Math.sqrt(length)); factor > 1; factor--) {
    if (length % factor === 0) return [length / factor, factor];
  }
  return null;
}

/** e^(-2 pi i j k / (rows columns)): the plane [rows, columns] of the real parts, then the other, and room behind. */
export function turnTable(rows: number, columns: number, plane: number): Float32Array {
  const table = new Float32Array(2 * plane);
  for (let j = 0; j < rows; j++) {
    for (let k = 0; k < columns; k++) {
      const angle = (-2 * Math.PI * j * k) / (rows * columns);
      table[j * columns + k] = Math.cos(angle);
      table[plane + j * columns + k] = Math.sin(angle);
    }
  }
  return table;
}

/** The radices of the passes, or null where a larger prime factor is left. */
function radicesOf(length: number): readonly number[] | null {
  const radices: number[] = [];
  let rest = length;
  for (const radix of ODD) {
    while (rest % radix === 0) {
      radices.push(radix);
      rest /= radix;
    }
  }
  const twos = Math.log2(rest);
  if (!Number.isInteger(twos)) return null;
  const fours = twos % 3 === 2 ? 1 : twos % 3 === 1 && twos > 1 ? 2 : 0;
  if (twos === 1) radices.push(2);
  for (let i = 0; i < fours; i++) radices.push(4);
  for (let left = twos - 2 * fours; left >= 3; left -= 3) radices.push(8);
  return radices;
}

/** The least length from `least` on that is 4 times powers of 2, 3 and 5. */
function smoothFrom(least: number): number {
  let best = Infinity;
  for (let five = 4; five < 5 * least; five *= 5) {
    for (let three = five; three < 3 * least; three *= 3) {
      let length = three;
      while (length < least) length *= 2;
      best = Math.min(best, length);
    }
  }
  return best;
}

function twiddles(length: number, radices: readonly number[]): Float32Array {
  const factors: number[] = [];
  let m = length;
  for (const radix of radices) {
    m /= radix;
    for (let k = 0; k < radix && radix > BUTTERFLY; k++) {
      factors.push(Math.cos((2 * Math.PI * k) / radix), Math.sin((2 * Math.PI * k) / radix));
    }
    for (let p = 0; p < m && m > 1; p++) {
      for (let k = 1; k < radix; k++) {
        const angle = (-2 * Math.PI * p * k) / (m * radix);
        factors.push(Math.cos(angle), Math.sin(angle));
      }
    }
  }
  return Float32Array.from(factors);
}

/** e^(-pi i j^2 / n) for j below `count`, parts beside each other; j^2 is taken modulo 2n, where it stays exact. */
function chirp(n: number, count: number): Float32Array {
  const factors = new Float32Array(2 * count);
  let square = 0;
  for (let j = 0; j < count; j++) {
    const angle = (-Math.PI * square) / n;
    factors[2 * j] = Math.cos(angle);
    factors[2 * j + 1] = Math.sin(angle);
    square = (square + 2 * j + 1) % (2 * n);
  }
  return factors;
}

function spectrum(n: number, padded: number): Float32Array {
  const re = new Float64Array(padded);
  const im = new Float64Array(padded);
  let square = 0;
  for (let j = 0; j < n; j++) {
    const angle = (Math.PI * square) / n;
    for (const at of [j, (padded - j) % padded]) {
      re[at] = Math.cos(angle) / padded;
      im[at] = Math.sin(angle) / padded;
    }
    square = (square + 2 * j + 1) % (2 * n);
  }
  const [real, imaginary] = transformed(re, im);
  return Float32Array.from({ length: 2 * padded }, (_, i) => (i % 2 === 0 ? real : imaginary)[i >> 1] ?? 0);
}

type Parts = readonly [Float64Array, Float64Array];

/** The transform in double precision, by the smallest factor first. */
function transformed(re: Float64Array, im: Float64Array): Parts {
  const n = re.length;
  const radix = [2, 3, 5].find((prime) => n % prime === 0);
  if (radix === undefined) return [re, im];
  const m = n / radix;
  const every = (x: Float64Array, k: number): Float64Array =>
    Float64Array.from({ length: m }, (_, j) => x[j * radix + k] ?? 0);
  const parts = Array.from({ length: radix }, (_, k): Parts => transformed(every(re, k), every(im, k)));
  const result: Parts = [new Float64Array(n), new Float64Array(n)];
  for (let j = 0; j < n; j++) {
    for (const [k, [x, y]] of parts.entries()) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const [a, b] = [x[j % m] ?? 0, y[j % m] ?? 0];
      result[0][j] = (result[0][j] ?? 0) + c * a - s * b;
      result[1][j] = (result[1][j] ?? 0) + c * b + s * a;
    }
  }
  return result;
}
