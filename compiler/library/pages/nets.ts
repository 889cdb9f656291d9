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
  drunet: imageNet("drunet", "drunet(levels = 3, width = 16, blocks = 2)"),
  fbpconvnet: {
    citation: NETS.fbpconvnet.citation,
    example: example(
      "h, w, v, d",
      "given angles : R[v]",
      "input y : R[v, d]",
      "let A : linear R[h, w] -> R[v, d] = radon(angles, detectors = d)",
      "learn N : net R[h, w] -> R[h, w] = fbpconvnet(width = 16)",
      "output N(filtered_backprojection(A)*y)",
    ),
  },
  gradient_block: {
    citation: NETS.gradient_block.citation,
    example: example(
      "h, w",
      "input x : R[h, w]",
      "input s : R[h, w, 5]",
      "input g : R[h, w]",
      "input r : R[h, w]",
      "learn N : net (R[h, w], R[h, w, 5], R[h, w], R[h, w]) -> (R[h, w], R[h, w, 5]) = gradient_block",
      "let (d, sn) = N(x, s, g, r)",
      "output x + d + channel(relu(sn), 0)",
    ),
  },
  primal_dual_block: imageNet("primal_dual_block", "primal_dual_block(width = 16)"),
  ista_transform: {
    citation: NETS.ista_transform.citation,
    example: example(
      "h, w",
      "input u : R[h, w]",
      "learn F : net R[h, w] -> R[h, w, 32] = ista_transform",
      "learn G : net R[h, w, 32] -> R[h, w] = ista_transform",
      "output G(soft(F(u), 0.01))",
    ),
  },
  icnn: regulariser("icnn", "icnn(depth = 3, width = 16) with convex"),
  ridges: regulariser("ridges", "ridges(filters = 16, kernel = 5) with convex"),
};
