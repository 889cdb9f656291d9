import type { Engine } from "../engine/engine.ts";
import { asReal } from "./layout.ts";
import { ShapeError } from "./shapeError.ts";
import type { ArrayValue, Value } from "./value.ts";

/**
 * The sums of the first 1, 2, ..., n entries of an array R[n], by doubling: each pass adds to every entry that which
 * stands twice as far before it (Hillis and Steele, Communications of the ACM 29, 1986). @throws ShapeError
 */
export function cumulativeSum(engine: Engine, x: Value): ArrayValue {
  const array = asReal("cumulativeSum", x);
  const [n] = array.shape;
  if (n === undefined || array.shape.length !== 1) {
    throw new ShapeError("cumulativeSum", [x], "an array of one axis is needed");
  }
  const samples = array.batch ?? 1;
  let sums = engine.reshape(array.handle, [samples, n]);
  for (let shift = 1; shift < n; shift *= 2) {
    const earlier = engine.slice(sums, [0, 0], [samples, n - shift]);
    const moved = engine.pad(earlier, [
      [0, 0],
      [shift, 0],
    ]);
    sums = engine.elementwise(ADDED, { a: sums, b: moved });
  }
  return { ...array, handle: engine.reshape(sums, array.handle.shape) };
}

const ADDED = {
  kind: "apply",
  function: "add",
  arguments: [
    { kind: "input", name: "a" },
    { kind: "input", name: "b" },
  ],
} as const;
