import { NETS, type NetName } from "../nets/table.ts";
import { example, type LibraryPage } from "./page.ts";

/** A page whose example is the network from images to images. */
function imageNet(name: NetName, network: string): LibraryPage {
  return {
    citation: NETS[name].citation,
    example: example(
      "h, w",
      "input u : R[h, w]",
      `learn N : net R[h, w] -> R[h, w] = ${network}`,
      "output N(u)",
    ),
  };
}

/** A page whose example is a step along the gradient of a network to R. */
function regulariser(name: NetName, network: string): LibraryPage {
  const learned = `learn r : net R[h, w] -> R = ${network}`;
  return {
    citation: NETS[name].citation,
    example: example("h, w", "input u : R[h, w]", learned, "output u - 0.1*grad r(u)"),
  };
}

/** The pages of the library's networks. */
export const NET_PAGES: { readonly [N in NetName]: LibraryPage } = {
  unet: imageNet("unet", "unet(levels = 3, width = 16)"),
  dncnn: imageNet("dncnn", "dncnn(depth = 7, width = 32, residual = true)"),
  resnet: imageNet("resnet", "resnet(blocks = 4, width = 32)"),
  icnn: regulariser("icnn", "icnn(depth = 3, width = 16) with convex"),
  ridges: regulariser("ridges", "ridges(filters = 16, kernel = 5) with convex"),
};
