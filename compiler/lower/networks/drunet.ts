import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { constant, multiply } from "../../types/dimension.ts";
import type { Dimension } from "../../types/dimension.ts";
import type { LayerContext } from "./layerContext.ts";
import { convolution, type ConvolutionSettings, PLAIN, upConvolution } from "./layers.ts";
import { croppedTo } from "./libraryNets.ts";

interface DrunetSettings {
  readonly levels: number;
  readonly width: Dimension;
  readonly blocks: number;
  readonly activation: (u: Variable) => Variable;
  readonly padded: boolean;
}

const UNBIASED: ConvolutionSettings = { ...PLAIN, bias: false };
/** On the ways between blocks nothing rectifies, so that these weights keep the size of what goes through. */
const WAY: ConvolutionSettings = { ...UNBIASED, start: "xavier" };

/**
 * DRUNet (Zhang, Li, Zuo, Zhang, Van Gool, Timofte, 2022): a U-Net without biases whose pairs of convolutions are
 * residual blocks, whose skips are sums, and whose ways down and up are convolutions of 2 x 2 pixels with stride 2.
 * With `padded` any image size is padded to a multiple of 2^(levels - 1) and cropped.
 */
export function drunet(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  out: Dimension,
  settings: DrunetSettings,
): Variable {
  const padded = settings.padded ? b.named(b.padImage(u, 2 ** (settings.levels - 1)), "padded") : u;
  const head = convolution(b, context.place("head"), padded, settings.width, WAY);
  const body = level(b, context, head, 1, settings);
  const last = convolution(b, context.place("tail"), body, out, WAY);
  return settings.padded ? croppedTo(b, last, u) : last;
}

/** What the levels from `depth` on make of their input; all but the last add the input. */
function level(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  depth: number,
  settings: DrunetSettings,
): Variable {
  const widthAt = (at: number): Dimension => multiply(constant(2 ** (at - 1)), settings.width);
  if (depth === settings.levels) {
    const bottom = blocks(b, context.place("bottom"), u, widthAt(depth), settings);
    return b.elementwise("add", [bottom, u]);
  }
  const downwards = context.place(`down${depth}`);
  const here = blocks(b, downwards, u, widthAt(depth), settings);
  const below = convolution(b, downwards, here, widthAt(depth + 1), { ...WAY, kernel: 2, stride: 2 });
  const deeper = level(b, context, below, depth + 1, settings);
  const upwards = context.place(`up${depth}`);
  const up = upConvolution(b, upwards, deeper, widthAt(depth), 2, false, "xavier");
  return b.elementwise("add", [blocks(b, upwards, up, widthAt(depth), settings), u]);
}

/**
 * `blocks` times v + conv(activation(conv(v))), where the second filters begin at 0: so a network of any depth begins
 * without growth (Goyal et al., arXiv:1706.02677, 2017).
 */
function blocks(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  width: Dimension,
  settings: DrunetSettings,
): Variable {
  let v = u;
  for (let count = 0; count < settings.blocks; count += 1) {
    const place = context.nextPlace("block");
    const inner = settings.activation(convolution(b, place, v, width, UNBIASED));
    v = b.elementwise("add", [v, convolution(b, place, inner, width, { ...UNBIASED, start: "zero" })]);
  }
  return v;
}
