import { NONNEGATIVE } from "../../types/interval.ts";
import type { OperatorSignature } from "../signature.ts";

export const gaussian: OperatorSignature = {
  definition:
    "a matrix with independent normal entries of variance 1/m; `columns` scales its columns to norm 1",
  parameters: [
    { kind: "count", name: "m" },
    { kind: "count", name: "n" },
  ],
  settings: {
    normalise: { kind: "word", words: ["none", "columns"], initial: "none" },
    seed: { kind: "number", initial: 0, within: NONNEGATIVE },
  },
  domain: () => "R[n]",
  codomain: () => "R[m]",
  properties: (settings) =>
    settings.word("normalise") === "columns" ? [{ property: "unit_columns", bound: null }] : [],
};
