import { POSITIVE } from "../../types/interval.ts";
import type { NetSignature } from "./signature.ts";

export const icnn: NetSignature = {
  definition: "an input-convex network to R",
  citation: "Amos, Xu, Kolter, ICML 2017",
  settings: {
    depth: { kind: "count", initial: 5, least: 1 },
    width: { kind: "count", initial: 64, least: 1 },
  },
  result: "number",
  smooth: true,
};

export const ridges: NetSignature = {
  definition: "a sum of learned convex ridge functions, to R",
  citation: "Goujon, Neumayer, Bohra, Ducotterd, Unser, IEEE Trans. Comput. Imaging 9 (2023)",
  settings: {
    filters: { kind: "count", initial: 32, least: 1 },
    kernel: { kind: "count", initial: 7, least: 1 },
    knots: { kind: "count", initial: 10, least: 2 },
    range: { kind: "number", initial: 0.1, within: POSITIVE },
  },
  result: "number",
  smooth: true,
};
