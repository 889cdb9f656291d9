import { realArray } from "../io/hostArray.ts";
import type { RandomStream } from "../random/stream.ts";
import type { SampleGenerator } from "./sample.ts";

/** The sizes of the leaves, in pixels, and how finely a pixel sees them. */
export interface LeafOptions {
  readonly smallest?: number;
  readonly largest?: number;
  /** A pixel is the mean of this many points squared; 1 unless given. */
  readonly oversampling?: number;
}

/** A guard only: at the usual radii some thousands of leaves cover a picture. */
const MAX_LEAVES = 200_000;

/**
 * Dead leaves [height, width] in [0, 1]: opaque discs of one grey each fall until they hide the ground, with
 * edges at every scale as in photographs. Radii have the density r^-3 between `smallest` (1 pixel) and
 * `largest` (half of the longer side); greys are uniform. A pixel shows the leaf on top at its centre, or the mean over more points.
 * Source: Lee, Mumford and Huang, "Occlusion models for natural images", IJCV 41, 2001.
 */
export function deadLeaves(height: number, width: number, options: LeafOptions = {}): SampleGenerator {
  const { oversampling = 1, smallest = 1 } = options;
  const largest = Math.max(smallest, options.largest ?? Math.max(height, width) / 2);
  const [rows, columns] = [height * oversampling, width * oversampling];
  return (random) => {
    const picture = new Float64Array(rows * columns).fill(NaN);
    let bare = picture.length;
    for (let leaf = 0; bare > 0 && leaf < MAX_LEAVES; leaf++) {
      const radius = radiusAt(random.uniform(), smallest, largest) * oversampling;
      bare -= placeBelow(picture, rows, columns, radius, random);
    }
    const ground = random.uniform();
    const covered = picture.map((value) => (Number.isNaN(value) ? ground : value));
    return realArray([height, width], meanOfBlocks(covered, columns, oversampling));
  };
}

/** Means over blocks of side x side pixels. */
function meanOfBlocks(fine: Float64Array, columns: number, side: number): Float64Array {
  if (side === 1) return fine;
  const coarse = new Float64Array(fine.length / side ** 2);
  fine.forEach((value, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const target = Math.floor(row / side) * (columns / side) + Math.floor(column / side);
    coarse[target] = (coarse[target] ?? 0) + value / side ** 2;
  });
  return coarse;
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
