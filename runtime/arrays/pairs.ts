import type { Engine, Handle } from "../engine/engine.ts";
import { sizeOf } from "../engine/shape.ts";
import type { ArrayValue } from "./value.ts";

type Movement = Pick<Engine, "reshape" | "transpose" | "slice" | "concat">;

/** Real and imaginary parts of pairs [..., 2], each [...]. */
export function splitPairs(engine: Movement, pairs: Handle): readonly [Handle, Handle] {
  const shape = pairs.shape.slice(0, -1);
  const size = sizeOf(shape);
  const rows = engine.transpose(engine.reshape(pairs, [size, 2]), [1, 0]);
  const part = (index: number): Handle => engine.reshape(engine.slice(rows, [index, 0], [1, size]), shape);
  return [part(0), part(1)];
}

/** Pairs [..., 2] of real and imaginary parts. */
export function joinPairs(engine: Movement, re: Handle, im: Handle): Handle {
  const size = sizeOf(re.shape);
  const rows = engine.concat([engine.reshape(re, [1, size]), engine.reshape(im, [1, size])], 0);
  return engine.reshape(engine.transpose(rows, [1, 0]), [...re.shape, 2]);
}

/** The array with complex entries. */
export function complexOf(engine: Engine, value: ArrayValue): ArrayValue {
  if (value.field === "complex") return value;
  const handle = joinPairs(engine, value.handle, engine.fill(0, value.handle.shape));
  return { ...value, field: "complex", handle };
}

/** The real part; a real array as it is. */
export function realOf(engine: Engine, value: ArrayValue): ArrayValue {
  if (value.field === "real") return value;
  return { ...value, field: "real", handle: splitPairs(engine, value.handle)[0] };
}

/** The array in a field: real parts, or zeros as imaginary parts. */
export function inField(engine: Engine, value: ArrayValue, field: "real" | "complex"): ArrayValue {
  return field === "real" ? realOf(engine, value) : complexOf(engine, value);
}

/** Each pair (a, b) as (b, a), times the signs: (s a', t b'). */
export function swappedPairs(engine: Engine, pairs: Handle, signs: readonly [number, number]): Handle {
  return signedPairs(engine, engine.gather(pairs, [1, 0], pairs.shape.length - 1), signs);
}

/** Each pair (a, b) as (s a, t b). */
export function signedPairs(engine: Engine, pairs: Handle, signs: readonly [number, number]): Handle {
  const factors = engine.upload(Float32Array.from(signs), [2]);
  return engine.elementwise(PRODUCT, { a: pairs, b: factors });
}

const PRODUCT = {
  kind: "apply",
  function: "mul",
  arguments: [
    { kind: "input", name: "a" },
    { kind: "input", name: "b" },
  ],
} as const;
