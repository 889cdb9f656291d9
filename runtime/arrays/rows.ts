import type { Engine } from "../engine/engine.ts";
import { sameShape, sizeOf } from "../engine/shape.ts";
import { arrayValue, asArray, asReal, commonBatch } from "./layout.ts";
import { ShapeError } from "./shapeError.ts";
import type { ArrayValue, Space, Value } from "./value.ts";

/**
 * The entries of an array F[m, d] at indices along its first axis: F[d] at one index, F[b, d] at b of them. Indices
 * are whole numbers below m; each sample may have its own. @throws ShapeError
 */
export function takeRows(engine: Engine, x: Value, indices: Value): ArrayValue {
  const array = asArray("rows", x);
  const [extent, ...rest] = array.shape;
  if (extent === undefined) throw new ShapeError("rows", [x], "a number has no rows");
  const chosen = asIndices("rows", indices);
  const batch = commonBatch("rows", [array, chosen]);
  const entries = entriesOfRow(rest, array.field);
  const handle = engine.takeRows(
    engine.reshape(array.handle, [array.batch ?? 1, extent, entries]),
    indexHandle(engine, chosen),
  );
  return arrayValue(engine, handle, batch, [...chosen.shape, ...rest], array.field);
}

/** The adjoint of `takeRows` on the arrays of a space: rows are added where the indices point. @throws ShapeError */
export function placeRows(engine: Engine, y: Value, indices: Value, space: Space): ArrayValue {
  const array = asArray("placeRows", y);
  const chosen = asIndices("placeRows", indices);
  const [extent, ...rest] = space.kind === "array" ? space.shape : [];
  if (extent === undefined || !sameShape(array.shape, [...chosen.shape, ...rest])) {
    throw new ShapeError("placeRows", [y, indices, space], "the rows do not fit the space");
  }
  const batch = commonBatch("placeRows", [array, chosen]);
  const entries = entriesOfRow(rest, array.field);
  const count = sizeOf(chosen.shape);
  const handle = engine.addRows(
    engine.reshape(array.handle, [array.batch ?? 1, count, entries]),
    indexHandle(engine, chosen),
    extent,
  );
  return arrayValue(engine, handle, batch, [extent, ...rest], array.field);
}

function asIndices(operation: string, indices: Value): ArrayValue {
  const array = asReal(operation, indices);
  if (array.shape.length <= 1) return array;
  throw new ShapeError(operation, [indices], "one index or a list of them is needed");
}

/** Indices as an engine takes them: [samples, count]. */
export function indexHandle(engine: Engine, indices: ArrayValue): ArrayValue["handle"] {
  return engine.reshape(indices.handle, [indices.batch ?? 1, sizeOf(indices.shape)]);
}

function entriesOfRow(shape: readonly number[], field: "real" | "complex"): number {
  return sizeOf(shape) * (field === "complex" ? 2 : 1);
}
