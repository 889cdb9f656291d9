import type { NET_NAMES } from "../names.ts";
import { dncnn } from "./dncnn.ts";
import { resnet } from "./resnet.ts";
import { icnn, ridges } from "./regularisers.ts";
import type { NetSignature } from "./signature.ts";
import { unet } from "./unet.ts";

export type NetName = (typeof NET_NAMES)[number];

/** The signatures of the library's networks. */
export const NETS: { readonly [N in NetName]: NetSignature } = { unet, dncnn, resnet, icnn, ridges };
