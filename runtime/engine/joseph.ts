import { lineOf, type ProjectionOptions, walksRows } from "./projection.ts";

/** Takes a pixel on the way of a line, and how much of it counts. */
type Visit = (pixel: number, weight: number) => void;

/**
 * The X-ray transform of images one behind the other, or its adjoint, line by line. In each row that a line crosses it
 * takes the linear interpolation of the two pixels beside it (0 outside of the image), times the length of the line
 * from one row to the next; lines that are nearer to the rows go by columns likewise.
 * Source: Joseph, IEEE Trans. Medical Imaging 1, 1982.
 */
export function projectByDefinition(
  values: Float32Array | Float64Array,
  images: number,
  options: ProjectionOptions,
): Float64Array {
  const { geometry, image, adjoint } = options;
  const { angles, detectors } = geometry;
  const [pixels, cells] = [image[0] * image[1], angles.length * detectors];
  const [from, to] = adjoint ? [cells, pixels] : [pixels, cells];
  const result = new Float64Array(images * to);
  for (const [view, angle] of angles.entries()) {
    for (let detector = 0; detector < detectors; detector++) {
      const cell = view * detectors + detector;
      walk(options, angle, detector, (pixel, weight) => {
        const [source, target] = adjoint ? [cell, pixel] : [pixel, cell];
        for (let which = 0; which < images; which++) {
          const at = which * to + target;
          result[at] = (result[at] ?? 0) + weight * (values[which * from + source] ?? NaN);
        }
      });
    }
  }
  return result;
}

function walk(
  { geometry, image: [height, width] }: ProjectionOptions,
  angle: number,
  detector: number,
  visit: Visit,
): void {
  const { x, y, dx, dy } = lineOf(geometry, angle, detector);
  const [middleRow, middleColumn] = [(height - 1) / 2, (width - 1) / 2];
  if (walksRows({ dx, dy })) {
    const length = Math.hypot(dx, dy) / Math.abs(dy);
    for (let row = 0; row < height; row++) {
      const column = middleColumn + x + ((middleRow - row - y) * dx) / dy;
      between(column, width, (at, share) => {
        visit(row * width + at, share * length);
      });
    }
    return;
  }
  const length = Math.hypot(dx, dy) / Math.abs(dx);
  for (let column = 0; column < width; column++) {
    const row = middleRow - y - ((column - middleColumn - x) * dy) / dx;
    between(row, height, (at, share) => {
      visit(at * width + column, share * length);
    });
  }
}

/** The points beside a place on an axis, with their shares. */
function between(place: number, extent: number, visit: Visit): void {
  const below = Math.floor(place);
  const share = place - below;
  if (below >= 0 && below < extent) visit(below, 1 - share);
  if (below + 1 >= 0 && below + 1 < extent && share > 0) visit(below + 1, share);
}
