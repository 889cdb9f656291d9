import type { Interval } from "../../types/interval.ts";
import type { SettingRules } from "../signature.ts";

/** How a layer changes the shape of what flows through it. */
export type LayerShape =
  | "same"
  /** images as they are, whose channels a setting `groups` divides where there is one */
  | "image"
  /** images or vectors as they are, by functions of 2 points or more: `points`, or else the first argument */
  | "pointwise"
  /** images R[h, w, c] to as many channels as the first argument says */
  | "channels"
  /** the same, at twice the size */
  | "doubled"
  /** all entries to as many numbers as the first argument says */
  | "vector"
  /** images of 1/q of the size */
  | "pooled"
  /** R[h, w, c] to R[c] */
  | "mean"
  /** R[h, w, c] to R[q*h, q*w, c] */
  | "enlarged"
  /** R[h, w, q^2*c] to R[q*h, q*w, c] */
  | "shuffled"
  /** u + l(u), concat(u, l(u)) and |u - l(u)|^2/2 for a layer l */
  | "residual"
  | "skip"
  | "distance";

/** A layer of the library, with what is known of every instance of it. */
export interface LayerSignature {
  readonly definition: string;
  /** counts by position */
  readonly parameters: readonly string[];
  /** how many of them may be left out at the end */
  readonly optional: number;
  readonly settings: SettingRules;
  readonly shape: LayerShape;
  /** differentiable everywhere; null: as the layer inside */
  readonly smooth: boolean | null;
  /** convex and nondecreasing entry by entry, for functions of one variable and affine layers */
  readonly convex: boolean;
  readonly nondecreasing: boolean;
  /** a bound of the slope; null where it depends on weights or data */
  readonly slope: number | null;
  readonly range: Interval | null;
  /** whether a sample's result depends on the others of its batch while training */
  readonly mixesSamples: boolean;
}
