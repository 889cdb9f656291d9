import { type HostArray, realArray } from "../io/hostArray.ts";

/** The modulus of every entry; a real array stays as it is, with its signs. */
export function modulus(array: HostArray): HostArray {
  return array.field === "real" ? array : partOf(array, Math.hypot);
}

function partOf({ shape, data }: HostArray, part: (real: number, imaginary: number) => number): HostArray {
  const length = data.length / 2;
  const result = data instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  for (let i = 0; i < length; i++) result[i] = part(data[2 * i] ?? 0, data[2 * i + 1] ?? 0);
  return realArray(shape, result);
}
