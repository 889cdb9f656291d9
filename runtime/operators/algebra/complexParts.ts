import type { Operations } from "../../arrays/operations.ts";
import type { Value } from "../../arrays/value.ts";
import { closedForm } from "../bounds.ts";
import { requireNoArray, type LibraryCall } from "../call.ts";
import { defineOperator } from "../define.ts";
import type { Operator } from "../operator.ts";
import { readSettings } from "../settings.ts";
import { arraySpace, requireComplex } from "../spaces.ts";

/**
 * `real`: C[d] -> R[d], the real part, linear over the reals. The adjoint embeds: x -> x + 0i. Norm 1.
 * @throws OperatorError IPX8203
 */
export function realPart(call: LibraryCall): Operator {
  return complexPart(
    "real",
    call,
    (operations, x) => operations.map("real(x)", { x }),
    (operations, y) => operations.map("complex(y)", { y }),
  );
}

/**
 * `imag`: C[d] -> R[d], the imaginary part, linear over the reals. The adjoint embeds: y -> 0 + i y. Norm 1.
 * @throws OperatorError IPX8203
 */
export function imaginaryPart(call: LibraryCall): Operator {
  return complexPart(
    "imag",
    call,
    (operations, x) => operations.map("imag(x)", { x }),
    (operations, y) => operations.map("imaginary(y)", { y }),
  );
}

function complexPart(
  name: "real" | "imag",
  call: LibraryCall,
  apply: (operations: Operations, x: Value) => Value,
  adjoint: (operations: Operations, y: Value) => Value,
): Operator {
  readSettings(name, call.settings, {});
  requireNoArray(name, call);
  const domain = requireComplex(name, call.domain);
  return defineOperator({
    text: name,
    domain,
    codomain: arraySpace("real", domain.shape),
    norm: () => closedForm(1),
    properties: () => [],
    apply,
    adjoint,
  });
}
