import { stream } from "../../runtime/random/stream.ts";

/** Numbers of mean 0 and variance 1, named by a seed and a word. */
export function normals(count: number, ...keys: readonly (string | number)[]): Float64Array {
  const random = stream(1, ...keys);
  return Float64Array.from({ length: count }, () => random.normal());
}

/** Numbers on [0, 1). */
export function uniforms(count: number, ...keys: readonly (string | number)[]): Float64Array {
  const random = stream(1, ...keys);
  return Float64Array.from({ length: count }, () => random.uniform());
}

/** A picture of boxes on [0, 1], [side, side]: flat parts and edges. */
export function boxes(side: number, key: string): Float64Array {
  const random = stream(1, "boxes", key);
  const picture = new Float64Array(side * side);
  for (let box = 0; box < 40; box += 1) {
    const [top, left] = [random.integer(side), random.integer(side)];
    const [height, width] = [1 + random.integer(side / 2), 1 + random.integer(side / 2)];
    const grey = random.uniform();
    for (let row = top; row < Math.min(side, top + height); row += 1) {
      picture.fill(grey, row * side + left, row * side + Math.min(side, left + width));
    }
  }
  return picture;
}
