import type { Engine, Handle } from "../engine/engine.ts";
import { sameShape, sizeOf } from "../engine/shape.ts";
import { ShapeError } from "./shapeError.ts";
import { type ArrayValue, type Space, spaceOf, type Value } from "./value.ts";

/** The shape of the handle of an array. */
export function handleShape(
  batch: number | null,
  shape: readonly number[],
  field: "real" | "complex",
): readonly number[] {
  return [...(batch === null ? [] : [batch]), ...shape, ...(field === "complex" ? [2] : [])];
}

/** An array value over a handle of the right size, which is reshaped if need be. */
export function arrayValue(
  engine: Engine,
  handle: Handle,
  batch: number | null,
  shape: readonly number[],
  field: "real" | "complex" = "real",
): ArrayValue {
  const wanted = handleShape(batch, shape, field);
  const fitting = sameShape(handle.shape, wanted) ? handle : engine.reshape(handle, wanted);
  return { kind: "array", field, shape, batch, handle: fitting };
}

/** The value as an array. @throws ShapeError for a product */
export function asArray(operation: string, value: Value): ArrayValue {
  if (value.kind === "array") return value;
  throw new ShapeError(operation, [value], "an array is needed");
}

/** The value as a real array. @throws ShapeError */
export function asReal(operation: string, value: Value): ArrayValue {
  const array = asArray(operation, value);
  if (array.field === "real") return array;
  throw new ShapeError(operation, [value], "real entries are needed");
}

/** The value as a real number, one a sample or one for all. @throws ShapeError */
export function asNumber(operation: string, value: Value): ArrayValue {
  const array = asReal(operation, value);
  if (array.shape.length === 0) return array;
  throw new ShapeError(operation, [value], "a number is needed");
}

/** The parts of a product with the same parts as `other`, in pairs. @throws ShapeError */
export function pairedParts(operation: string, x: Value, y: Value): readonly (readonly [Value, Value])[] {
  if (x.kind === "product" && y.kind === "product" && x.parts.length === y.parts.length) {
    return x.parts.map((part, index) => [part, y.parts[index] ?? part] as const);
  }
  throw new ShapeError(operation, [x, y], "the products differ");
}

/** The batch that values have in common: null if all of them are shared. @throws ShapeError */
export function commonBatch(operation: string, values: readonly Value[]): number | null {
  return values.flatMap(batchesOf).reduce<number | null>((common, batch) => {
    if (common !== null && batch !== common) throw new ShapeError(operation, values, "batches differ");
    return batch;
  }, null);
}

function batchesOf(value: Value): readonly number[] {
  if (value.kind === "product") return value.parts.flatMap(batchesOf);
  return value.batch === null ? [] : [value.batch];
}

/** The axes of the handle that are a sample's, without the pair. */
export function sampleAxes(value: ArrayValue): readonly number[] {
  const first = value.batch === null ? 0 : 1;
  return value.shape.map((_, axis) => axis + first);
}

/** The last axis of a complex handle. */
export function pairAxis(value: ArrayValue): readonly number[] {
  return value.field === "complex" ? [value.handle.shape.length - 1] : [];
}

/** The array with a copy for each of `batch` samples; as it is if it has a batch, or `batch` is null. */
export function withBatch(engine: Engine, value: ArrayValue, batch: number | null): ArrayValue {
  if (value.batch !== null || batch === null) return value;
  const handle = engine.broadcast(value.handle, handleShape(batch, value.shape, value.field));
  return { ...value, batch, handle };
}

/** The handle with a batch axis, of extent 1 for a shared array. */
export function batchedHandle(engine: Engine, value: ArrayValue): Handle {
  return value.batch === null ? engine.reshape(value.handle, [1, ...value.handle.shape]) : value.handle;
}

/** Another handle for the same numbers, so that either can be freed. */
export function copied(engine: Engine, value: Value): Value {
  if (value.kind === "product") return { ...value, parts: value.parts.map((part) => copied(engine, part)) };
  return { ...value, handle: engine.reshape(value.handle, value.handle.shape) };
}

/** Whether two spaces are the same. */
export function sameSpace(left: Space, right: Space): boolean {
  if (left.kind === "array") {
    return right.kind === "array" && left.field === right.field && sameShape(left.shape, right.shape);
  }
  return (
    right.kind === "product" &&
    left.parts.length === right.parts.length &&
    left.parts.every((part, index) => sameSpace(part, right.parts[index] ?? part))
  );
}

/** The number of entries of one sample; complex ones count once. */
export function entriesOf(space: Space): number {
  if (space.kind === "array") return sizeOf(space.shape);
  return space.parts.reduce((sum, part) => sum + entriesOf(part), 0);
}

/** Whether a space has complex entries. */
export function hasComplex(space: Space): boolean {
  return space.kind === "array" ? space.field === "complex" : space.parts.some(hasComplex);
}

/** Refuses a value of another shape than the space's; a real one may stand for a complex one. @throws ShapeError */
export function checkSpace(operation: string, value: Value, space: Space): void {
  const fits = (have: Space, want: Space): boolean =>
    have.kind === "array" && want.kind === "array"
      ? sameShape(have.shape, want.shape) && (have.field === want.field || want.field === "complex")
      : have.kind === "product" &&
        want.kind === "product" &&
        have.parts.length === want.parts.length &&
        have.parts.every((part, index) => fits(part, want.parts[index] ?? part));
  if (!fits(spaceOf(value), space))
    throw new ShapeError(operation, [value, space], "the value is not of the space");
}
