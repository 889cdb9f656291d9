import { asArray } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import type { Value } from "../arrays/value.ts";
import { OperatorError } from "./operatorError.ts";
import { closedForm } from "./bounds.ts";
import { requireNoArray, type LibraryCall } from "./call.ts";
import { defineOperator } from "./define.ts";
import { scaled, withHandle } from "./handles.ts";
import type { LibrarySettings } from "./library.ts";
import type { Operator } from "./operator.ts";
import { counts, readSettings } from "./settings.ts";
import { imageAxes, requireComplex, type ArraySpace } from "./spaces.ts";

/**
 * `fourier(; axes = (0, 1))`: C[i, r] -> C[i, r], the unitary discrete Fourier transform over some axes,
 * (F x)_k = N^(-1/2) sum_j x_j exp(-2 pi i j k / n); also `axis = 2`. Zero frequency first. Orthonormal: the adjoint
 * is the inverse. On arrays with one axis the default is that axis.
 * @throws OperatorError IPX8202, IPX8203
 */
export function fourier(call: LibraryCall): Operator {
  requireNoArray("fourier", call);
  const space = requireComplex("fourier", call.domain);
  const axes = transformedAxes(call.settings, space);
  const size = axes.reduce((product, axis) => product * (space.shape[axis] ?? 1), 1);
  const transform =
    (inverse: boolean) =>
    ({ engine }: Operations, value: Value): Value => {
      const x = asArray("fourier", value);
      const shift = x.batch === null ? 0 : 1;
      const image = engine.fourier(
        x.handle,
        axes.map((axis) => axis + shift),
        inverse,
      );
      return withHandle(x, scaled(engine, image, 1 / Math.sqrt(size)), x.shape);
    };
  return defineOperator({
    text: textOf(call.settings),
    domain: space,
    codomain: space,
    norm: () => closedForm(1),
    properties: () => ["orthonormal", "unit_columns"],
    gram: (using) => using.library("I", {}, space, []),
    apply: transform(false),
    adjoint: transform(true),
  });
}

function transformedAxes(settings: LibrarySettings, space: ArraySpace): readonly number[] {
  const { axes, axis } = readSettings("fourier", settings, { axes: counts(0), axis: counts(0) });
  if (axes !== null && axis !== null) {
    throw new OperatorError("IPX8202", { what: "`fourier` takes `axes` or `axis`, not both." });
  }
  const chosen = axes ?? axis ?? Array.from({ length: imageAxes(space) }, (_, index) => index);
  if (new Set(chosen).size === chosen.length && chosen.every((each) => each < space.shape.length))
    return chosen;
  throw new OperatorError("IPX8202", {
    what: `\`fourier\` cannot transform the axes (${chosen.join(", ")}).`,
    why: `The array has ${space.shape.length} axes, counted from 0, and each is transformed once.`,
  });
}

function textOf({ axes, axis }: LibrarySettings): string {
  if (axis !== undefined) return `fourier(axis = ${String(axis)})`;
  if (axes === undefined) return "fourier";
  return `fourier(axes = ${typeof axes === "object" ? `(${axes.join(", ")})` : String(axes)})`;
}
