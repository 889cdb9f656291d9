import { imaginaryPart, modulus, phase, realPart } from "../../runtime/data/complexParts.ts";
import { type HostArray, hostArray, product, realArray, unravel } from "../../runtime/io/hostArray.ts";
import { extremes } from "./dynamicRange.ts";

/** What of complex numbers is shown. */
export const PARTS = ["modulus", "phase", "real", "imaginary"] as const;
/** One of `PARTS`. */
export type Part = (typeof PARTS)[number];

const PART_RULES: { readonly [P in Part]: (array: HostArray) => HostArray } = {
  modulus,
  phase,
  real: realPart,
  imaginary: imaginaryPart,
};

/** A picture that an array holds. */
export interface Plane {
  /** [height, width] or [height, width, 3], real */
  readonly picture: HostArray;
  /** where it lies in the array: `[3]`; empty where the array is one picture */
  readonly place: string;
  readonly part: Part | null;
  /** the vector that the picture draws as a curve; null for others */
  readonly vector: HostArray | null;
}

/** What of an array is shown. */
export interface Showing {
  /** the most pictures */
  readonly count: number;
  /** of complex numbers; modulus and phase where it is null */
  readonly part: Part | null;
  /** whether the last axis counts pictures, coils for instance */
  readonly channels: boolean;
}

/**
 * The pictures of an array, the first `count` of them: of leading axes one for each index, of complex numbers modulus and
 * phase or the part that is asked for; a last axis of 3 is colour, and a vector is drawn as a curve. With `channels` the
 * last axis counts pictures.
 */
export function planesOf(given: HostArray, { count, part, channels }: Showing): readonly Plane[] {
  const parts: readonly (Part | null)[] =
    part === null ? (given.field === "complex" ? ["modulus", "phase"] : [null]) : [part];
  const array = channels ? channelsFirst(given) : given;
  const own = channels ? 2 : ownAxes(array);
  const leading = array.shape.slice(0, array.shape.length - own);
  const shown = Math.min(count, product(leading));
  return Array.from({ length: shown }, (_, position) => {
    const place = placeOf(unravel(position, leading), channels);
    const plane = planeAt(array, own, position);
    return parts.map((each): Plane => {
      const real = each === null ? plane : PART_RULES[each](plane);
      return own === 1
        ? { picture: curve(real), place, part: each, vector: real }
        : { picture: real, place, part: each, vector: null };
    });
  }).flat();
}

/** Where a picture lies: `[3]`, and `[0, :, :, 3]` where the last axis counts pictures. */
function placeOf(indices: readonly number[], channels: boolean): string {
  if (indices.length === 0) return "";
  const shown = channels ? [...indices.slice(0, -1), ":", ":", ...indices.slice(-1)] : indices;
  return `[${shown.join(", ")}]`;
}

/** An array [..., h, w, c] as [..., c, h, w]. */
function channelsFirst({ field, shape, data }: HostArray): HostArray {
  const [height = 1, width = 1, count = 1] = shape.slice(-3);
  const numbers = field === "complex" ? 2 : 1;
  const plane = height * width;
  const moved = new Float64Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const [entry, within] = [Math.floor(at / numbers), at % numbers];
    const [pixel, channel] = [Math.floor(entry / count), entry % count];
    const [image, point] = [Math.floor(pixel / plane), pixel % plane];
    moved[((image * count + channel) * plane + point) * numbers + within] = data[at] ?? 0;
  }
  return hostArray(field, [...shape.slice(0, -3), count, height, width], moved);
}

/** How many of the last axes make a picture: 1 for vectors, 3 with colours. */
function ownAxes({ field, shape }: HostArray): 0 | 1 | 2 | 3 {
  if (shape.length < 2) return shape.length === 0 ? 0 : 1;
  return field === "real" && shape.length >= 3 && shape.at(-1) === 3 ? 3 : 2;
}

function planeAt({ field, shape, data }: HostArray, own: number, position: number): HostArray {
  const axes = own === 0 ? [1, 1] : shape.slice(shape.length - own);
  const length = product(axes) * (field === "complex" ? 2 : 1);
  return { field, shape: axes, data: data.subarray(position * length, (position + 1) * length) };
}

const CURVE_HEIGHT = 128;
const CURVE_WIDTH = 256;

/** A vector as a curve: dark from 0 to the entries, each column the least and largest of the entries that fall into it. */
function curve(vector: HostArray): HostArray {
  const { data } = vector;
  const [low, high] = [Math.min(0, ...extremes(vector)), Math.max(0, ...extremes(vector))];
  const width = Math.max(1, Math.min(CURVE_WIDTH, data.length));
  const rowOf = (value: number): number =>
    Math.round(((high - value) / (high - low || 1)) * (CURVE_HEIGHT - 1));
  const pixels = new Float64Array(CURVE_HEIGHT * width).fill(1);
  for (let column = 0; column < width; column++) {
    const from = Math.floor((column * data.length) / width);
    const until = Math.max(from + 1, Math.floor(((column + 1) * data.length) / width));
    const values = [...data.subarray(from, until), 0];
    for (let row = rowOf(Math.max(...values)); row <= rowOf(Math.min(...values)); row++) {
      pixels[row * width + column] = 0;
    }
  }
  return realArray([CURVE_HEIGHT, width], pixels);
}
