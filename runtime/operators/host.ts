import { handleShape } from "../arrays/layout.ts";
import type { ArrayValue, Space, Value } from "../arrays/value.ts";
import type { Engine, Handle } from "../engine/engine.ts";
import { lanes, type HostArray } from "../io/hostArray.ts";
import { sizeOf } from "../engine/shape.ts";
import { OperatorError } from "./operatorError.ts";

/**
 * The numbers of a handle, at once, in double precision.
 * @throws OperatorError IPX8205 on an engine that reads asynchronously only.
 */
export function readNumbers(engine: Engine, handle: Handle, purpose: string): Float64Array {
  const data = engine.readNow(handle);
  if (data !== null) return data instanceof Float64Array ? data : Float64Array.from(data);
  throw new OperatorError("IPX8205", {
    what: `The engine ${engine.name} cannot read ${purpose} at once.`,
    why: "It gives numbers back asynchronously only.",
    hint: "Bind the operator on another engine, or declare the bound: `with norm <= c`.",
  });
}

/** An array of the host as a shared value. */
export function uploadShared(engine: Engine, array: HostArray): ArrayValue {
  const { field, shape, data } = array;
  const handle = engine.upload(data, [...shape, ...(lanes(field) === 2 ? [2] : [])]);
  return { kind: "array", field, shape, batch: null, handle };
}

/** A value of the space, all of whose numbers are given in order: parts one after the other, samples first in each. */
export function packValue(engine: Engine, space: Space, batch: number | null, numbers: Float64Array): Value {
  let position = 0;
  const pack = (part: Space): Value => {
    if (part.kind === "product") return { kind: "product", parts: part.parts.map(pack) };
    const shape = handleShape(batch, part.shape, part.field);
    const end = position + sizeOf(shape);
    const handle = engine.upload(numbers.slice(position, end), shape);
    position = end;
    return { kind: "array", field: part.field, shape: part.shape, batch, handle };
  };
  return pack(space);
}

/** The numbers of a value in the order of `packValue`; a part that is shared is repeated `batch` times. */
export function unpackValue(
  engine: Engine,
  value: Value,
  batch: number | null,
  purpose: string,
): Float64Array {
  const pieces: Float64Array[] = [];
  const unpack = (part: Value): void => {
    if (part.kind === "product") return part.parts.forEach(unpack);
    const numbers = readNumbers(engine, part.handle, purpose);
    const copies = part.batch === null ? (batch ?? 1) : 1;
    for (let copy = 0; copy < copies; copy++) pieces.push(numbers);
  };
  unpack(value);
  const all = new Float64Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    all.set(piece, position);
    position += piece.length;
  }
  return all;
}
