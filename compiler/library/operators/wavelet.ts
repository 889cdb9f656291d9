import { LOWPASS, WAVELET_NAMES } from "../../../runtime/operators/wavelets/waveletFilters.ts";
import type { Scheme } from "../../types/scheme.ts";
import type { ChosenSettings, OperatorSignature } from "../signature.ts";

export const wavelet: OperatorSignature = {
  definition: "the discrete wavelet transform; orthonormal with periodic boundaries",
  parameters: [{ kind: "word", name: "name", words: WAVELET_NAMES }],
  settings: {
    levels: { kind: "count", initial: 3, least: 1 },
    axes: { kind: "count", initial: 2, least: 1 },
    boundary: { kind: "word", words: ["periodic", "symmetric"], initial: "periodic" },
  },
  domain: (settings) => (settings.word("boundary") === "periodic" ? "F[d..]" : mirrored(settings, () => 0)),
  codomain: (settings) =>
    settings.word("boundary") === "periodic" ? "F[d..]" : mirrored(settings, expansion),
  properties: (settings) =>
    settings.word("boundary") === "periodic"
      ? [
          { property: "norm", bound: 1 },
          { property: "orthonormal", bound: null },
        ]
      : [],
};

/** How many coefficients there are more than points, along each axis: F - 2 a level for F taps. */
function expansion(settings: ChosenSettings): number {
  const name = WAVELET_NAMES.find((each) => each === settings.word("name"));
  return name === undefined ? 0 : (settings.count("levels") ?? 0) * (LOWPASS[name].length - 2);
}

/** Arrays with so many more points along each of the axes of the transform. */
function mirrored(settings: ChosenSettings, more: (settings: ChosenSettings) => number): Scheme {
  const axes = ["i", "j", "k"].slice(0, settings.axes("axes")?.length ?? settings.count("axes") ?? 2);
  return `F[${axes.map((axis) => `${axis} + ${more(settings)}`).join(", ")}, r..]`;
}
