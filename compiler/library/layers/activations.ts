import { type Interval, NONNEGATIVE, POSITIVE, UNIT } from "../../types/interval.ts";
import type { SettingRules } from "../signature.ts";
import type { LayerSignature } from "./signature.ts";

interface Activation {
  readonly smooth: boolean;
  readonly convex: boolean;
  readonly nondecreasing: boolean;
  readonly slope: number | null;
  readonly range?: Interval;
  readonly settings?: SettingRules;
}

function activation(definition: string, facts: Activation): LayerSignature {
  return {
    definition,
    parameters: [],
    optional: 0,
    settings: {},
    shape: "same",
    range: null,
    mixesSamples: false,
    ...facts,
  };
}

const OPEN_UNIT: Interval = { low: 0, high: 1, lowOpen: true, highOpen: true };
const OPEN_SYMMETRIC: Interval = { low: -1, high: 1, lowOpen: true, highOpen: true };

export const relu = activation("max(x, 0)", {
  smooth: false,
  convex: true,
  nondecreasing: true,
  slope: 1,
  range: NONNEGATIVE,
});
export const tanh = activation("the hyperbolic tangent", {
  smooth: true,
  convex: false,
  nondecreasing: true,
  slope: 1,
  range: OPEN_SYMMETRIC,
});
export const sigmoid = activation("1/(1 + e^-x)", {
  smooth: true,
  convex: false,
  nondecreasing: true,
  slope: 0.25,
  range: OPEN_UNIT,
});
export const prelu = activation("x, or a learned slope times x where x < 0; one slope a channel, from 0.25", {
  smooth: false,
  convex: false,
  nondecreasing: false,
  slope: null,
});
export const leakyRelu = activation("x, or slope times x where x < 0", {
  smooth: false,
  convex: true,
  nondecreasing: true,
  slope: 1,
  settings: { slope: { kind: "number", initial: 0.01, within: UNIT } },
});
export const elu = activation("x, or e^x - 1 where x < 0", {
  smooth: true,
  convex: true,
  nondecreasing: true,
  slope: 1,
});
export const gelu = activation("x times the normal distribution function", {
  smooth: true,
  convex: false,
  nondecreasing: false,
  slope: 1.129,
});
export const silu = activation("x sigmoid(x)", {
  smooth: true,
  convex: false,
  nondecreasing: false,
  slope: 1.1,
});
export const softplus = activation("log(1 + e^x)", {
  smooth: true,
  convex: true,
  nondecreasing: true,
  slope: 1,
  range: POSITIVE,
});
export const softmax = activation("e^x over its sum over the channels", {
  smooth: true,
  convex: false,
  nondecreasing: false,
  slope: 1,
  range: OPEN_UNIT,
});
export const spline: LayerSignature = {
  ...activation("the identity plus a learned sum of cubic B-splines, one for each channel, from 0", {
    smooth: true,
    convex: false,
    nondecreasing: false,
    slope: null,
    settings: { range: { kind: "number", initial: 1, within: POSITIVE } },
  }),
  parameters: ["knots"],
  shape: "pointwise",
};
export const piecewiseLinear: LayerSignature = {
  ...activation("a learned piecewise linear function, one for each channel, from the identity", {
    smooth: false,
    convex: false,
    nondecreasing: false,
    slope: null,
    settings: {
      points: { kind: "count", initial: 101, least: 2 },
      range: { kind: "number", initial: 1, within: POSITIVE },
    },
  }),
  shape: "pointwise",
};
