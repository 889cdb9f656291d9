import type { ArraySignature } from "./signature.ts";

function indexSet(definition: string): ArraySignature {
  return {
    definition,
    parameters: ["m"],
    settings: {
      parts: { kind: "count", initial: null, least: 1, required: true },
      part: { kind: "value", required: true },
    },
    rule: { kind: "indexSet" },
  };
}

export const interleaved = indexSet(
  "the indices `part`, `part` + s, `part` + 2s, ... below m, for s `parts`",
);
export const consecutive = indexSet(
  "the indices below m from `part`*m/s to (`part` + 1)*m/s - 1, for s `parts`",
);
