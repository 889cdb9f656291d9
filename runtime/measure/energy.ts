/** |a|^2, summed in double precision. */
export function squaredNorm(a: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of a) sum += value * value;
  return sum;
}

/** |a - b|^2 of arrays of one length, summed in double precision. */
export function squaredError(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    sum += difference * difference;
  }
  return sum;
}
