import { asArray } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { Value } from "../../arrays/value.ts";
import { closedForm } from "../bounds.ts";
import { requireNoArray, unsuitableDomain, type LibraryCall } from "../call.ts";
import { defineOperator } from "../define.ts";
import { withHandle } from "../handles.ts";
import type { Operator } from "../operator.ts";
import { count, readSettings, word } from "../settings.ts";
import { requireArrays } from "../spaces.ts";
import { symmetricWavelet } from "./symmetricWavelet.ts";
import { formOfIdentity } from "../algebra/spectral.ts";
import { LOWPASS, WAVELET_NAMES } from "./waveletFilters.ts";

/**
 * `wavelet(name; levels = 3, axes = 2, boundary = periodic)`: F[i, r] -> F[i, r], the orthonormal discrete wavelet
 * transform over the first `axes` axes, one, two or three, or over those there are. Names and signs are PyWavelets', mode `periodization`; the
 * coefficients lie in place as in its `coeffs_to_array`: averages in the first corner, details by level around them,
 * details along the first axis below. 2^levels must divide the sizes. Norm 1. With `boundary = symmetric` see
 * symmetricWavelet.ts.
 * Source: Mallat, A Wavelet Tour of Signal Processing, 3rd ed., section 7.3.
 * @throws OperatorError IPX8201, IPX8202, IPX8203
 */
export function wavelet(call: LibraryCall): Operator {
  requireNoArray("wavelet", call);
  const settings = readSettings("wavelet", call.settings, {
    name: word(WAVELET_NAMES),
    levels: count(3),
    axes: count(2),
    boundary: word(["periodic", "symmetric"], "periodic"),
  });
  const { name, levels } = settings;
  const space = requireArrays("wavelet", call.domain, 1);
  const axes = settings.axes === 2 ? "" : `, axes = ${settings.axes}`;
  if (settings.boundary === "symmetric") {
    const text = `wavelet(${name}, levels = ${levels}${axes}, boundary = symmetric)`;
    return symmetricWavelet(call.operations, text, space, settings.axes, LOWPASS[name], levels);
  }
  const image = space.shape.slice(0, settings.axes);
  if (image.some((extent) => extent % 2 ** levels !== 0)) {
    const hint = "Crop or pad the image, or take fewer levels.";
    throw unsuitableDomain(
      "wavelet",
      space,
      `With ${levels} levels, ${2 ** levels} must divide the sizes.`,
      hint,
    );
  }
  const transform =
    (adjoint: boolean) =>
    ({ engine }: Operations, value: Value): Value => {
      const x = asArray("wavelet", value);
      const shift = x.batch === null ? 0 : 1;
      const axes = image.map((_, axis) => axis + shift);
      const result = engine.wavelet(x.handle, { axes, lowpass: LOWPASS[name], levels, adjoint });
      return withHandle(x, result, x.shape);
    };
  return defineOperator({
    text: `wavelet(${name}, levels = ${levels}${axes})`,
    domain: space,
    codomain: space,
    norm: () => closedForm(1),
    properties: () => ["orthonormal", "unit_columns"],
    gram: (using) => using.library("I", {}, space, []),
    spectral: (using) => formOfIdentity(using, false),
    apply: transform(false),
    adjoint: transform(true),
  });
}
