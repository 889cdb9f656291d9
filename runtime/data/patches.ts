import { DataError } from "../io/dataError.ts";
import { type HostArray, hostArray, lanes, product, shapeText } from "../io/hostArray.ts";
import type { RandomStream } from "../random/stream.ts";

/** A window of a picture, in pixels. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The part of a picture [height, width, ...] in a window; further axes (colour) are kept.
 * @throws DataError IPX8104 where the window leaves the picture.
 */
export function crop(picture: HostArray, { top, left, height, width }: Window): HostArray {
  const [rows, columns] = extents(picture);
  const inside = top >= 0 && left >= 0 && top + height <= rows && left + width <= columns;
  if (!inside) throw tooSmall(picture, `a window of ${height} x ${width} at (${top}, ${left})`);
  return rearrange(picture, height, width, (row, column) => [top + row, left + column]);
}

/** The window in the middle; where it cannot be exact, one pixel nearer to the top left. */
export function centreCrop(picture: HostArray, height: number, width: number): HostArray {
  const [rows, columns] = extents(picture);
  const [top, left] = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)];
  return crop(picture, { top, left, height, width });
}

/** A window at a random place, all places alike. */
export function randomCrop(
  picture: HostArray,
  height: number,
  width: number,
  random: RandomStream,
): HostArray {
  const [rows, columns] = extents(picture);
  if (height > rows || width > columns) throw tooSmall(picture, `a window of ${height} x ${width}`);
  const top = random.integer(rows - height + 1);
  const left = random.integer(columns - width + 1);
  return crop(picture, { top, left, height, width });
}

/** All windows of one size at a regular stride, row by row, that lie in the picture. */
export function patchGrid(
  picture: HostArray,
  height: number,
  width: number,
  stride: number,
): readonly HostArray[] {
  const [rows, columns] = extents(picture);
  const patches: HostArray[] = [];
  for (let top = 0; top + height <= rows; top += stride) {
    for (let left = 0; left + width <= columns; left += stride) {
      patches.push(crop(picture, { top, left, height, width }));
    }
  }
  return patches;
}

/** The eight symmetries of the square: quarter turns counter-clockwise, then mirrored left to right. */
export interface Symmetry {
  readonly quarterTurns: 0 | 1 | 2 | 3;
  readonly mirrored: boolean;
}

/** The picture turned, then mirrored. Odd quarter turns exchange height and width. */
export function transform(picture: HostArray, { quarterTurns, mirrored }: Symmetry): HostArray {
  const [rows, columns] = extents(picture);
  const [height, width] = quarterTurns % 2 === 0 ? [rows, columns] : [columns, rows];
  return rearrange(picture, height, width, (row, column) => {
    const unmirrored = mirrored ? width - 1 - column : column;
    switch (quarterTurns) {
      case 0:
        return [row, unmirrored];
      case 1:
        return [unmirrored, columns - 1 - row];
      case 2:
        return [rows - 1 - row, columns - 1 - unmirrored];
      case 3:
        return [rows - 1 - unmirrored, row];
    }
  });
}

/** One of the symmetries at random: all eight for a square picture, the four that keep the shape for others. */
export function augment(picture: HostArray, random: RandomStream): HostArray {
  const [rows, columns] = extents(picture);
  const turn = rows === columns ? random.integer(4) : 2 * random.integer(2);
  const mirrored = random.integer(2) === 1;
  const quarterTurns = turn === 1 || turn === 2 || turn === 3 ? turn : 0;
  return transform(picture, { quarterTurns, mirrored });
}

function extents(picture: HostArray): readonly [number, number] {
  const [rows, columns] = picture.shape;
  if (rows === undefined || columns === undefined) throw tooSmall(picture, "a picture's two axes");
  return [rows, columns];
}

function tooSmall(picture: HostArray, wanted: string): DataError {
  return new DataError(
    "IPX8104",
    { what: `An array of shape ${shapeText(picture.shape)} has not ${wanted}.` },
    { shape: [...picture.shape] },
  );
}

/** A picture whose pixel (row, column) is the pixel `source(row, column)` of another. */
function rearrange(
  picture: HostArray,
  height: number,
  width: number,
  source: (row: number, column: number) => readonly [number, number],
): HostArray {
  const [, columns] = extents(picture);
  const rest = picture.shape.slice(2);
  const pixel = product(rest) * lanes(picture.field);
  const length = height * width * pixel;
  const data = picture.data instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [fromRow, fromColumn] = source(row, column);
      const from = (fromRow * columns + fromColumn) * pixel;
      data.set(picture.data.subarray(from, from + pixel), (row * width + column) * pixel);
    }
  }
  return hostArray(picture.field, [height, width, ...rest], data);
}
