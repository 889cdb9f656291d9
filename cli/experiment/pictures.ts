import { augment, centreCrop, randomCrop } from "../../runtime/data/patches.ts";
import { DataError } from "../../runtime/io/dataError.ts";
import { type HostArray, realArray } from "../../runtime/io/hostArray.ts";
import { listArrayFiles, readArray } from "../../runtime/io/node/arrays.ts";
import type { RandomStream } from "../../runtime/random/stream.ts";

/** How pictures become samples. */
export interface PictureSettings {
  readonly count: number | undefined;
  readonly grey: boolean;
  /** what black and white become */
  readonly range: readonly [number, number];
}

/** A picture with the name of its file. */
export interface Picture {
  readonly file: string;
  readonly array: HostArray;
  /** whether it was in colour and is grey now */
  readonly wasColoured: boolean;
}

/**
 * The pictures of a folder, the first `count` by name.
 * @throws DataError where the folder holds none, or one cannot be read
 */
export async function readPictures(
  folder: string,
  { count, grey, range }: PictureSettings,
): Promise<readonly Picture[]> {
  const files = (await listArrayFiles(folder)).slice(0, count);
  if (files.length === 0) {
    throw new DataError(
      "IPX8109",
      {
        what: `${folder} holds no pictures.`,
        why: "Pictures and arrays are known by the ends of their names: .png, .npy and others.",
      },
      { file: folder },
    );
  }
  const pictures: Picture[] = [];
  for (const { path: file } of files) {
    const array = await readArray(file);
    const turned = grey ? luminance(array) : array;
    pictures.push({ file, array: ranged(turned, range), wasColoured: turned !== array });
  }
  return pictures;
}

/** Grey of a picture in colour: Rec. 601 luma, as television and scikit-image's older versions have it. */
function luminance(picture: HostArray): HostArray {
  const [height = 0, width = 0, channels] = picture.shape;
  if (channels !== 3) return picture;
  const { data } = picture;
  const at = (index: number): number => data[index] ?? 0;
  const grey = Float64Array.from(
    { length: height * width },
    (_, pixel) => 0.299 * at(3 * pixel) + 0.587 * at(3 * pixel + 1) + 0.114 * at(3 * pixel + 2),
  );
  return realArray([height, width], grey);
}

function ranged(picture: HostArray, [black, white]: readonly [number, number]): HostArray {
  if (black === 0 && white === 1) return picture;
  return { ...picture, data: picture.data.map((value) => black + value * (white - black)) };
}

/** What is cut out of a picture: a square patch, or its largest part whose sides are multiples of a number. */
export interface Cutting {
  readonly patch: number | undefined;
  readonly multiple: number;
  readonly augment: boolean;
}

/** A part at a random place, turned or mirrored if wanted; whole pictures stay in their place. */
export function randomPart(picture: HostArray, cutting: Cutting, random: RandomStream): HostArray {
  const side = cutting.patch;
  const part = side === undefined ? wholePart(picture, cutting) : randomCrop(picture, side, side, random);
  return cutting.augment ? augment(part, random) : part;
}

/** The part in the middle. */
export function middlePart(picture: HostArray, cutting: Cutting): HostArray {
  const [height = 0, width = 0] = picture.shape;
  const side = cutting.patch;
  if (side === undefined || (side >= height && side >= width)) return wholePart(picture, cutting);
  return wholePart(centreCrop(picture, Math.min(side, height), Math.min(side, width)), cutting);
}

function wholePart(picture: HostArray, { multiple }: Cutting): HostArray {
  const [height = 0, width = 0] = picture.shape;
  return centreCrop(picture, height - (height % multiple), width - (width % multiple));
}
