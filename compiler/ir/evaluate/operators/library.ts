import type { LibraryOperatorName, LibrarySettings } from "../../../../runtime/operators/library.ts";
import {
  asArray,
  flatIndex,
  indexAt,
  type ReferenceOperator,
  type ReferenceSpace,
  type ReferenceValue,
} from "../array.ts";
import { applyElementwise } from "../elementwise.ts";
import { blur } from "./blur.ts";
import { coils } from "./coils.ts";
import { diagonal } from "./diagonal.ts";
import { fourier, fourierMultiplier } from "./fourier.ts";
import { gradient } from "./gradient.ts";
import { matrixOperator } from "./matrix.ts";
import { minCoherence } from "./minCoherence.ts";
import { patches } from "./patches.ts";
import { resampling } from "./resampling.ts";
import { symmetrisedGradient } from "./symmetrisedGradient.ts";
import { truncatedInverse } from "./truncatedInverse.ts";
import { operatorOfRows, weight } from "./rows.ts";
import { projection } from "./tomography.ts";
import { wavelet } from "./wavelet.ts";

/** What makes an operator: settings, bound spaces, and the arrays that it takes. */
interface Call {
  readonly settings: LibrarySettings;
  readonly domain: ReferenceSpace;
  readonly codomain: ReferenceSpace;
  readonly arrays: readonly ReferenceValue[];
}

/** An operator of the library by its definition; `gaussian` has none here. */
export function libraryOperator(
  name: LibraryOperatorName,
  settings: LibrarySettings,
  domain: ReferenceSpace,
  codomain: ReferenceSpace,
  arrays: readonly ReferenceValue[],
): ReferenceOperator {
  return LIBRARY[name]({ settings, domain, codomain, arrays });
}

const LIBRARY: { readonly [N in LibraryOperatorName]: (call: Call) => ReferenceOperator } = {
  I: () => ({ kind: "operator", apply: (x) => x, adjoint: (y) => y, norm: 1 }),
  diag: ({ domain, arrays }) => diagonal(shapeOf(domain), firstArray(arrays)),
  mask: ({ domain, arrays }) => diagonal(shapeOf(domain), firstArray(arrays)),
  real: () => partOperator("real", "complex"),
  imag: () => partOperator("imag", "imaginary"),
  fourier: ({ domain, settings }) => fourier(shapeOf(domain), settings),
  fourier_multiplier: ({ domain, settings, arrays }) =>
    fourierMultiplier(shapeOf(domain), settings, firstArray(arrays)),
  gradient: ({ domain, settings }) => gradient(shapeOf(domain), settings),
  blur: ({ domain, settings, arrays }) => blur(shapeOf(domain), settings, firstArray(arrays)),
  downsample: ({ domain, codomain, settings }) => {
    if (settings["antialias"] === "bicubic") return resampling(shapeOf(domain), shapeOf(codomain));
    const q = (shapeOf(domain)[0] ?? 1) / (shapeOf(codomain)[0] ?? 1);
    return operatorOfRows({
      domain: shapeOf(domain),
      codomain: shapeOf(codomain),
      row: (index) => [{ index: index.map((i, axis) => (axis < 2 ? i * q : i)), weight: weight(1) }],
    });
  },
  bicubic: ({ domain, codomain }) => resampling(shapeOf(domain), shapeOf(codomain)),
  coils: ({ domain, arrays }) => coils(shapeOf(domain), firstArray(arrays)),
  wavelet: ({ domain, settings }) => wavelet(shapeOf(domain), settings),
  radon: ({ domain, codomain, settings, arrays }) =>
    projection(shapeOf(domain), shapeOf(codomain), settings, firstArray(arrays)),
  fan_beam: ({ domain, codomain, settings, arrays }) =>
    projection(shapeOf(domain), shapeOf(codomain), settings, firstArray(arrays)),
  patches: ({ domain, codomain, settings }) => patches(shapeOf(domain), shapeOf(codomain), settings),
  over_channels: ({ domain, codomain }) =>
    operatorOfRows({
      domain: shapeOf(domain),
      codomain: shapeOf(codomain),
      row: (index) => [{ index: index.slice(0, -1), weight: weight(1) }],
    }),
  over_pixels: ({ domain, codomain }) =>
    operatorOfRows({
      domain: shapeOf(domain),
      codomain: shapeOf(codomain),
      row: (index) => [{ index: index.slice(2), weight: weight(1) }],
    }),
  over_axes: ({ domain, codomain, settings: { axes = 0 } }) => {
    const added = typeof axes === "object" ? axes : [axes];
    return operatorOfRows({
      domain: shapeOf(domain),
      codomain: shapeOf(codomain),
      row: (index) => [{ index: index.filter((_, axis) => !added.includes(axis)), weight: weight(1) }],
    });
  },
  reshape: ({ domain, codomain }) => {
    const [from, to] = [shapeOf(domain), shapeOf(codomain)];
    return operatorOfRows({
      domain: from,
      codomain: to,
      row: (index) => [{ index: indexAt(from, flatIndex(to, index)), weight: weight(1) }],
    });
  },
  crop: ({ domain, codomain, settings }) => {
    const [from, to] = [shapeOf(domain), shapeOf(codomain)];
    const begin = to.map((extent, axis) =>
      settings["at"] === "corner" ? 0 : Math.floor((from[axis] ?? 0) / 2) - Math.floor(extent / 2),
    );
    return operatorOfRows({
      domain: from,
      codomain: to,
      row: (index) => [{ index: index.map((i, axis) => i + (begin[axis] ?? 0)), weight: weight(1) }],
    });
  },
  gaussian: () => {
    throw new Error("the reference has no random matrices: bind one");
  },
  pinv: ({ domain, codomain, arrays, settings }) =>
    matrixOperator(
      truncatedInverse(firstArray(arrays), arrays[1], Number(settings["tol"] ?? 1e-6)),
      domain,
      codomain,
    ),
  bernoulli: () => {
    throw new Error("the reference has no random matrices: bind one");
  },
  symmetrised_gradient: ({ domain, settings }) => symmetrisedGradient(shapeOf(domain), settings),
  min_coherence: ({ domain, codomain, arrays }) =>
    matrixOperator(minCoherence(firstArray(arrays)), domain, codomain),
};

function partOperator(part: "real" | "imag", back: "complex" | "imaginary"): ReferenceOperator {
  return {
    kind: "operator",
    apply: (x) => applyElementwise(part, [x]),
    adjoint: (y) => applyElementwise(back, [y]),
    norm: 1,
  };
}

function shapeOf(space: ReferenceSpace): readonly number[] {
  if (space.kind !== "array") throw new Error("the operator acts on arrays");
  return space.shape;
}

function firstArray(arrays: readonly ReferenceValue[]): ReturnType<typeof asArray> {
  const [first] = arrays;
  if (first === undefined) throw new Error("the operator takes an array");
  return asArray(first);
}
