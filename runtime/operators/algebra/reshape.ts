import { sizeOf } from "../../engine/shape.ts";
import { closedForm } from "../bounds.ts";
import { declaredShape, requireNoArray, unsuitableDomain, type LibraryCall } from "../call.ts";
import { defineOperator } from "../define.ts";
import type { Operator } from "../operator.ts";
import { arraySpace, requireArrays } from "../spaces.ts";

/**
 * `reshape`: F[d] -> F[e], the same entries in the same order in the declared codomain. Norm 1; orthonormal,
 * nonnegative, with unit columns.
 * @throws OperatorError IPX8202, IPX8203 where the numbers of entries differ
 */
export function reshape(call: LibraryCall): Operator {
  requireNoArray("reshape", call);
  const domain = requireArrays("reshape", call.domain);
  const shape = declaredShape("reshape", call);
  if (sizeOf(shape) !== sizeOf(domain.shape)) {
    const [have, want] = [sizeOf(domain.shape), sizeOf(shape)];
    throw unsuitableDomain(
      "reshape",
      domain,
      `It has ${have} entries, the codomain [${shape.join(", ")}] ${want}.`,
    );
  }
  const codomain = arraySpace(domain.field, shape);
  return defineOperator({
    text: "reshape",
    domain,
    codomain,
    norm: () => closedForm(1),
    properties: () => ["orthonormal", "nonnegative", "unit_columns"],
    gram: (operations) => operations.library("I", {}, domain, []),
    apply: (operations, x) => operations.reshape(x, codomain),
    adjoint: (operations, y) => operations.reshape(y, domain),
  });
}
