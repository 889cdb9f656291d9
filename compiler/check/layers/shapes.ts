import type { LayerShape } from "../../library/layers/signature.ts";
import { constant, constantValue, type Dimension, divideBy, multiply } from "../../types/dimension.ts";
import { arraySpace, type Space } from "../../types/space.ts";
import { asImage } from "../calls/images.ts";

/** What a layer gives, or what it would take instead. */
export type Shaped =
  { readonly kind: "gives"; readonly space: Space } | { readonly kind: "takes"; readonly wanted: string };

/** A layer's input with the whole numbers of its call. */
export interface LayerInput {
  readonly space: Space;
  /** the first argument, such as the number of channels; 1 if there is none */
  readonly count: Dimension;
  readonly stride: number;
  /** 1 if there are none */
  readonly groups: number;
  /** the setting of this name; null if there is none, or it depends on sizes */
  readonly points: number | null;
}

type PlainShape = Exclude<LayerShape, "residual" | "skip" | "distance">;

/** The rule of each shape; conditions such as "2 divides h" are looked at where h is a number, else when it is bound. */
export const SHAPES: { readonly [S in PlainShape]: (input: LayerInput) => Shaped } = {
  same: ({ space }) => gives(space),
  image: ({ space, groups }) => indivisible(space, "channels", groups) ?? onImage(space, (axes) => axes),
  pointwise: ({ space, count, points }) => {
    const known = points ?? constantValue(count);
    if (known !== null && known < 2)
      return { kind: "takes", wanted: "2 points or more, from -range to range" };
    const isVector = space.kind === "array" && space.dimensions.length === 1;
    return isVector ? gives(space) : onImage(space, (axes) => axes);
  },
  channels: ({ space, count, stride }) =>
    indivisible(space, "height and width", stride) ??
    onImage(space, ([h, w]) => [divideBy(h, stride), divideBy(w, stride), count]),
  doubled: ({ space, count }) => onImage(space, ([h, w]) => [times(h, 2), times(w, 2), count]),
  vector: ({ space, count }) =>
    space.kind === "array" && space.dimensions.length > 0
      ? gives(arraySpace("real", [count]))
      : { kind: "takes", wanted: "an array" },
  pooled: ({ space, count }) => {
    const q = constantValue(count);
    if (q === null || q < 1) return { kind: "takes", wanted: "images, and a number q" };
    return (
      indivisible(space, "height and width", q) ??
      onImage(space, ([h, w, c]) => [divideBy(h, q), divideBy(w, q), c])
    );
  },
  mean: ({ space }) => onImage(space, ([, , c]) => [c]),
  enlarged: ({ space, count }) => {
    const q = constantValue(count);
    if (q === null || q < 1) return { kind: "takes", wanted: "images, and a number q" };
    return onImage(space, ([h, w, c]) => [times(h, q), times(w, q), c]);
  },
  shuffled: ({ space, count }) => {
    const q = constantValue(count);
    if (q === null || q < 1) return { kind: "takes", wanted: "images, and a number q" };
    return (
      indivisible(space, "channels", q * q) ??
      onImage(space, ([h, w, c]) => [times(h, q), times(w, q), divideBy(c, q * q)])
    );
  },
};

const AXES = { "height and width": [0, 1], channels: [2] } as const;

/** What a layer takes that divides axes of images by q, where these are numbers that q does not divide. */
export function indivisible(
  space: Space,
  axes: keyof typeof AXES,
  q: number,
): Extract<Shaped, { kind: "takes" }> | null {
  const dimensions = asImage(space)?.dimensions ?? [];
  const leavesRest = AXES[axes].some((axis) => {
    const extent = constantValue(dimensions[axis] ?? constant(0));
    return extent !== null && extent % q !== 0;
  });
  return leavesRest ? { kind: "takes", wanted: `images whose ${axes} ${q} divides` } : null;
}

function gives(space: Space): Shaped {
  return { kind: "gives", space };
}

function times(dimension: Dimension, factor: number): Dimension {
  return multiply(dimension, constant(factor));
}

function onImage(
  space: Space,
  change: (axes: readonly [Dimension, Dimension, Dimension]) => readonly Dimension[],
): Shaped {
  const image = asImage(space);
  const [h, w, c, further] = image?.dimensions ?? [];
  if (h === undefined || w === undefined || c === undefined || further !== undefined) {
    return { kind: "takes", wanted: "images, R[h, w] or R[h, w, c]" };
  }
  return gives(arraySpace("real", change([h, w, c])));
}
