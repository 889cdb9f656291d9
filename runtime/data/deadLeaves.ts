import { realArray } from "../io/hostArray.ts";
import type { RandomStream } from "../random/stream.ts";
import type { SampleGenerator } from "./sample.ts";

/** The sizes of the leaves, in pixels. */
export interface LeafRadii {
  readonly smallest?: number;
  readonly largest?: number;
}

/** A guard only: at the usual radii some thousands of leaves cover a picture. */
const MAX_LEAVES = 200_000;

/**
 * Dead leaves [height, width] in [0, 1]: opaque discs of one grey each fall until they hide the ground, with
 * edges at every scale as in photographs. Radii have the density r^-3 between `smallest` (1 pixel) and
 * `largest` (half of the longer side); greys are uniform. A pixel belongs to the leaf at its centre.
 * Source: Lee, Mumford and Huang, "Occlusion models for natural images", IJCV 41, 2001.
 */
export function deadLeaves(height: number, width: number, radii: LeafRadii = {}): SampleGenerator {
  const smallest = radii.smallest ?? 1;
  const largest = Math.max(smallest, radii.largest ?? Math.max(height, width) / 2);
  return (random) => {
    const picture = new Float64Array(height * width).fill(NaN);
    let bare = picture.length;
    for (let leaf = 0; bare > 0 && leaf < MAX_LEAVES; leaf++) {
      const radius = radiusAt(random.uniform(), smallest, largest);
      bare -= placeBelow(picture, height, width, radius, random);
    }
    const ground = random.uniform();
    return realArray(
      [height, width],
      picture.map((value) => (Number.isNaN(value) ? ground : value)),
    );
  };
}

/** The quantile of the density proportional to r^-3 on [smallest, largest]. */
function radiusAt(uniform: number, smallest: number, largest: number): number {
  const [near, far] = [1 / smallest ** 2, 1 / largest ** 2];
  return 1 / Math.sqrt(near + uniform * (far - near));
}

/** Puts a leaf under those that lie there, its centre anywhere it can be seen; returns how many pixels it covers anew. */
function placeBelow(
  picture: Float64Array,
  height: number,
  width: number,
  radius: number,
  random: RandomStream,
): number {
  const y = random.uniform() * (height + 2 * radius) - radius;
  const x = random.uniform() * (width + 2 * radius) - radius;
  const grey = random.uniform();
  let covered = 0;
  const bottom = Math.min(height, Math.ceil(y + radius));
  for (let row = Math.max(0, Math.floor(y - radius)); row < bottom; row++) {
    const half = radius ** 2 - (row + 0.5 - y) ** 2;
    if (half < 0) continue;
    const reach = Math.sqrt(half);
    const right = Math.min(width, Math.floor(x + reach + 0.5));
    for (let column = Math.max(0, Math.ceil(x - reach - 0.5)); column < right; column++) {
      const pixel = row * width + column;
      if (!Number.isNaN(picture[pixel])) continue;
      picture[pixel] = grey;
      covered++;
    }
  }
  return covered;
}
