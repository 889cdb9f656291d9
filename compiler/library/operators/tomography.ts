import { POSITIVE } from "../../types/interval.ts";
import type { OperatorSignature } from "../signature.ts";

export const radon: OperatorSignature = {
  definition: "the parallel-beam X-ray transform, with its exact adjoint",
  parameters: [{ kind: "array", name: "angles", scheme: "R[v]" }],
  settings: {
    detectors: { kind: "count", initial: null },
    spacing: { kind: "number", initial: 1, within: POSITIVE },
  },
  domain: () => "R[h, w]",
  codomain: () => "R[v, detectors]",
  properties: () => [{ property: "nonnegative", bound: null }],
};

export const filteredBackprojection: OperatorSignature = {
  definition: "filtered back-projection for a `radon` A",
  parameters: [{ kind: "operator", name: "A", domain: "R[h, w]", codomain: "R[v, d]" }],
  settings: { filter: { kind: "word", words: ["ramp", "hann", "shepp_logan", "cosine"], initial: "ramp" } },
  domain: () => "R[v, d]",
  codomain: () => "R[h, w]",
  properties: () => [],
};
