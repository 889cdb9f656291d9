import type { ArraySignature } from "./signature.ts";

function file(definition: string, gives: "array" | "operator"): ArraySignature {
  return { definition, parameters: ["file"], settings: {}, rule: { kind: "file", gives } };
}

export const array = file("an array read from a file", "array");
export const image = file("a picture in [0, 1] read from a file", "array");
export const sparse = file("a sparse real operator read from a file of scipy.sparse.save_npz", "operator");
export const matrix = file("a dense operator read from a file", "operator");
