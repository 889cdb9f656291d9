import { POSITIVE } from "../../types/interval.ts";
import type { Scheme } from "../../types/scheme.ts";
import type { SettingRules } from "../signature.ts";
import type { FunctionName } from "./entry.ts";

/** How a name of a function to R is called, and on which spaces the function is. */
export interface FunctionSignature {
  /**
   * What the brackets hold: the point (`norm1(x)`), settings only (`huber(delta = d)`), data (`kullback_leibler(y)`),
   * a set or a function; all but the first make a function.
   */
  readonly of: "point" | "settings" | "data" | "set" | "function";
  readonly parameter: string;
  /** for a function with the setting `axes`, replaced by a space that has them */
  readonly domain: Scheme;
  readonly nonnegative: boolean;
  readonly settings: SettingRules;
}

const NORM: FunctionSignature = {
  of: "point",
  parameter: "x",
  domain: "T",
  nonnegative: true,
  settings: {},
};

/** The signatures of the functions to R and of their makers. */
export const FUNCTION_SIGNATURES: { readonly [N in FunctionName]: FunctionSignature } = {
  norm1: NORM,
  norm2: NORM,
  norm_inf: NORM,
  norm2sq: NORM,
  norm21: { ...NORM, parameter: "p", domain: "F[d.., c]" },
  tv: { ...NORM, domain: "F[h, w, r..]" },
  huber: {
    ...NORM,
    of: "settings",
    settings: { delta: { kind: "expression", within: POSITIVE, required: true } },
  },
  huber21: {
    ...NORM,
    of: "settings",
    parameter: "p",
    domain: "F[d.., c]",
    settings: { delta: { kind: "expression", within: POSITIVE, required: true } },
  },
  group_norm: {
    ...NORM,
    of: "settings",
    domain: "F[d.., r..]",
    settings: { axes: { kind: "axes", initial: [0] } },
  },
  nuclear_norm: { ...NORM, domain: "F[m, n]" },
  entropy: { ...NORM, domain: "R[d..]", nonnegative: false },
  kullback_leibler: { ...NORM, of: "data", parameter: "y" },
  indicator: { ...NORM, of: "set", parameter: "C" },
  conjugate: { ...NORM, of: "function", parameter: "f", nonnegative: false },
};
