import { NONNEGATIVE } from "../../types/interval.ts";
import type { OperatorSignature } from "../signature.ts";

export const inv: OperatorSignature = {
  definition: "the inverse of a definite M",
  parameters: [{ kind: "operator", name: "M", domain: "T", codomain: "T" }],
  settings: { by: { kind: "method", methods: ["cg"], initial: null } },
  domain: () => "T",
  codomain: () => "T",
  properties: () => [],
};

export const pinv: OperatorSignature = {
  definition: "the pseudo-inverse on the `rank` largest singular values",
  parameters: [{ kind: "operator", name: "A", domain: "T", codomain: "U" }],
  settings: {
    rank: { kind: "count", initial: null, least: 1 },
    tol: { kind: "number", initial: null, within: NONNEGATIVE },
  },
  domain: () => "U",
  codomain: () => "T",
  properties: () => [],
};
