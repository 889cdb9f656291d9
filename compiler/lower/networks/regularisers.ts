import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { constant, multiply } from "../../types/dimension.ts";
import type { Dimension } from "../../types/dimension.ts";
import { arraySpace } from "../../types/space.ts";
import type { LayerContext } from "./layerContext.ts";
import { convolution, imageAxes, PLAIN } from "./layers.ts";
import { convolutionNorm } from "./networkGradient.ts";

/**
 * An input-convex network (Amos, Xu, Kolter, 2017) of convolutions: z <- softplus(W z + conv(u)) with W >= 0, at last
 * the sum over the pixels of w'z with w >= 0. `depth` counts the layers, the last among them.
 */
export function inputConvex(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  settings: { readonly depth: number; readonly width: Dimension },
): Variable {
  const { depth, width } = settings;
  let z = b.elementwise("softplus", [convolution(b, context, u, width, PLAIN)]);
  for (let layer = 2; layer < depth; layer += 1) {
    const place = context.nextPlace("block");
    const through = convolution(b, place, z, width, { ...PLAIN, ...NONNEGATIVE });
    const across = convolution(b, place, u, width, PLAIN);
    z = b.elementwise("softplus", [b.elementwise("add", [through, across])]);
  }
  const one = constant(1);
  const weights = context.weight(context.layer("dense"), "matrix", [one, width], "average", {
    nonnegative: true,
  });
  return b.matvec(weights, b.sumTo(z, arraySpace("real", [width])), false, arraySpace("real", [one]));
}

const NONNEGATIVE = { bias: false, start: "average", nonnegative: true } as const;

/**
 * A sum of convex ridges (Goujon, Neumayer, Bohra, Ducotterd, Unser, 2023): sum over filters i and pixels of psi_i of
 * the image filtered by W_i, |W| <= 1. psi_i is even, with psi_i'(t) = sum over k of s_ik clip((t - k d)/d, 0, 1) for
 * t > 0, s >= 0: a nondecreasing linear spline with knots at the multiples of d up to `range`, constant beyond. It
 * begins as Huber's function of threshold `range`.
 */
export function convexRidges(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  settings: {
    readonly filters: Dimension;
    readonly kernel: number;
    readonly knots: number;
    readonly range: number;
  },
): Variable {
  const { filters, kernel, knots, range } = settings;
  const filtered = convolution(b, context, u, filters, { ...PLAIN, kernel, bias: false, norm: 1 });
  const width = range / knots;
  const slopes = context.weight(
    context.layer("ridge"),
    "slopes",
    [constant(knots), filters],
    { value: width },
    { nonnegative: true },
  );
  const potential = ridges(b, b.elementwise("abs", [filtered]), slopes, filters, knots, width);
  const [, , c] = imageAxes(potential);
  const channels = b.sumTo(potential, arraySpace("real", [c]));
  const result = b.reshape(b.sum(channels), arraySpace("real", [constant(1)]));
  const [equation, filter] = [b.definition(result), b.definition(filtered)?.inputs[1]];
  if (equation !== null && filter !== undefined) {
    context.remember(equation, {
      input: u,
      slope: null,
      convex: true,
      nondecreasing: false,
      curvature: (outer, outside) => ridgeCurvature(outer, outside(filter), outside(slopes), width),
    });
  }
  return result;
}

/** |W|^2 times the largest slope of a psi_i', the largest s_ik/d. */
function ridgeCurvature(
  b: IrBuilder,
  filter: Variable | null,
  slopes: Variable | null,
  width: number,
): Variable | null {
  if (filter === null || slopes === null) return null;
  const steepest = b.elementwise("div", [b.maximum(slopes), b.constant(width)]);
  return b.elementwise("mul", [b.elementwise("square", [convolutionNorm(b, filter)]), steepest]);
}

/** The sum over k of s_k d H(m/d - k), with H(x) = c (x - c/2) and c = clip(x, 0, 1), at moduli m. */
function ridges(
  b: IrBuilder,
  moduli: Variable,
  slopes: Variable,
  filters: Dimension,
  knots: number,
  width: number,
): Variable {
  const flat = b.reshape(slopes, arraySpace("real", [multiply(constant(knots), filters)]));
  const along = b.elementwise("mul", [b.constant(1 / width), moduli]);
  let total: Variable | null = null;
  for (let knot = 0; knot < knots; knot += 1) {
    const x = b.elementwise("sub", [along, b.constant(knot)]);
    const clipped = b.elementwise("min", [b.elementwise("relu", [x]), b.constant(1)]);
    const half = b.elementwise("mul", [b.constant(0.5), clipped]);
    const height = b.elementwise("mul", [clipped, b.elementwise("sub", [x, half])]);
    const slope = b.channels(flat, multiply(constant(knot), filters), filters);
    const term = b.elementwise("mul", [slope, height]);
    total = total === null ? term : b.elementwise("add", [total, term]);
  }
  if (total === null) throw new Error("ridges without knots");
  return b.elementwise("mul", [b.constant(width), total]);
}
