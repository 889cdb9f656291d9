import type { Engine } from "../engine/engine.ts";
import { arrayValue, commonBatch, entriesOf, hasComplex, withBatch } from "./layout.ts";
import { inField } from "./pairs.ts";
import { ShapeError } from "./shapeError.ts";
import { type ArrayValue, type Space, spaceOf, type Value } from "./value.ts";

/** The entries of a value as an array of one axis, in the order of the parts; complex if a part is. */
export function flatten(engine: Engine, value: Value): ArrayValue {
  const field = hasComplex(spaceOf(value)) ? "complex" : "real";
  const batch = commonBatch("flatten", [value]);
  const arrays = leaves(value).map((array) => {
    const whole = withBatch(engine, inField(engine, array, field), batch);
    return arrayValue(engine, whole.handle, batch, [entriesOf(spaceOf(array))], field);
  });
  const [first] = arrays;
  if (first !== undefined && arrays.length === 1) return first;
  const axis = batch === null ? 0 : 1;
  const handle = engine.concat(
    arrays.map((array) => array.handle),
    axis,
  );
  return { kind: "array", field, shape: [entriesOf(spaceOf(value))], batch, handle };
}

function leaves(value: Value): readonly ArrayValue[] {
  return value.kind === "array" ? [value] : value.parts.flatMap(leaves);
}

/** The value of a space with the entries of an array of one axis: real parts where the space is real. @throws ShapeError */
export function unflatten(engine: Engine, entries: ArrayValue, space: Space): Value {
  if (entriesOf(space) !== entries.shape[0]) {
    throw new ShapeError("reshape", [entries, space], "the numbers of entries differ");
  }
  return taken(engine, entries, space, 0);
}

function taken(engine: Engine, entries: ArrayValue, space: Space, begin: number): Value {
  if (space.kind === "product") {
    let next = begin;
    const parts = space.parts.map((part) => {
      const value = taken(engine, entries, part, next);
      next += entriesOf(part);
      return value;
    });
    return { kind: "product", parts };
  }
  const size = entriesOf(space);
  const whole = size === entries.shape[0];
  const before = entries.batch === null ? [] : [0];
  const handle = whole
    ? entries.handle
    : engine.slice(
        entries.handle,
        [...before, begin, ...(entries.field === "complex" ? [0] : [])],
        [
          ...(entries.batch === null ? [] : [entries.batch]),
          size,
          ...(entries.field === "complex" ? [2] : []),
        ],
      );
  const piece: ArrayValue = { ...entries, shape: [size], handle };
  const inSpace = inField(engine, piece, space.field);
  return arrayValue(engine, inSpace.handle, entries.batch, space.shape, space.field);
}

/** The same entries in another space of as many; reals may become complex. @throws ShapeError */
export function reshape(engine: Engine, value: Value, space: Space): Value {
  const flat = flatten(engine, value);
  if (entriesOf(space) !== flat.shape[0] || (flat.field === "complex" && !hasComplex(space))) {
    throw new ShapeError("reshape", [value, space], "the spaces have different entries");
  }
  return unflatten(engine, flat, space);
}
