import type { OperatorSignature } from "../signature.ts";

const LETTERS = ["h, w", "n", "h, w", "h, w, d"] as const;

export const gradient: OperatorSignature = {
  definition: "forward differences over the first axes, stacked on a new last axis",
  parameters: [],
  settings: {
    axes: { kind: "count", initial: 2, least: 1 },
    boundary: { kind: "word", words: ["neumann", "periodic", "zero"], initial: "neumann" },
  },
  domain: (settings) => `F[${LETTERS[settings.count("axes") ?? 2] ?? "h, w"}, r..]`,
  codomain: (settings) => {
    const axes = settings.count("axes") ?? 2;
    return `F[${LETTERS[axes] ?? "h, w"}, r.., ${axes}]`;
  },
  properties: (settings) => [{ property: "norm", bound: Math.sqrt(4 * (settings.count("axes") ?? 2)) }],
};
