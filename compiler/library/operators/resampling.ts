import type { OperatorSignature } from "../signature.ts";

export const downsample: OperatorSignature = {
  definition: "every q-th pixel, or with `antialias = bicubic` cubic averages",
  parameters: [{ kind: "count", name: "q" }],
  settings: { antialias: { kind: "word", words: ["none", "bicubic"], initial: "none" } },
  domain: () => "F[q*h, q*w, r..]",
  codomain: () => "F[h, w, r..]",
  properties: (settings) =>
    settings.word("antialias") === "bicubic"
      ? []
      : [
          { property: "norm", bound: 1 },
          { property: "nonnegative", bound: null },
        ],
};

/** Keys, IEEE Trans. Acoust. Speech Signal Process. 29, 1981. */
export const bicubic: OperatorSignature = {
  definition: "cubic interpolation to q times the size",
  parameters: [{ kind: "count", name: "q" }],
  settings: {},
  domain: () => "F[h, w, r..]",
  codomain: () => "F[q*h, q*w, r..]",
  properties: () => [],
};
