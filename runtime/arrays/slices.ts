import type { Engine } from "../engine/engine.ts";
import { sizeOf } from "../engine/shape.ts";
import { arrayValue, asArray, commonBatch, copied, withBatch } from "./layout.ts";
import { ShapeError } from "./shapeError.ts";
import type { ArrayValue, Value } from "./value.ts";

/**
 * The slices of F[d, c] along its last axis, F[d], as samples: those of a sample stand together. `like` says what the
 * samples were before; a shared x has slices for each of them. @throws ShapeError
 */
export function slices(engine: Engine, x: Value, like: Value): ArrayValue {
  const array = withBatch(engine, asArray("slices", x), commonBatch("slices", [x, like]));
  const count = array.shape.at(-1);
  if (count === undefined) throw new ShapeError("slices", [x], "a number has no slices");
  const shape = array.shape.slice(0, -1);
  const pair = array.field === "complex" ? 2 : 1;
  const samples = array.batch ?? 1;
  const apart = engine.reshape(array.handle, [samples, sizeOf(shape), count, pair]);
  const handle = engine.transpose(apart, [0, 2, 1, 3]);
  return arrayValue(engine, handle, samples * count, shape, array.field);
}

/** The array F[d, count] of its slices, the inverse of `slices`; what all slices share is repeated. @throws ShapeError */
export function joinSlices(engine: Engine, y: Value, count: number, like: Value): ArrayValue {
  const array = asArray("joinSlices", y);
  const batch = commonBatch("joinSlices", [like]);
  const whole = withBatch(engine, array, (batch ?? 1) * count);
  const pair = array.field === "complex" ? 2 : 1;
  const apart = engine.reshape(whole.handle, [batch ?? 1, count, sizeOf(array.shape), pair]);
  const handle = engine.transpose(apart, [0, 2, 1, 3]);
  return arrayValue(engine, handle, batch, [...array.shape, count], array.field);
}

/** A value of each sample for each of its `count` slices; one that all samples share as it is. */
export function repeatSlices(engine: Engine, v: Value, count: number): Value {
  if (v.kind === "product") return { ...v, parts: v.parts.map((part) => repeatSlices(engine, part, count)) };
  if (v.batch === null) return copied(engine, v);
  const entries = sizeOf(v.handle.shape) / v.batch;
  const repeated = engine.broadcast(engine.reshape(v.handle, [v.batch, 1, entries]), [
    v.batch,
    count,
    entries,
  ]);
  return arrayValue(engine, repeated, v.batch * count, v.shape, v.field);
}

/** The adjoint of `repeatSlices`: the sum over the slices of each sample; of what all slices share, `count` times it. */
export function sumSlices(engine: Engine, y: Value, count: number, like: Value): Value {
  if (y.kind === "product")
    return { ...y, parts: y.parts.map((part) => sumSlices(engine, part, count, like)) };
  const batch = commonBatch("sumSlices", [like]);
  const whole = withBatch(engine, y, (batch ?? 1) * count);
  const entries = sizeOf(whole.handle.shape) / ((batch ?? 1) * count);
  const apart = engine.reshape(whole.handle, [batch ?? 1, count, entries]);
  return arrayValue(engine, engine.reduce("sum", apart, [1]), batch, y.shape, y.field);
}
