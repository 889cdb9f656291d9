import {
  arrayOf,
  asArray,
  conjugate,
  countOf,
  entryOf,
  fieldOf,
  flatIndex,
  indexAt,
  plus,
  times,
  type Complex,
  type ReferenceArray,
  type ReferenceOperator,
} from "../array.ts";

/** One term of a row of a matrix: the weight at an index of the domain. */
export interface Term {
  readonly index: readonly number[];
  readonly weight: Complex;
}

/** A matrix between arrays, row by row. */
export interface Rows {
  readonly domain: readonly number[];
  readonly codomain: readonly number[];
  readonly row: (index: readonly number[]) => readonly Term[];
}

/** The operator of a matrix. The adjoint takes the rows as columns, with conjugate weights. */
export function operatorOfRows(rows: Rows): ReferenceOperator {
  const apply = (x: ReferenceArray): ReferenceArray =>
    arrayOf(rows.codomain, fieldOf(x), (flat) => {
      let sum: Complex = { re: 0, im: 0 };
      for (const { index, weight } of rows.row(indexAt(rows.codomain, flat))) {
        sum = plus(sum, times(weight, entryOf(x, flatIndex(rows.domain, index))));
      }
      return sum;
    });
  const adjoint = (y: ReferenceArray): ReferenceArray => {
    const sums = Array.from({ length: countOf(rows.domain) }, (): Complex => ({ re: 0, im: 0 }));
    for (let flat = 0; flat < countOf(rows.codomain); flat += 1) {
      for (const { index, weight } of rows.row(indexAt(rows.codomain, flat))) {
        const target = flatIndex(rows.domain, index);
        sums[target] = plus(sums[target] ?? { re: 0, im: 0 }, times(conjugate(weight), entryOf(y, flat)));
      }
    }
    return arrayOf(rows.domain, fieldOf(y), (i) => sums[i] ?? { re: Number.NaN, im: 0 });
  };
  return {
    kind: "operator",
    apply: (x) => apply(asArray(x)),
    adjoint: (y) => adjoint(asArray(y)),
    get norm() {
      return largestSingularValue(rows.domain, apply, adjoint);
    },
  };
}

/** The operators one after the other, the first one first. */
export function composed(operators: readonly ReferenceOperator[]): ReferenceOperator {
  return {
    kind: "operator",
    apply: (x) => operators.reduce((value, operator) => operator.apply(value), x),
    adjoint: (y) => [...operators].reverse().reduce((value, operator) => operator.adjoint(value), y),
    get norm() {
      return operators.reduce((product, operator) => product * operator.norm, 1);
    },
  };
}

/** A weight that is real. */
export function weight(re: number): Complex {
  return { re, im: 0 };
}

function largestSingularValue(
  shape: readonly number[],
  apply: (x: ReferenceArray) => ReferenceArray,
  adjoint: (y: ReferenceArray) => ReferenceArray,
): number {
  let x = arrayOf(shape, "real", (i) => weight(Math.cos(1 + 7 * i)));
  let size = 0;
  for (let round = 0; round < 300; round += 1) {
    const next = adjoint(apply(x));
    size = Math.sqrt(next.re.reduce((sum, entry, i) => sum + entry ** 2 + (next.im?.[i] ?? 0) ** 2, 0));
    if (size === 0) return 0;
    const scale = 1 / size;
    x = arrayOf(shape, fieldOf(next), (i) => ({
      re: entryOf(next, i).re * scale,
      im: entryOf(next, i).im * scale,
    }));
  }
  return Math.sqrt(size);
}
