import { type HostArray, realArray } from "../io/hostArray.ts";

/** The modulus of every entry; a real array stays as it is, with its signs. */
export function modulus(array: HostArray): HostArray {
  return array.field === "real" ? array : partOf(array, Math.hypot);
}

/** The phase of every entry in (-pi, pi]; 0 for a zero. */
export function phase(array: HostArray): HostArray {
  if (array.field === "complex") return partOf(array, (real, imaginary) => Math.atan2(imaginary, real));
  return realArray(
    array.shape,
    array.data.map((value) => (value < 0 ? Math.PI : 0)),
  );
}

/** The real part of every entry. */
export function realPart(array: HostArray): HostArray {
  return array.field === "real" ? array : partOf(array, (real) => real);
}

/** The imaginary part of every entry. */
export function imaginaryPart(array: HostArray): HostArray {
  if (array.field === "complex") return partOf(array, (_, imaginary) => imaginary);
  return realArray(array.shape, new Float64Array(array.data.length));
}

function partOf({ shape, data }: HostArray, part: (real: number, imaginary: number) => number): HostArray {
  const length = data.length / 2;
  const result = data instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  for (let i = 0; i < length; i++) result[i] = part(data[2 * i] ?? 0, data[2 * i + 1] ?? 0);
  return realArray(shape, result);
}
