/**
 * The numbers of a column-major array (first axis fastest: Fortran, MATLAB) in C order; `width` numbers an element.
 * `shape` is that of the result.
 */
export function fromFortranOrder(
  numbers: Float32Array | Float64Array,
  shape: readonly number[],
  width: number,
): Float32Array | Float64Array {
  const strides: number[] = [];
  let stride = 1;
  for (const extent of shape) {
    strides.push(stride);
    stride *= extent;
  }
  const result = numbers instanceof Float64Array ? new Float64Array(numbers) : new Float32Array(numbers);
  const index = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < stride; target++) {
    for (let lane = 0; lane < width; lane++) {
      result[target * width + lane] = numbers[source * width + lane] ?? 0;
    }
    source += advance(index, shape, strides);
  }
  return result;
}

/** Steps `index` to the next element in C order; returns by how much the strided position moves. */
function advance(index: number[], shape: readonly number[], strides: readonly number[]): number {
  let moved = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const next = (index[axis] ?? 0) + 1;
    const stride = strides[axis] ?? 0;
    if (next < (shape[axis] ?? 0)) {
      index[axis] = next;
      return moved + stride;
    }
    moved -= (next - 1) * stride;
    index[axis] = 0;
  }
  return moved;
}
