import type { Operations } from "../../arrays/operations.ts";
import type { Value } from "../../arrays/value.ts";
import type { Handle } from "../../engine/engine.ts";
import { factorText, operandText } from "./algebraText.ts";
import { defineOperator } from "../define.ts";
import type { Operator } from "../operator.ts";

/** A'A: T -> T of A, as `times` computes it on the handles given. Symmetric and positive; norm |A|². */
export function gramOperator(
  operator: Operator,
  handles: readonly Handle[],
  times: (operations: Operations, x: Value) => Value,
): Operator {
  return defineOperator({
    text: `${operandText(operator.text)}'*${factorText(operator.text)}`,
    domain: operator.domain,
    codomain: operator.domain,
    handles,
    norm: () => ({ value: operator.norm.value ** 2, provenance: operator.norm.provenance }),
    properties: () => [
      "symmetric",
      "positive",
      ...(operator.properties.has("nonnegative") ? (["nonnegative"] as const) : []),
    ],
    apply: times,
    adjoint: times,
  });
}
