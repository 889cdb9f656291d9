import {
  asArray,
  entriesOf,
  fromEntries,
  isComplexValue,
  type ReferenceOperator,
  type ReferenceSpace,
  type ReferenceValue,
} from "../array.ts";
import { operatorOfRows } from "./rows.ts";

/** An operator from a dense matrix over all entries, real or complex, in C order. */
export function matrixOperator(
  matrix: ReferenceValue,
  domain: ReferenceSpace,
  codomain: ReferenceSpace,
): ReferenceOperator {
  const array = asArray(matrix);
  const [rows = 0, columns = 0] = array.shape;
  const inner = operatorOfRows({
    domain: [columns],
    codomain: [rows],
    row: ([i = 0]) =>
      Array.from({ length: columns }, (_, j) => ({
        index: [j],
        weight: { re: array.re[i * columns + j] ?? 0, im: array.im?.[i * columns + j] ?? 0 },
      })),
  });
  const flat = (value: ReferenceValue): ReferenceValue => {
    const entries = entriesOf(value);
    return fromEntries(
      { kind: "array", field: isComplexValue(value) ? "complex" : "real", shape: [entries.length] },
      entries,
    );
  };
  return {
    kind: "operator",
    apply: (x) => fromEntries(codomain, entriesOf(inner.apply(flat(x)))),
    adjoint: (y) => fromEntries(domain, entriesOf(inner.adjoint(flat(y)))),
    get norm() {
      return inner.norm;
    },
  };
}
