import type { OperatorSignature } from "../signature.ts";

export const diag: OperatorSignature = {
  definition: "x times d, entry by entry over the first axes",
  parameters: [{ kind: "array", name: "d", scheme: "F[d..]" }],
  settings: {},
  domain: () => "F[d.., r..]",
  codomain: () => "F[d.., r..]",
  properties: () => [],
};
