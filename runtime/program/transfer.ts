import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Value } from "../arrays/value.ts";
import { hostArray, lanes, type HostArray } from "../io/hostArray.ts";

/** An array of the host as a value; with `batched` its first axis counts the samples. */
export function upload(operations: Operations, array: HostArray, batched: boolean): ArrayValue {
  const shape = array.field === "complex" ? [...array.shape, lanes("complex")] : array.shape;
  return {
    kind: "array",
    field: array.field,
    shape: batched ? array.shape.slice(1) : array.shape,
    batch: batched ? (array.shape[0] ?? 0) : null,
    handle: operations.engine.upload(array.data, shape),
  };
}

/** The array of a value on the host; samples stand on the first axis where the value is batched. */
export async function download(operations: Operations, value: ArrayValue): Promise<HostArray> {
  const { engine } = operations;
  const data = engine.readNow(value.handle) ?? (await engine.read(value.handle));
  return hostArray(value.field, value.batch === null ? value.shape : [value.batch, ...value.shape], data);
}

/** A value with an entry for each sample of a batch: what all samples share is repeated, on handles of the caller's. */
export function perSample(operations: Operations, value: Value, batch: number): Value {
  if (value.kind === "product")
    return { ...value, parts: value.parts.map((part) => perSample(operations, part, batch)) };
  if (value.batch !== null) return value;
  const { engine } = operations;
  const { shape } = value.handle;
  const handle = engine.scope(
    () => engine.broadcast(engine.reshape(value.handle, [1, ...shape]), [batch, ...shape]),
    (made) => [made],
  );
  return { ...value, batch, handle };
}

/** The arrays of a value, parts in order. */
export async function downloadParts(operations: Operations, value: Value): Promise<readonly HostArray[]> {
  if (value.kind === "array") return [await download(operations, value)];
  const parts: HostArray[] = [];
  for (const part of value.parts) parts.push(...(await downloadParts(operations, part)));
  return parts;
}

/** One number for each sample; a shared number is repeated. Double precision on the host. */
export async function readNumbers(
  operations: Operations,
  value: ArrayValue,
  samples: number,
): Promise<Float64Array> {
  const { engine } = operations;
  const data = engine.readNow(value.handle) ?? (await engine.read(value.handle));
  return value.batch === null
    ? new Float64Array(samples).fill(data[0] ?? Number.NaN)
    : Float64Array.from(data);
}

/** One number for each sample as a value; without samples on the engine's axis where `batch` is null. */
export function numbersFrom(operations: Operations, numbers: Float64Array, batch: number | null): ArrayValue {
  const shape = batch === null ? [] : [batch];
  return {
    kind: "array",
    field: "real",
    shape: [],
    batch,
    handle: operations.engine.upload(batch === null ? numbers.slice(0, 1) : numbers, shape),
  };
}
