import { NONNEGATIVE, UNIT } from "../../types/interval.ts";
import type { OperatorSignature } from "../signature.ts";

export const mask: OperatorSignature = {
  definition: "x times P, entry by entry over the first axes; P in [0, inf), binary as a rule",
  parameters: [{ kind: "array", name: "P", scheme: "R[d..]", optional: true }],
  settings: {
    rate: { kind: "number", initial: null, within: UNIT },
    seed: { kind: "number", initial: 0, within: NONNEGATIVE },
  },
  domain: () => "F[d.., r..]",
  codomain: () => "F[d.., r..]",
  properties: () => [
    { property: "symmetric", bound: null },
    { property: "positive", bound: null },
    { property: "nonnegative", bound: null },
  ],
};
