import type { HostArray } from "../../runtime/io/hostArray.ts";
import type { MontagePicture } from "../../runtime/measure/montage.ts";
import { extremes } from "./dynamicRange.ts";
import type { Plane } from "./planes.ts";

/** The values that are shown black and white. */
export type Shown = readonly [number, number];

/** A plane with the values that are its ends, brought to [0, 1]. */
export interface DrawnPlane {
  readonly picture: HostArray;
  readonly shown: Shown;
  /** the least and largest value that there are */
  readonly values: Shown;
}

/**
 * A plane for the eye: from black to white by what is asked for, phases from -pi to pi, else by its own extremes. A curve is
 * drawn already, from the lower end of its picture to the upper one.
 */
export function drawnPlane({ picture, part, vector }: Plane, asked: Shown | null): DrawnPlane {
  const values = extremes(vector ?? picture);
  if (vector !== null) return { picture, shown: [Math.min(0, values[0]), Math.max(0, values[1])], values };
  const shown = asked ?? (part === "phase" ? ([-Math.PI, Math.PI] as const) : values);
  const [black, white] = shown;
  const slope = white === black ? 0 : 1 / (white - black);
  const data = picture.data.map((value) => (value - black) * slope);
  return { picture: { ...picture, data }, shown, values };
}

/** The plane with its name and range, for a montage. */
export function captioned(name: string, plane: Plane, { picture, shown }: DrawnPlane): MontagePicture {
  const caption = [name + plane.place, ...(plane.part === null ? [] : [plane.part])].join(", ");
  return { picture, caption, note: `${numberText(shown[0])} to ${numberText(shown[1])}` };
}

/** A number to three digits. */
export function numberText(value: number): string {
  return String(Number(value.toPrecision(3)));
}
