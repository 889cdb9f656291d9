import { asArray } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { Value } from "../../arrays/value.ts";
import { OperatorError } from "../operatorError.ts";
import { closedForm } from "../bounds.ts";
import { requireNoArray, type LibraryCall } from "../call.ts";
import { defineOperator } from "../define.ts";
import { scaled, withHandle } from "../handles.ts";
import type { LibrarySettings } from "../library.ts";
import { counts, readSettings, truth } from "../settings.ts";
import { imageAxes, requireComplex, type ArraySpace } from "../spaces.ts";
import { formOfIdentity, rolled, type FourierTransform } from "../algebra/spectral.ts";

/**
 * `fourier(; axes = (0, 1), centred = false)`: C[i, r] -> C[i, r], the unitary discrete Fourier transform over some axes,
 * (F x)_k = N^(-1/2) sum_j x_j exp(-2 pi i j k / n); also `axis = 2`. Zero frequency first; with `centred = true` origin and zero
 * frequency lie in the middle, at floor(n/2) of each axis, as in k-space data of MRI. Orthonormal: the adjoint
 * is the inverse. On arrays with one axis the default is that axis.
 * @throws OperatorError IPX8202, IPX8203
 */
export function fourier(call: LibraryCall): FourierTransform {
  requireNoArray("fourier", call);
  const space = requireComplex("fourier", call.domain);
  const { axes, centred } = transformedAxes(call.settings, space);
  const size = axes.reduce((product, axis) => product * (space.shape[axis] ?? 1), 1);
  const transform =
    (inverse: boolean) =>
    ({ engine }: Operations, value: Value): Value => {
      const x = asArray("fourier", value);
      const shift = x.batch === null ? 0 : 1;
      const along = axes.map((axis) => axis + shift);
      const given = centred ? rolled(engine, x.handle, along, "toOrigin") : x.handle;
      const image = scaled(engine, engine.fourier(given, along, inverse), 1 / Math.sqrt(size));
      return withHandle(x, centred ? rolled(engine, image, along, "toMiddle") : image, x.shape);
    };
  const operator = defineOperator({
    text: textOf(call.settings),
    domain: space,
    codomain: space,
    norm: () => closedForm(1),
    properties: () => ["orthonormal", "unit_columns"],
    gram: (using) => using.library("I", {}, space, []),
    spectral: (using) => formOfIdentity(using, false),
    apply: transform(false),
    adjoint: transform(true),
  });
  return Object.defineProperty(operator, "transform", {
    value: { axes, centred },
    enumerable: true,
  }) as FourierTransform;
}

/**
 * The axes that `fourier` transforms on a space, and whether their middles are the origins.
 * @throws OperatorError IPX8202
 */
export function transformedAxes(
  settings: LibrarySettings,
  space: ArraySpace,
): { readonly axes: readonly number[]; readonly centred: boolean } {
  const { axes, axis, centred } = readSettings("fourier", settings, {
    axes: counts(0),
    axis: counts(0),
    centred: truth(false),
  });
  if (axes !== null && axis !== null) {
    throw new OperatorError("IPX8202", { what: "`fourier` takes `axes` or `axis`, not both." });
  }
  const chosen = axes ?? axis ?? Array.from({ length: imageAxes(space) }, (_, index) => index);
  if (new Set(chosen).size === chosen.length && chosen.every((each) => each < space.shape.length))
    return { axes: chosen, centred };
  throw new OperatorError("IPX8202", {
    what: `\`fourier\` cannot transform the axes (${chosen.join(", ")}).`,
    why: `The array has ${space.shape.length} axes, counted from 0, and each is transformed once.`,
  });
}

function textOf({ axes, axis, centred }: LibrarySettings): string {
  const along = axis ?? axes;
  const name = axis === undefined ? "axes" : "axis";
  const parts = [
    ...(along === undefined
      ? []
      : [`${name} = ${typeof along === "object" ? `(${along.join(", ")})` : String(along)}`]),
    ...(centred === true ? ["centred = true"] : []),
  ];
  return parts.length === 0 ? "fourier" : `fourier(${parts.join(", ")})`;
}
