import type { Engine, Handle } from "../engine/engine.ts";
import { sameShape, sizeOf } from "../engine/shape.ts";
import { arrayValue, asArray, asReal, commonBatch, withBatch } from "./layout.ts";
import { ShapeError } from "./shapeError.ts";
import type { ArrayValue, Space, Value } from "./value.ts";

/**
 * The entries of an array F[e, m, d] at indices along the axis of m: F[e, d] at one index, F[e, b, d] at b of them.
 * Indices are whole numbers below m; each sample may have its own. @throws ShapeError
 */
export function takeRows(engine: Engine, x: Value, indices: Value, axis = 0): ArrayValue {
  const array = asArray("rows", x);
  const axes = axesAround(array.shape, axis);
  if (axes === null) throw new ShapeError("rows", [x], "it has no such axis");
  const chosen = asIndices("rows", indices);
  const batch = commonBatch("rows", [array, chosen]);
  const { before, extent, after } = axes;
  const { rows, places } = aligned(engine, array, chosen, before);
  const entries = entriesOfRow(after, array.field);
  const handle = engine.takeRows(engine.reshape(rows.handle, [rows.samples, extent, entries]), places);
  return arrayValue(engine, handle, batch, [...before, ...chosen.shape, ...after], array.field);
}

/** The adjoint of `takeRows` on the arrays of a space: rows are added where the indices point. @throws ShapeError */
export function placeRows(engine: Engine, y: Value, indices: Value, space: Space, axis = 0): ArrayValue {
  const array = asArray("placeRows", y);
  const chosen = asIndices("placeRows", indices);
  const axes = space.kind === "array" ? axesAround(space.shape, axis) : null;
  if (axes === null || !sameShape(array.shape, [...axes.before, ...chosen.shape, ...axes.after])) {
    throw new ShapeError("placeRows", [y, indices, space], "the rows do not fit the space");
  }
  const batch = commonBatch("placeRows", [array, chosen]);
  const { before, extent, after } = axes;
  const { rows, places } = aligned(engine, array, chosen, before);
  const entries = entriesOfRow(after, array.field);
  const handle = engine.addRows(
    engine.reshape(rows.handle, [rows.samples, sizeOf(chosen.shape), entries]),
    places,
    extent,
  );
  return arrayValue(engine, handle, batch, [...before, extent, ...after], array.field);
}

interface AxesAround {
  readonly before: readonly number[];
  readonly extent: number;
  readonly after: readonly number[];
}

function axesAround(shape: readonly number[], axis: number): AxesAround | null {
  const extent = shape[axis];
  return extent === undefined ? null : { before: shape.slice(0, axis), extent, after: shape.slice(axis + 1) };
}

/** Rows and indices as samples for an engine: what stands before the axis counts as samples, too. */
function aligned(
  engine: Engine,
  array: ArrayValue,
  chosen: ArrayValue,
  before: readonly number[],
): { readonly rows: { readonly handle: Handle; readonly samples: number }; readonly places: Handle } {
  const places = indexHandle(engine, chosen);
  const outer = sizeOf(before);
  const { batch } = chosen;
  if (outer === 1 || batch === null) {
    return { rows: { handle: array.handle, samples: (array.batch ?? 1) * outer }, places };
  }
  const count = sizeOf(chosen.shape);
  const repeated = engine.broadcast(engine.reshape(places, [batch, 1, count]), [batch, outer, count]);
  return {
    rows: { handle: withBatch(engine, array, batch).handle, samples: batch * outer },
    places: engine.reshape(repeated, [batch * outer, count]),
  };
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
