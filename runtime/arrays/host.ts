import type { HostArray } from "../io/hostArray.ts";
import { arrayValue, handleShape } from "./layout.ts";
import type { Operations } from "./operations.ts";
import { ShapeError } from "./shapeError.ts";
import type { ArrayValue, Value } from "./value.ts";

/**
 * An array of the host as a value; its first axis counts the samples if it is a batch.
 * @throws ShapeError where the numbers do not fill the shape, or a batch has no first axis
 */
export function upload(
  { engine }: Operations,
  array: HostArray,
  { batch }: { readonly batch: boolean },
): ArrayValue {
  const { field, shape, data } = array;
  const [samples, ...sample] = shape;
  if (batch && samples === undefined) {
    throw new ShapeError("upload", [{ kind: "array", field, shape }], "a batch has a first axis");
  }
  const whole = handleShape(null, shape, field);
  if (data.length !== whole.reduce((count, extent) => count * extent, 1)) {
    throw new ShapeError(
      "upload",
      [{ kind: "array", field, shape }],
      `${data.length} numbers do not fill the shape`,
    );
  }
  const handle = engine.upload(data, whole);
  return arrayValue(engine, handle, batch ? (samples ?? 0) : null, batch ? sample : shape, field);
}

/** The arrays of a value on the host, the parts of products in order; a batch is the first axis. */
export async function download(operations: Operations, value: Value): Promise<readonly HostArray[]> {
  if (value.kind === "product") {
    const parts = await Promise.all(value.parts.map((part) => download(operations, part)));
    return parts.flat();
  }
  return [await downloadArray(operations, value)];
}

async function downloadArray({ engine }: Operations, value: ArrayValue): Promise<HostArray> {
  const data = await engine.read(value.handle);
  return { field: value.field, shape: handleShape(value.batch, value.shape, "real"), data };
}
