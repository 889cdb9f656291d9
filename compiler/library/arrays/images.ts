import { POSITIVE, REALS } from "../../types/interval.ts";
import type { ArraySignature } from "./signature.ts";

export const concat: ArraySignature = {
  definition: "images joined on channels",
  parameters: ["a", "b"],
  variadic: true,
  settings: {},
  rule: { kind: "concat" },
};
export const channel: ArraySignature = {
  definition: "channel i as an image",
  parameters: ["x", "i"],
  settings: {},
  rule: { kind: "channel" },
};
export const ones: ArraySignature = {
  definition: "1 in every entry, of any space",
  parameters: [],
  settings: {},
  rule: { kind: "ones" },
};
export const pi: ArraySignature = {
  definition: "3.14159...",
  parameters: [],
  settings: {},
  rule: { kind: "pi" },
};
export const mod: ArraySignature = {
  definition: "the remainder, in [0, b - 1]",
  parameters: ["a", "b"],
  settings: {},
  rule: { kind: "mod" },
};
export const gaussianKernel: ArraySignature = {
  definition: "an n x n kernel with sum 1",
  parameters: ["n"],
  settings: { sigma: { kind: "expression", within: POSITIVE, required: true } },
  rule: { kind: "kernel", positive: true },
};
/** As MATLAB's `fspecial("motion")`. */
export const motionKernel: ArraySignature = {
  definition: "an n x n kernel with sum 1, a motion of `length` pixels at an angle in radians",
  parameters: ["n"],
  settings: {
    length: { kind: "expression", within: POSITIVE, required: true },
    angle: { kind: "number", initial: 0, within: REALS },
  },
  rule: { kind: "kernel", positive: false },
};
export const diskKernel: ArraySignature = {
  definition: "an n x n kernel with sum 1, a disk: out of focus",
  parameters: ["n"],
  settings: { radius: { kind: "expression", within: POSITIVE, required: true } },
  rule: { kind: "kernel", positive: false },
};
