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

/** Baraniuk, Davenport, DeVore, Wakin, Constr. Approx. 28, 2008. */
export const bernoulli: OperatorSignature = {
  ...gaussian,
  definition:
    "a matrix with independent entries of modulus 1/sqrt(m) and random signs; its columns have norm 1",
  settings: { seed: { kind: "number", initial: 0, within: NONNEGATIVE } },
  properties: () => [{ property: "unit_columns", bound: null }],
};
