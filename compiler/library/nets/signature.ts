import type { SettingRules } from "../signature.ts";

/** A network of the library. The channels of its result follow from the declared type. */
export interface NetSignature {
  readonly definition: string;
  readonly citation: string;
  readonly settings: SettingRules;
  /** images to images, or images to one number */
  readonly result: "image" | "number";
  /** differentiable everywhere; by a setting, with these words of it */
  readonly smooth: boolean | { readonly setting: string; readonly words: readonly string[] };
}
