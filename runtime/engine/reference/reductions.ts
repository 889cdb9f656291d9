import type { Engine, Handle, Reduction } from "../engine.ts";
import { sameShape, sizeOf, stridesOf } from "../shape.ts";
import { refuse, type Store } from "./array.ts";
import { eachIndex, positionOf } from "./indices.ts";

const START: { readonly [R in Reduction]: number } = { sum: 0, max: -Infinity, min: Infinity };
const JOIN: { readonly [R in Reduction]: (a: number, b: number) => number } = {
  sum: (a, b) => a + b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
};

/** Reductions over axes, and order statistics. */
export function reductionsOf(store: Store): Pick<Engine, "reduce" | "dot" | "kthLargest"> {
  const reduced = (
    kind: Reduction,
    array: Handle,
    axes: readonly number[],
    entry: (position: number) => number,
  ): Handle => {
    const kept = array.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const shape = kept.map((axis) => array.shape[axis] ?? 1);
    const own = stridesOf(shape);
    const strides = array.shape.map((_, axis) => own[kept.indexOf(axis)] ?? 0);
    const data = new Float64Array(sizeOf(shape)).fill(START[kind]);
    eachIndex(array.shape, (indices, position) => {
      const target = positionOf(indices, strides);
      data[target] = JOIN[kind](data[target] ?? 0, entry(position));
    });
    return store.make(data, shape);
  };

  return {
    reduce(kind, array, axes) {
      const values = store.open(array);
      return reduced(kind, array, axes, (position) => values[position] ?? NaN);
    },
    dot(a, b, axes) {
      if (!sameShape(a.shape, b.shape)) throw refuse("dot", [a.shape, b.shape], "the shapes differ");
      const [left, right] = [store.open(a), store.open(b)];
      return reduced("sum", a, axes, (position) => (left[position] ?? NaN) * (right[position] ?? NaN));
    },
    kthLargest(rows, k) {
      const [count = 0, n = 0] = rows.shape;
      if (rows.shape.length !== 2 || k < 1 || k > n) throw refuse("kthLargest", [rows.shape], `k = ${k}`);
      const values = store.open(rows);
      const kth = Float64Array.from(
        { length: count },
        (_, row) => values.slice(row * n, (row + 1) * n).sort()[n - k] ?? NaN,
      );
      return store.make(kth, [count]);
    },
  };
}
