import type { OperatorSignature } from "../signature.ts";

/** Liu, Chen, Wang, Yin, ICLR 2019. */
export const minCoherence: OperatorSignature = {
  definition: "W with least |W'A| (Frobenius) over diag(W'A) = 1",
  parameters: [{ kind: "operator", name: "A", domain: "R[n]", codomain: "R[m]" }],
  settings: {},
  domain: () => "R[n]",
  codomain: () => "R[m]",
  properties: () => [],
};
