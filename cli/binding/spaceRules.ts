import type { Space, Value } from "../../runtime/arrays/value.ts";
import type { LibraryOperatorName, LibrarySettings } from "../../runtime/operators/library.ts";
import { LOWPASS, WAVELET_NAMES } from "../../runtime/operators/wavelets/waveletFilters.ts";
import { arraySpace, type ArraySpace } from "../../runtime/operators/spaces.ts";

/** The two spaces of an operator as far as they are known. */
export interface Spaces {
  readonly domain: Space | null;
  readonly codomain: Space | null;
}

/** How one space of a library operator follows from the other; null where it does not. */
export interface SpaceRule {
  readonly codomain: (
    domain: ArraySpace,
    settings: LibrarySettings,
    arrays: readonly Value[],
  ) => ArraySpace | null;
  readonly domain: (codomain: ArraySpace, settings: LibrarySettings) => ArraySpace | null;
  /** both spaces from the settings and the arrays alone */
  readonly own?: (settings: LibrarySettings, arrays: readonly Value[]) => Spaces;
}

const same = (space: ArraySpace): ArraySpace => space;
const complex = ({ shape }: ArraySpace): ArraySpace => arraySpace("complex", shape);
const real = ({ shape }: ArraySpace): ArraySpace => arraySpace("real", shape);
const open = (): null => null;

const KEPT: SpaceRule = { domain: same, codomain: same };
const PART: SpaceRule = { domain: complex, codomain: real };

/** The views are counted by the array of angles, the cells by a setting or the declaration. */
const PROJECTION: SpaceRule = {
  domain: open,
  codomain: ({ shape }, settings, [angles]) => {
    const { detectors } = settings;
    if (typeof detectors !== "number" || angles?.kind !== "array") return null;
    return arraySpace("real", [...angles.shape, detectors, ...shape.slice(2)]);
  },
};

const VECTORS: SpaceRule = {
  codomain: open,
  domain: open,
  own: (settings) => ({
    domain: arraySpace("real", [numberOf(settings["n"], 0)]),
    codomain: arraySpace("real", [numberOf(settings["m"], 0)]),
  }),
};

/** The rules of all operators that can be bound. */
export const SPACE_RULES: { readonly [N in LibraryOperatorName]: SpaceRule } = {
  I: KEPT,
  diag: KEPT,
  mask: KEPT,
  blur: KEPT,
  fourier_multiplier: KEPT,
  wavelet: {
    codomain: (space, of) => wavelets(space, of, 1),
    domain: (space, of) => wavelets(space, of, -1),
  },
  fourier: { domain: complex, codomain: complex },
  real: PART,
  imag: PART,
  gradient: {
    codomain: ({ field, shape }, settings) =>
      arraySpace(field, [...shape, numberOf(settings["axes"], Math.min(2, shape.length))]),
    domain: ({ field, shape }) => (shape.length === 0 ? null : arraySpace(field, shape.slice(0, -1))),
  },
  downsample: {
    codomain: (domain, settings) => imageScaled(domain, 1 / numberOf(settings["q"], 1)),
    domain: (codomain, settings) => imageScaled(codomain, numberOf(settings["q"], 1)),
  },
  radon: PROJECTION,
  fan_beam: PROJECTION,
  patches: {
    codomain: ({ field, shape }, settings) => {
      const { size, stride, boundary } = settings;
      if (typeof size !== "number" || typeof stride !== "number") return null;
      const counts = shape
        .slice(0, 2)
        .map((extent) => (boundary === "periodic" ? extent / stride : (extent - size) / stride + 1));
      const count = counts.reduce((product, each) => product * each, 1);
      return arraySpace(field, [size, size, ...shape.slice(2), count]);
    },
    domain: open,
  },
  over_channels: {
    codomain: open,
    domain: ({ field, shape }) => arraySpace(field, shape.slice(0, -1)),
  },
  bicubic: {
    codomain: (domain, settings) => imageScaled(domain, numberOf(settings["q"], 1)),
    domain: (codomain, settings) => imageScaled(codomain, 1 / numberOf(settings["q"], 1)),
  },
  coils: {
    codomain: open,
    domain: open,
    own: (_settings, [maps]) => {
      const shape = maps?.kind === "array" ? maps.shape : [];
      return { domain: arraySpace("complex", shape.slice(0, -1)), codomain: arraySpace("complex", shape) };
    },
  },
  over_pixels: {
    codomain: open,
    domain: ({ field, shape }) => arraySpace(field, shape.slice(-1)),
  },
  over_axes: {
    codomain: open,
    domain: ({ field, shape }, { axes = 0 }) => {
      const added = typeof axes === "object" ? axes : [axes];
      return arraySpace(
        field,
        shape.filter((_, axis) => !added.includes(axis)),
      );
    },
  },
  reshape: { codomain: open, domain: open },
  crop: { codomain: open, domain: open },
  gaussian: VECTORS,
  pinv: { codomain: open, domain: open },
  bernoulli: VECTORS,
  symmetrised_gradient: {
    codomain: ({ field, shape }) => arraySpace(field, [...shape.slice(0, 2), 3]),
    domain: ({ field, shape }) => arraySpace(field, [...shape.slice(0, 2), 2]),
  },
  min_coherence: { codomain: open, domain: open },
};

/** Coefficients of symmetric wavelets are more than points, by 2 less than the taps for each level. */
function wavelets({ field, shape }: ArraySpace, settings: LibrarySettings, sign: 1 | -1): ArraySpace {
  const name = WAVELET_NAMES.find((each) => each === settings["name"]);
  if (settings["boundary"] !== "symmetric" || name === undefined) return arraySpace(field, shape);
  const more = sign * numberOf(settings["levels"], 3) * (LOWPASS[name].length - 2);
  const axes = numberOf(settings["axes"], 2);
  return arraySpace(
    field,
    shape.map((extent, axis) => (axis < axes ? extent + more : extent)),
  );
}

function numberOf(setting: LibrarySettings[string] | undefined, otherwise: number): number {
  return typeof setting === "number" ? setting : otherwise;
}

function imageScaled({ field, shape }: ArraySpace, factor: number): ArraySpace {
  return arraySpace(
    field,
    shape.map((extent, axis) => (axis < 2 ? Math.ceil(extent * factor) : extent)),
  );
}
