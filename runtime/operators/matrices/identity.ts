import { closedForm } from "../bounds.ts";
import { requireNoArray, type LibraryCall } from "../call.ts";
import { defineOperator } from "../define.ts";
import type { Operator } from "../operator.ts";
import { readSettings } from "../settings.ts";
import { formOfIdentity } from "../algebra/spectral.ts";

/**
 * The identity `I`: T -> T, on any space. Norm 1; orthonormal, symmetric, positive, nonnegative, with unit columns.
 */
export function identity(call: LibraryCall): Operator {
  readSettings("I", call.settings, {});
  requireNoArray("I", call);
  return defineOperator({
    text: "I",
    domain: call.domain,
    codomain: call.domain,
    norm: () => closedForm(1),
    properties: () => ["orthonormal", "symmetric", "positive", "nonnegative", "unit_columns"],
    gram: () => identity(call),
    spectral: (using) => formOfIdentity(using, true),
    apply: (_operations, x) => x,
    adjoint: (_operations, y) => y,
  });
}
