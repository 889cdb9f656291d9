import {
  between,
  type Interval,
  increasing,
  maximum,
  minimum,
  modulus,
  NONNEGATIVE,
  point,
  POSITIVE,
  REALS,
  squareRoot,
} from "../../types/interval.ts";
import type { ArraySignature } from "./signature.ts";

interface Entrywise {
  readonly ordered?: boolean;
  readonly result?: "same" | "real";
  readonly asks?: Interval;
  readonly image: (x: Interval) => Interval;
}

function entrywise(definition: string, rule: Entrywise): ArraySignature {
  return {
    definition,
    parameters: ["x"],
    settings: {},
    rule: { kind: "entrywise", ordered: false, result: "same", asks: null, ...rule },
  };
}

function pairwise(definition: string, image: (a: Interval, b: Interval) => Interval): ArraySignature {
  return { definition, parameters: ["a", "b"], settings: {}, rule: { kind: "pairwise", image } };
}

const SIGMOID: Interval = { low: 0, high: 1, lowOpen: true, highOpen: true };

export const abs = entrywise("|x|, the modulus", { result: "real", image: modulus });
export const conj = entrywise("the conjugate", { image: (x) => x });
export const phase = entrywise("the angle, 0 at 0", {
  result: "real",
  image: () => between(-Math.PI, Math.PI),
});
export const sign = entrywise("x/|x|, 0 at 0", { image: () => between(-1, 1) });
export const exp = entrywise("e^x", { image: (x) => ({ ...increasing(x, Math.exp), ...openAtZero(x) }) });
export const log = entrywise("the natural logarithm", {
  ordered: true,
  asks: POSITIVE,
  image: (x) => (x.low < 0 ? REALS : increasing(x, Math.log)),
});
export const sqrt = entrywise("the square root", { ordered: true, asks: NONNEGATIVE, image: squareRoot });
export const relu = entrywise("max(x, 0)", { ordered: true, image: (x) => maximum(x, point(0)) });
export const tanh = entrywise("the hyperbolic tangent", {
  ordered: true,
  image: (x) => openEnds(increasing(x, Math.tanh), x),
});
export const sigmoid = entrywise("1/(1 + e^-x)", {
  ordered: true,
  image: (x) => openEnds({ ...SIGMOID, ...increasing(x, (value) => 1 / (1 + Math.exp(-value))) }, x),
});
export const max = pairwise("the larger one, entry by entry", maximum);
export const min = pairwise("the smaller one, entry by entry", minimum);
export const clip: ArraySignature = {
  definition: "x brought into [low, high], entry by entry",
  parameters: ["x", "low", "high"],
  settings: {},
  rule: { kind: "clip" },
};

/** e^x is never 0, but its lower end is where x is unbounded below. */
function openAtZero(x: Interval): { readonly lowOpen: boolean } {
  return { lowOpen: x.lowOpen };
}

/** A limit that is reached at infinity only is left out. */
function openEnds(image: Interval, x: Interval): Interval {
  return { ...image, lowOpen: x.lowOpen, highOpen: x.highOpen };
}
