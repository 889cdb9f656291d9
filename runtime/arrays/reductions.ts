import type { Engine, Handle, Reduction } from "../engine/engine.ts";
import { sameShape } from "../engine/shape.ts";
import { number } from "./construct.ts";
import {
  arrayValue,
  asReal,
  batchedHandle,
  commonBatch,
  entriesOf,
  pairAxis,
  pairedParts,
  sampleAxes,
  withBatch,
} from "./layout.ts";
import { mapArrays } from "./map.ts";
import { inField, realOf } from "./pairs.ts";
import { ShapeError } from "./shapeError.ts";
import { type ArrayValue, type Space, spaceOf, type Value } from "./value.ts";

/** The sum of the entries of each sample; complex for a complex array. */
export function sum(engine: Engine, x: Value): ArrayValue {
  if (x.kind === "product")
    return joined(
      engine,
      x.parts.map((part) => sum(engine, part)),
      "a + b",
    );
  const handle = engine.reduce("sum", x.handle, sampleAxes(x));
  return { ...x, shape: [], handle };
}

/** The largest entry of each sample. @throws ShapeError for complex entries */
export function maximum(engine: Engine, x: Value): ArrayValue {
  return extreme(engine, "max", x);
}

/** The smallest entry of each sample. @throws ShapeError for complex entries */
export function minimum(engine: Engine, x: Value): ArrayValue {
  return extreme(engine, "min", x);
}

function extreme(engine: Engine, kind: Exclude<Reduction, "sum">, x: Value): ArrayValue {
  if (x.kind === "product") {
    return joined(
      engine,
      x.parts.map((part) => extreme(engine, kind, part)),
      `${kind}(a, b)`,
    );
  }
  const array = asReal(kind === "max" ? "maximum" : "minimum", x);
  return { ...array, shape: [], handle: engine.reduce(kind, array.handle, sampleAxes(array)) };
}

function joined(engine: Engine, numbers: readonly ArrayValue[], text: string): ArrayValue {
  const [first = number(engine, 0), ...rest] = numbers;
  return rest.reduce((a, b) => mapArrays(engine, text, { a, b }), first);
}

/** The real inner product Re<x, y> of each sample, of values of one space. @throws ShapeError */
export function dot(engine: Engine, x: Value, y: Value): ArrayValue {
  if (x.kind === "product" || y.kind === "product") {
    const parts = pairedParts("dot", x, y).map(([a, b]) => dot(engine, a, b));
    return joined(engine, parts, "a + b");
  }
  if (!sameShape(x.shape, y.shape)) throw new ShapeError("dot", [x, y], "the shapes differ");
  const batch = commonBatch("dot", [x, y]);
  const sameField = x.field === y.field;
  const [a, b] = [x, y].map((value) => withBatch(engine, sameField ? value : realOf(engine, value), batch));
  if (a === undefined || b === undefined) throw new ShapeError("dot", [x, y], "two values are needed");
  const handle = engine.dot(a.handle, b.handle, [...sampleAxes(a), ...pairAxis(a)]);
  return { kind: "array", field: "real", shape: [], batch, handle };
}

/** The 2-norm of each sample. */
export function norm2(engine: Engine, x: Value): ArrayValue {
  return mapArrays(engine, "sqrt(a)", { a: dot(engine, x, x) });
}

/** The number of entries of one sample; complex ones count once. */
export function count(engine: Engine, x: Value): ArrayValue {
  return number(engine, entriesOf(spaceOf(x)));
}

/** The 2-norm over the last axis, which stays with length 1: F[d, c] -> R[d, 1]. */
export function groupNorm(engine: Engine, x: Value): Value {
  if (x.kind === "product") return { ...x, parts: x.parts.map((part) => groupNorm(engine, part)) };
  const last = sampleAxes(x).at(-1);
  if (last === undefined) throw new ShapeError("groupNorm", [x], "an axis is needed");
  const squares = engine.dot(x.handle, x.handle, [last, ...pairAxis(x)]);
  const shape = [...x.shape.slice(0, -1), 1];
  return mapArrays(engine, "sqrt(a)", { a: arrayValue(engine, squares, x.batch, shape) });
}

/** The largest entry over the last axis, which stays with length 1: R[d, c] -> R[d, 1]. */
export function channelMaximum(engine: Engine, x: Value): ArrayValue {
  const array = asReal("channelMaximum", x);
  const last = sampleAxes(array).at(-1);
  if (last === undefined) throw new ShapeError("channelMaximum", [x], "an axis is needed");
  const handle = engine.reduce("max", array.handle, [last]);
  return arrayValue(engine, handle, array.batch, [...array.shape.slice(0, -1), 1]);
}

/**
 * The sum of the entries onto a smaller space with which the array aligns from the last axis: what repeating an array
 * of the space has as its adjoint. Real parts for a real space; a product is summed onto a space of arrays part by part.
 * @throws ShapeError
 */
export function sumTo(engine: Engine, x: Value, space: Space): Value {
  if (space.kind === "product") {
    const { parts } = space;
    if (x.kind !== "product" || x.parts.length !== parts.length) {
      throw new ShapeError("sumTo", [x, space], "the products differ");
    }
    return { ...x, parts: x.parts.map((part, index) => sumTo(engine, part, parts[index] ?? spaceOf(part))) };
  }
  return arraySumTo(engine, x, space);
}

function arraySumTo(engine: Engine, x: Value, space: Extract<Space, { kind: "array" }>): ArrayValue {
  if (x.kind === "product") {
    return joined(
      engine,
      x.parts.map((part) => arraySumTo(engine, part, space)),
      "a + b",
    );
  }
  const missing = x.shape.length - space.shape.length;
  const fits =
    missing >= 0 && space.shape.every((extent, axis) => extent === 1 || extent === x.shape[axis + missing]);
  if (!fits) throw new ShapeError("sumTo", [x, space], "the array does not align with the space");
  const repeated = sampleAxes(x).filter((_, at) => at < missing || x.shape[at] !== space.shape[at - missing]);
  const whole = inField(engine, x, space.field);
  const handle = repeated.length === 0 ? whole.handle : engine.reduce("sum", whole.handle, repeated);
  return arrayValue(engine, handle, x.batch, space.shape, space.field);
}

/** The sum over the samples of a batch, shared. A shared value as it is. */
export function sumSamples(engine: Engine, x: Value): Value {
  if (x.kind === "product") return { ...x, parts: x.parts.map((part) => sumSamples(engine, part)) };
  if (x.batch === null) return x;
  return { ...x, batch: null, handle: engine.reduce("sum", x.handle, [0]) };
}

/** The samples' entries in one row each, as [batch or 1, entries]; real. */
export function rowsOf(engine: Engine, x: ArrayValue): Handle {
  return engine.reshape(batchedHandle(engine, x), [x.batch ?? 1, entriesOf(spaceOf(x))]);
}
