import { augment, centreCrop, randomCrop } from "../../runtime/data/patches.ts";
import { DataError } from "../../runtime/io/dataError.ts";
import { type HostArray, realArray, shapeText } from "../../runtime/io/hostArray.ts";
import type { RandomStream } from "../../runtime/random/stream.ts";
import { ranged, type Scale } from "../data/dynamicRange.ts";

/** How the arrays of files become samples. */
export interface PictureSettings {
  readonly grey: boolean;
  readonly scale: Scale;
  /** what the ends of the scale become */
  readonly range: readonly [number, number];
}

/** A sample of a file, before anything is cut out of it. */
export interface Picture {
  readonly array: HostArray;
  /** whether it was in colour and is grey now */
  readonly wasColoured: boolean;
}

/** The array of a file as a sample: grey if wanted, its values brought to the range. */
export function pictureOf(array: HostArray, { grey, scale, range }: PictureSettings): Picture {
  const turned = grey ? luminance(array) : array;
  return { array: ranged(turned, scale, range), wasColoured: turned !== array };
}

/** Grey of a picture in colour: Rec. 601 luma, as television and scikit-image's older versions have it. */
function luminance(picture: HostArray): HostArray {
  const [height = 0, width = 0, channels] = picture.shape;
  if (channels !== 3 || picture.shape.length !== 3 || picture.field === "complex") return picture;
  const { data } = picture;
  const at = (index: number): number => data[index] ?? 0;
  const grey = Float64Array.from(
    { length: height * width },
    (_, pixel) => 0.299 * at(3 * pixel) + 0.587 * at(3 * pixel + 1) + 0.114 * at(3 * pixel + 2),
  );
  return realArray([height, width], grey);
}

/** What is cut out of a picture: a square patch, or its largest part whose sides are multiples of a number. */
export interface Cutting {
  readonly patch: number | undefined;
  readonly multiple: number;
  readonly augment: boolean;
}

/** The most entries of a last axis that is taken for colours or channels. */
const MOST_CHANNELS = 16;

/**
 * Refuses to cut out of what is no picture, where that can be seen: of vectors, and of volumes, whose last axis is long.
 * @throws DataError IPX8104
 */
export function requireCuttable(
  { shape }: HostArray,
  { patch, augment: turned, multiple }: Cutting,
  file: string,
): void {
  const cuts = patch !== undefined || turned || multiple > 1;
  const isPicture = shape.length === 2 || (shape.length === 3 && (shape[2] ?? 0) <= MOST_CHANNELS);
  if (!cuts || isPicture) return;
  const isVolume = shape.length >= 3;
  const hint = isVolume
    ? "If its first axis counts slices or samples, add `slices = true` to `data`."
    : "Leave out `patch`, `multiple` and `augment`.";
  throw new DataError(
    "IPX8104",
    {
      what: `${file} has the shape ${shapeText(shape)}, which is no picture [rows, columns] or [rows, columns, colours].`,
      hint,
    },
    { file, shape: [...shape] },
  );
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
  if (multiple === 1) return picture;
  const [height = 0, width = 0] = picture.shape;
  return centreCrop(picture, height - (height % multiple), width - (width % multiple));
}
