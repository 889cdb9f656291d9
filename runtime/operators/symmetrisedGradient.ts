import { asArray, handleShape } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import type { Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import { sizeOf } from "../engine/shape.ts";
import { compose } from "./algebra.ts";
import { requireNoArray, unsuitableDomain, type LibraryCall } from "./call.ts";
import { defineOperator } from "./define.ts";
import { gradient } from "./gradient.ts";
import { pairShape, samplesOf, withHandle } from "./handles.ts";
import type { Operator } from "./operator.ts";
import { arraySpace, requireArrays, type ArraySpace } from "./spaces.ts";

/** Rows of the symmetric part of a 2 x 2 matrix, row by row: the diagonal, then sqrt(2) times what is above it. */
const SYMMETRIC_PART = [1, 0, 0, 0, 0, 0, 0, 1, 0, Math.SQRT1_2, Math.SQRT1_2, 0];

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
  const differences = gradient({ ...call, settings: { ...call.settings, axes: 2 } });
  return compose(symmetricPart(call.operations, space), differences);
}

/** F[h, w, 2, 2] -> F[h, w, 3]; norm 1, orthonormal rows. */
function symmetricPart({ engine }: Operations, { field, shape }: ArraySpace): Operator {
  const image = shape.slice(0, 2);
  const domain = arraySpace(field, [...image, 2, 2]);
  const codomain = arraySpace(field, [...image, 3]);
  const rows = engine.upload(Float64Array.from(SYMMETRIC_PART), [3, 4]);
  const columns = engine.transpose(rows, [1, 0]);
  const entries = sizeOf(pairShape(field));
  const through =
    (matrix: Handle, width: number, target: ArraySpace) =>
    ({ engine: using }: Operations, value: Value): Value => {
      const x = asArray("symmetrised_gradient", value);
      const pixels = using.reshape(x.handle, [samplesOf(x) * sizeOf(image), width, entries]);
      return withHandle(
        x,
        using.reshape(using.matmul(matrix, pixels), handleShape(x.batch, target.shape, field)),
        target.shape,
      );
    };
  return defineOperator({
    text: "symmetric_part",
    domain,
    codomain,
    handles: [rows, columns],
    norm: () => ({ value: 1, provenance: { kind: "proved" } }),
    properties: () => ["nonnegative"],
    apply: through(rows, 4, codomain),
    adjoint: through(columns, 3, domain),
  });
}
