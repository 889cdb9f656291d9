import { EngineError, type Engine, type Handle } from "../engine/engine.ts";
import { arrayValue, asArray, handleShape } from "./layout.ts";
import { complexOf } from "./pairs.ts";
import { ShapeError } from "./shapeError.ts";
import type { ArrayValue, ProductValue, Space, Value } from "./value.ts";

/** The number `value`, shared. */
export function number(engine: Engine, value: number): ArrayValue {
  return { kind: "array", field: "real", shape: [], batch: null, handle: engine.fill(value, []) };
}

/** A value of the space, every entry the same: a number, or a value of shape [], one a sample perhaps. */
export function fill(engine: Engine, value: number | Value, space: Space): Value {
  if (space.kind === "product") {
    return { kind: "product", parts: space.parts.map((part) => fill(engine, value, part)) };
  }
  if (typeof value === "number") return constant(engine, value, space);
  const entry = asArray("fill", value);
  if (entry.shape.length > 0) throw new ShapeError("fill", [entry, space], "a number is needed");
  if (entry.field === "complex" && space.field === "real") {
    throw new ShapeError("fill", [entry, space], "a complex number in a real space");
  }
  const whole = space.field === "complex" ? complexOf(engine, entry) : entry;
  const start = handleShape(
    whole.batch,
    space.shape.map(() => 1),
    whole.field,
  );
  const handle = engine.broadcast(
    engine.reshape(whole.handle, start),
    handleShape(whole.batch, space.shape, whole.field),
  );
  return { ...whole, shape: space.shape, handle };
}

/** Indices along an axis of a real space, counted from its middle, at (n - 1)/2; shared. @throws ShapeError */
export function coordinate(engine: Engine, space: Space, axis: number): ArrayValue {
  const extent = space.kind === "array" ? space.shape[axis] : undefined;
  if (space.kind !== "array" || extent === undefined) {
    throw new ShapeError("coordinate", [space], `there is no axis ${axis}`);
  }
  if (!Number.isInteger(extent)) {
    throw new EngineError(engine.name, "indices", [space.shape], "the number of parts does not divide them");
  }
  const line = engine.upload(
    Float64Array.from({ length: extent }, (_, i) => i - (extent - 1) / 2),
    space.shape.map((_, at) => (at === axis ? extent : 1)),
  );
  return arrayValue(engine, engine.broadcast(line, space.shape), null, space.shape, "real");
}

/** Zeros of the space of a value, shared. */
export function zeros(engine: Engine, space: Space): Value {
  return fill(engine, 0, space);
}

function constant(engine: Engine, value: number, space: Extract<Space, { kind: "array" }>): ArrayValue {
  const { field, shape } = space;
  if (field === "real" || value === 0) {
    return {
      kind: "array",
      field,
      shape,
      batch: null,
      handle: engine.fill(value, handleShape(null, shape, field)),
    };
  }
  const pair: Handle = engine.pad(engine.fill(value, [1]), [[0, 1]]);
  return arrayValue(engine, engine.broadcast(pair, [...shape, 2]), null, shape, field);
}

/** A product of values. */
export function product(parts: readonly Value[]): ProductValue {
  return { kind: "product", parts };
}

/** A part of a product, counted from 0. @throws ShapeError */
export function part(value: Value, index: number): Value {
  const found = value.kind === "product" ? value.parts[index] : undefined;
  if (found === undefined) throw new ShapeError("part", [value], `there is no part ${index}`);
  return found;
}
