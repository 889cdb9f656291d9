import { type HostArray, realArray } from "../io/hostArray.ts";
import { circle } from "../random/elementary.ts";

/** An ellipse in the square [-1, 1]^2, x to the right and y upwards. */
export interface Ellipse {
  /** What is added to every pixel inside. */
  readonly value: number;
  readonly semiAxes: readonly [number, number];
  readonly centre: readonly [x: number, y: number];
  /** Counter-clockwise turn of the first semi-axis from the x-axis, in turns (1 is 360 degrees). */
  readonly turns: number;
}

/**
 * The sum of ellipses as a picture [size, size] of the square [-1, 1]^2; row 0 is the top. A pixel has the
 * value at its centre, or the mean of `oversampling`^2 points, evenly spread.
 */
export function renderEllipses(size: number, ellipses: readonly Ellipse[], oversampling = 1): HostArray {
  const fine = size * oversampling;
  const data = new Float64Array(size * size);
  for (const ellipse of ellipses) addEllipse(data, size, fine, oversampling, ellipse);
  return realArray([size, size], data);
}

function addEllipse(
  data: Float64Array,
  size: number,
  fine: number,
  oversampling: number,
  { value, semiAxes: [a, b], centre: [x0, y0], turns }: Ellipse,
): void {
  const [cosine, sine] = circle(turns - Math.floor(turns));
  const reach = Math.max(a, b);
  const weight = value / oversampling ** 2;
  const [top, bottom] = pixelRange(-y0, reach, fine);
  const [left, right] = pixelRange(x0, reach, fine);
  for (let row = top; row < bottom; row++) {
    const y = 1 - (2 * row + 1) / fine - y0;
    for (let column = left; column < right; column++) {
      const x = (2 * column + 1) / fine - 1 - x0;
      const along = (x * cosine + y * sine) / a;
      const across = (y * cosine - x * sine) / b;
      if (along * along + across * across > 1) continue;
      const pixel = Math.floor(row / oversampling) * size + Math.floor(column / oversampling);
      data[pixel] = (data[pixel] ?? 0) + weight;
    }
  }
}

/** The pixels, from and until, whose centres may lie within `reach` of a coordinate in [-1, 1]. */
function pixelRange(centre: number, reach: number, count: number): readonly [number, number] {
  const from = Math.floor(((centre - reach + 1) * count) / 2) - 1;
  const until = Math.ceil(((centre + reach + 1) * count) / 2) + 1;
  return [Math.max(0, from), Math.min(count, until)];
}
