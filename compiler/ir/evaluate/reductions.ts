import {
  alignedIndex,
  arrayOf,
  asArray,
  conjugate,
  countOf,
  entriesOf,
  entryOf,
  fromEntries,
  indexAt,
  isComplexValue,
  numberArray,
  partOf,
  plus,
  spaceOfValue,
  times,
  type Complex,
  type ReferenceArray,
  type ReferenceSpace,
  type ReferenceValue,
} from "./array.ts";

/** The sum of the real parts of all entries. */
export function sum(value: ReferenceValue): ReferenceArray {
  return numberArray(entriesOf(value).reduce((total, entry) => total + entry.re, 0));
}

/** Re<x, y>. */
export function dot(x: ReferenceValue, y: ReferenceValue): ReferenceArray {
  const others = entriesOf(y);
  return numberArray(
    entriesOf(x).reduce((total, entry, i) => {
      const other = others[i] ?? { re: Number.NaN, im: 0 };
      return total + entry.re * other.re + entry.im * other.im;
    }, 0),
  );
}

/** The sums of the first 1, 2, ... entries. */
export function cumulativeSum(x: ReferenceArray): ReferenceArray {
  let total = 0;
  return arrayOf(x.shape, "real", (i) => ({ re: (total += entryOf(x, i).re), im: 0 }));
}

/** The 2-norm over the last axis, which stays with length 1. */
export function groupNorm(x: ReferenceArray): ReferenceArray {
  const channels = x.shape.at(-1) ?? 1;
  return arrayOf([...x.shape.slice(0, -1), 1], "real", (group) => {
    let square = 0;
    for (let c = 0; c < channels; c += 1) {
      const { re, im } = entryOf(x, group * channels + c);
      square += re * re + im * im;
    }
    return { re: Math.sqrt(square), im: 0 };
  });
}

/** The largest entry over the last axis, which stays with length 1. */
export function channelMaximum(x: ReferenceArray): ReferenceArray {
  const channels = x.shape.at(-1) ?? 1;
  return arrayOf([...x.shape.slice(0, -1), 1], "real", (group) => ({
    re: Math.max(...x.re.subarray(group * channels, (group + 1) * channels)),
    im: 0,
  }));
}

/** The entries summed onto a smaller space, real where that is real. */
export function sumTo(value: ReferenceValue, space: ReferenceSpace): ReferenceValue {
  if (space.kind === "product") {
    return { kind: "product", parts: space.parts.map((part, i) => sumTo(partOf(value, i), part)) };
  }
  if (value.kind === "product") {
    return value.parts.map((part) => sumTo(part, space)).reduce((a, b) => addArrays(asArray(a), asArray(b)));
  }
  const sums = Array.from({ length: countOf(space.shape) }, (): Complex => ({ re: 0, im: 0 }));
  for (let flat = 0; flat < value.re.length; flat += 1) {
    const target = alignedIndex(space.shape, indexAt(value.shape, flat));
    sums[target] = plus(sums[target] ?? { re: 0, im: 0 }, entryOf(value, flat));
  }
  const field = space.field === "complex" && value.im !== null ? "complex" : "real";
  return arrayOf(space.shape, field, (i) => sums[i] ?? { re: Number.NaN, im: 0 });
}

function addArrays(a: ReferenceArray, b: ReferenceArray): ReferenceArray {
  const field = a.im === null && b.im === null ? "real" : "complex";
  return arrayOf(a.shape, field, (i) => plus(entryOf(a, i), entryOf(b, i)));
}

/** 1 at the floor(share n) entries of largest modulus, the first of equals, else 0. */
export function largest(value: ReferenceValue, share: number): ReferenceValue {
  const entries = entriesOf(value);
  const kept = Math.floor(share * entries.length);
  const order = entries
    .map(({ re, im }, index) => ({ size: Math.hypot(re, im), index }))
    .sort((a, b) => b.size - a.size || a.index - b.index);
  const marks = entries.map(() => ({ re: 0, im: 0 }));
  for (const { index } of order.slice(0, kept)) marks[index] = { re: 1, im: 0 };
  return fromEntries(realSpace(spaceOfValue(value)), marks);
}

function realSpace(space: ReferenceSpace): ReferenceSpace {
  return space.kind === "product"
    ? { kind: "product", parts: space.parts.map(realSpace) }
    : { ...space, field: "real" };
}

/** W x, or W' x, in the space given. */
export function matvec(
  matrix: ReferenceArray,
  x: ReferenceValue,
  transpose: boolean,
  space: ReferenceSpace,
): ReferenceValue {
  const [rows = 0, columns = 0] = matrix.shape;
  const entries = entriesOf(x);
  const [into, from] = transpose ? [columns, rows] : [rows, columns];
  const results = Array.from({ length: into }, (_, i) => {
    let total: Complex = { re: 0, im: 0 };
    for (let j = 0; j < from; j += 1) {
      const weight = transpose
        ? conjugate(entryOf(matrix, j * columns + i))
        : entryOf(matrix, i * columns + j);
      total = plus(total, times(weight, entries[j] ?? { re: Number.NaN, im: 0 }));
    }
    return total;
  });
  const complex = matrix.im !== null || isComplexValue(x);
  return fromEntries(complex ? space : realSpace(space), results);
}

/** The matrix y x'. */
export function outer(y: ReferenceValue, x: ReferenceValue): ReferenceArray {
  const [rows, columns] = [entriesOf(y), entriesOf(x)];
  const complex = isComplexValue(y) || isComplexValue(x);
  return arrayOf([rows.length, columns.length], complex ? "complex" : "real", (flat) => {
    const [row, column] = [rows[Math.floor(flat / columns.length)], columns[flat % columns.length]];
    return row === undefined || column === undefined
      ? { re: Number.NaN, im: 0 }
      : times(row, conjugate(column));
  });
}

/** The value whose map is b, by elimination on real and imaginary parts, for any real-linear bijection. */
export function solveLinear(map: (x: ReferenceValue) => ReferenceValue, b: ReferenceValue): ReferenceValue {
  const space = spaceOfValue(b);
  const parts = toReals(b);
  const columns = parts.map((_, j) =>
    toReals(
      map(
        fromReals(
          space,
          parts.map((__, i) => (i === j ? 1 : 0)),
        ),
      ),
    ),
  );
  const rows = parts.map((right, i) => [...columns.map((column) => column[i] ?? Number.NaN), right]);
  return fromReals(space, eliminate(rows));
}

function toReals(value: ReferenceValue): readonly number[] {
  if (value.kind === "product") return value.parts.flatMap(toReals);
  return value.im === null ? [...value.re] : [...value.re, ...value.im];
}

function fromReals(space: ReferenceSpace, reals: readonly number[]): ReferenceValue {
  let next = 0;
  const take = (inner: ReferenceSpace): ReferenceValue => {
    if (inner.kind === "product") return { kind: "product", parts: inner.parts.map(take) };
    const begin = next;
    const count = countOf(inner.shape);
    next += inner.field === "complex" ? 2 * count : count;
    return arrayOf(inner.shape, inner.field, (i) => ({
      re: reals[begin + i] ?? Number.NaN,
      im: inner.field === "complex" ? (reals[begin + count + i] ?? Number.NaN) : 0,
    }));
  };
  return take(space);
}

/** Solves an augmented system by Gaussian elimination with pivots. */
function eliminate(system: readonly (readonly number[])[]): readonly number[] {
  const rows = system.map((row) => [...row]);
  const n = rows.length;
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.NaN;
  for (let column = 0; column < n; column += 1) {
    let pivot = column;
    for (let i = column + 1; i < n; i += 1)
      if (Math.abs(at(i, column)) > Math.abs(at(pivot, column))) pivot = i;
    [rows[column], rows[pivot]] = [rows[pivot] ?? [], rows[column] ?? []];
    for (let i = 0; i < n; i += 1) {
      if (i === column) continue;
      const factor = at(i, column) / at(column, column);
      rows[i] = (rows[i] ?? []).map((entry, j) => entry - factor * at(column, j));
    }
  }
  return rows.map((_, i) => at(i, n) / at(i, i));
}
