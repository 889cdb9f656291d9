import type { OperatorSignature } from "../signature.ts";

export const crop: OperatorSignature = {
  definition: "a part of an array, typed by its declaration; the adjoint puts zeros around it",
  parameters: [],
  settings: { at: { kind: "word", words: ["middle", "corner"], initial: "middle" } },
  domain: () => "F[d..]",
  codomain: () => "F[e..]",
  properties: () => [
    { property: "norm", bound: 1 },
    { property: "nonnegative", bound: null },
  ],
};
