import { asArray, handleShape } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { Value } from "../../arrays/value.ts";
import { sizeOf } from "../../engine/shape.ts";
import { requireNoArray, unsuitableDomain, type LibraryCall } from "../call.ts";
import { defineOperator } from "../define.ts";
import { BOUNDARIES, gradient } from "./gradient.ts";
import { pairShape, samplesOf, withHandle } from "../handles.ts";
import type { Operator } from "../operator.ts";
import { readSettings, word } from "../settings.ts";
import { arraySpace, requireArrays, type ArraySpace } from "../spaces.ts";

/**
 * `symmetrised_gradient(; boundary = neumann)`: F[h, w, 2] -> F[h, w, 3], the symmetric part of the forward differences
 * of a vector field v: d_0 v_0, d_1 v_1, and (d_0 v_1 + d_1 v_0)/sqrt(2), so that the 2-norm over the last axis is that
 * of the matrix (Frobenius). Norm at most that of the differences, since symmetrising has norm 1.
 * Source: Bredies, Kunisch, Pock, SIAM J. Imaging Sci. 3, 2010.
 * @throws OperatorError IPX8201, IPX8202, IPX8203
 */
export function symmetrisedGradient(call: LibraryCall): Operator {
  requireNoArray("symmetrised_gradient", call);
  const space = requireArrays("symmetrised_gradient", call.domain, 3);
  if (space.shape.length !== 3 || space.shape[2] !== 2) {
    throw unsuitableDomain("symmetrised_gradient", space, "It acts on fields of two components, [h, w, 2].");
  }
  const { boundary } = readSettings("symmetrised_gradient", call.settings, {
    boundary: word(BOUNDARIES, "neumann"),
  });
  const differences = gradient({ ...call, settings: { ...call.settings, axes: 2 } });
  const codomain = arraySpace(space.field, [...space.shape.slice(0, 2), 3]);
  const through =
    (adjoint: boolean, target: ArraySpace) =>
    ({ engine }: Operations, value: Value): Value => {
      const x = asArray("symmetrised_gradient", value);
      const planes = engine.reshape(x.handle, [samplesOf(x), ...x.shape, sizeOf(pairShape(x.field))]);
      const made = engine.symmetrised(planes, { boundary, adjoint });
      return withHandle(x, engine.reshape(made, handleShape(x.batch, target.shape, x.field)), target.shape);
    };
  return defineOperator({
    text: `symmetrised_gradient(boundary = ${boundary})`,
    domain: space,
    codomain,
    norm: () => ({ value: differences.norm.value, provenance: { kind: "proved" } }),
    properties: () => [],
    apply: through(false, codomain),
    adjoint: through(true, space),
  });
}
