import type { OperatorSignature } from "../signature.ts";

/** Pruessmann, Weiger, Scheidegger, Boesiger, Magn. Reson. Med. 42, 1999 (SENSE). */
export const coils: OperatorSignature = {
  definition: "x times each sensitivity map, on a new last axis",
  parameters: [{ kind: "array", name: "S", scheme: "C[d.., c]" }],
  settings: {},
  domain: () => "C[d..]",
  codomain: () => "C[d.., c]",
  properties: () => [],
};
