import { asArray } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue, Value } from "../../arrays/value.ts";
import { differenced, type DifferencesOptions } from "../../engine/differences.ts";
import { sameShape, sizeOf } from "../../engine/shape.ts";
import { closedForm } from "../bounds.ts";
import { requireNoArray, type LibraryCall } from "../call.ts";
import { defineOperator } from "../define.ts";
import { withHandle } from "../handles.ts";
import type { Operator } from "../operator.ts";
import { count, readSettings, word } from "../settings.ts";
import { arraySpace, type ArraySpace, requireArrays } from "../spaces.ts";
import { fourierForm, type SpectralForm } from "../algebra/spectral.ts";

/** What comes behind the last entry of an axis: see `gradient`. */
export const BOUNDARIES = ["neumann", "periodic", "zero"] as const;
type Boundary = (typeof BOUNDARIES)[number];

/**
 * `gradient(; axes = 2, boundary = neumann)`: F[i, r] -> F[i, r, axes], forward differences x_(j+1) - x_j over the
 * first `axes` axes, on a new last axis. At the end x_n is x_(n-1) (`neumann`, difference 0), x_0 (`periodic`) or 0
 * (`zero`). The norm is exact: the squares of the axes' norms add, since the Laplacian is a Kronecker sum.
 * Source: Chambolle, J. Math. Imaging Vision 20, 2004, for the pair of gradient and divergence.
 * @throws OperatorError IPX8201, IPX8202, IPX8203
 */
export function gradient(call: LibraryCall): Operator {
  requireNoArray("gradient", call);
  const space = requireArrays("gradient", call.domain, 1);
  const settings = readSettings("gradient", call.settings, {
    axes: count(2),
    boundary: word(BOUNDARIES, "neumann"),
  });
  const { axes, boundary } = settings;
  requireArrays("gradient", space, axes);
  const codomain = arraySpace(space.field, [...space.shape, axes]);
  const squares = space.shape.slice(0, axes).map((n) => SQUARED_NORMS[boundary](n));
  const optionsFor = ({ batch }: ArrayValue, adjoint: boolean): DifferencesOptions => {
    const shift = batch === null ? 0 : 1;
    const along = Array.from({ length: axes }, (_, axis) => axis + shift);
    return { axes: along, at: space.shape.length + shift, boundary, adjoint };
  };
  const transform =
    (adjoint: boolean, { shape }: ArraySpace) =>
    ({ engine }: Operations, value: Value): Value => {
      const x = asArray("gradient", value);
      return withHandle(x, engine.differences(x.handle, optionsFor(x, adjoint)), shape);
    };
  return defineOperator({
    text: `gradient(axes = ${axes}, boundary = ${boundary})`,
    domain: space,
    codomain,
    norm: () => closedForm(Math.sqrt(squares.reduce((sum, square) => sum + square, 0))),
    properties: () => [],
    spectral: (using) => (boundary === "periodic" ? periodicLaplacian(using, space.shape, axes) : null),
    apply: transform(false, codomain),
    adjoint: transform(true, space),
    differences: (x, adjoint) => {
      const [from, to] = adjoint ? [codomain, space] : [space, codomain];
      const isReal = x.kind === "array" && x.field === "real" && space.field === "real";
      if (!isReal || !sameShape(x.shape, from.shape)) return null;
      return withHandle(x, differenced(x.handle, optionsFor(x, adjoint)), to.shape);
    },
  });
}

/**
 * D'D of periodic differences: along the frequency k of an axis with n points 4 sin²(pi k / n), which add over the axes.
 * At other boundaries the basis would be that of a cosine or sine transform.
 */
function periodicLaplacian(operations: Operations, shape: readonly number[], axes: number): SpectralForm {
  const extents = shape.slice(0, axes);
  const values = new Float64Array(sizeOf(extents));
  let inner = values.length;
  for (const n of extents) {
    inner /= n;
    for (let i = 0; i < values.length; i++) {
      values[i] = (values[i] ?? 0) + 4 * Math.sin((Math.PI * (Math.floor(i / inner) % n)) / n) ** 2;
    }
  }
  const along = extents.map((_, axis) => axis);
  return fourierForm(operations, along, shape, values, false);
}

/** The largest eigenvalue of D'D for n points. */
const SQUARED_NORMS: { readonly [B in Boundary]: (n: number) => number } = {
  neumann: (n) => 4 * Math.cos(Math.PI / (2 * n)) ** 2,
  periodic: (n) => (n % 2 === 0 ? 4 : 4 * Math.cos(Math.PI / (2 * n)) ** 2),
  zero: (n) => 4 * Math.cos(Math.PI / (2 * n + 1)) ** 2,
};
