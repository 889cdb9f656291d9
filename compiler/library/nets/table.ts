import type { NET_NAMES } from "../names.ts";
import { dncnn } from "./dncnn.ts";
import { drunet } from "./drunet.ts";
import { fbpconvnet } from "./fbpconvnet.ts";
import { gradientBlock } from "./gradientBlock.ts";
import { istaTransform } from "./istaTransform.ts";
import { primalDualBlock } from "./primalDualBlock.ts";
import { resnet } from "./resnet.ts";
import { icnn, ridges } from "./regularisers.ts";
import type { NetSignature } from "./signature.ts";
import { unet } from "./unet.ts";

export type NetName = (typeof NET_NAMES)[number];

/** The signatures of the library's networks. */
export const NETS: { readonly [N in NetName]: NetSignature } = {
  unet,
  dncnn,
  resnet,
  drunet,
  fbpconvnet,
  gradient_block: gradientBlock,
  primal_dual_block: primalDualBlock,
  ista_transform: istaTransform,
  icnn,
  ridges,
};
