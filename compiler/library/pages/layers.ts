import type { LAYER_NAMES } from "../names.ts";
import { example, type LibraryPage } from "./page.ts";

type LayerPageName = (typeof LAYER_NAMES)[number];

/** A page whose example is one network of images. */
function layer(network: string, citation: string, more: Partial<LibraryPage> = {}): LibraryPage {
  return {
    citation,
    example: example(
      "h, w",
      "input u : R[h, w]",
      `learn N : net R[h, w] -> R[h, w] = ${network}`,
      "output N(u)",
    ),
    ...more,
  };
}

/** A page whose example is a network from images of one channel to something else. */
function layerTo(sizes: string, domain: string, codomain: string, network: string): LibraryPage["example"] {
  return example(
    sizes,
    `input u : ${domain}`,
    `learn N : net ${domain} -> ${codomain} = ${network}`,
    "output N(u)",
  );
}

/** The pages of the layers; `relu`, `tanh` and `sigmoid` have theirs among the arrays. */
export const LAYER_PAGES: { readonly [N in LayerPageName]: LibraryPage } = {
  conv: layer(
    "conv(8, bias = false) |> relu |> conv(1)",
    "LeCun, Bottou, Bengio, Haffner, Proc. IEEE 86 (1998)",
  ),
  upconv: layer(
    "conv(8, stride = 1) |> maxpool(2) |> upconv(1)",
    "Zeiler, Krishnan, Taylor, Fergus, CVPR (2010)",
  ),
  depthwise: layer("conv(8) |> depthwise(kernel = 5) |> conv(1)", "Howard et al., arXiv:1704.04861 (2017)"),
  dense: {
    citation: "Rumelhart, Hinton, Williams, Nature 323 (1986)",
    example: layerTo("n", "R[n]", "R[8]", "dense(16) |> relu |> dense(8)"),
  },
  batchnorm: layer("conv(8) |> batchnorm |> relu |> conv(1)", "Ioffe and Szegedy, ICML (2015)"),
  instancenorm: layer(
    "conv(8) |> instancenorm |> relu |> conv(1)",
    "Ulyanov, Vedaldi, Lempitsky, arXiv:1607.08022 (2016)",
  ),
  layernorm: layer("conv(8) |> layernorm |> relu |> conv(1)", "Ba, Kiros, Hinton, arXiv:1607.06450 (2016)"),
  groupnorm: layer("conv(16) |> groupnorm(groups = 4) |> relu |> conv(1)", "Wu and He, ECCV (2018)"),
  prelu: layer("conv(8) |> prelu |> conv(1)", "He, Zhang, Ren, Sun, ICCV (2015)"),
  leaky_relu: layer("conv(8) |> leaky_relu(slope = 0.2) |> conv(1)", "Maas, Hannun, Ng, ICML (2013)"),
  elu: layer("conv(8) |> elu |> conv(1)", "Clevert, Unterthiner, Hochreiter, ICLR (2016)"),
  gelu: layer("conv(8) |> gelu |> conv(1)", "Hendrycks and Gimpel, arXiv:1606.08415 (2016)"),
  silu: layer("conv(8) |> silu |> conv(1)", "Elfwing, Uchibe, Doya, Neural Networks 107 (2018)"),
  softplus: layer("conv(8) |> softplus |> conv(1)", "Dugas, Bengio, Belisle, Nadeau, Garcia, NIPS (2000)"),
  softmax: layer("conv(8) |> softmax |> conv(1)", "Bridle, Neurocomputing, Springer (1990)"),
  spline: layer(
    "conv(8) |> spline(21) |> conv(1)",
    "Kamilov and Mansour, IEEE Signal Process. Lett. 23 (2016); Unser, IEEE Signal Process. Mag. 16 (1999)",
  ),
  piecewise_linear: layer(
    "conv(8) |> piecewise_linear(points = 51) |> conv(1)",
    "Yang, Sun, Li, Xu, NIPS (2016)",
  ),
  maxpool: layer(
    "conv(8) |> maxpool(2) |> upconv(1)",
    "Riesenhuber and Poggio, Nature Neuroscience 2 (1999)",
  ),
  avgpool: layer(
    "conv(8) |> avgpool(2) |> upconv(1)",
    "LeCun, Bottou, Bengio, Haffner, Proc. IEEE 86 (1998)",
  ),
  globalpool: {
    citation: "Lin, Chen, Yan, ICLR (2014)",
    example: layerTo("h, w", "R[h, w]", "R", "conv(8) |> globalpool |> dense(1)"),
  },
  upsample: layer(
    "conv(8, stride = 2) |> relu |> upsample(2, align = corners) |> conv(1)",
    "Odena, Dumoulin, Olah, Distill (2016); PyTorch's `interpolate`",
    { rule: "norm at most q for `pixels` and `nearest`, m + 1/(4m) with m = (3q - 1)/2 for `corners`" },
  ),
  shuffle: {
    citation: "Shi, Caballero, Huszar, Totz, Aitken, Bishop, Rueckert, Wang, CVPR (2016)",
    example: layerTo("h, w", "R[h, w]", "R[2*h, 2*w]", "conv(4) |> shuffle(2)"),
  },
  dropout: layer(
    "conv(8) |> dropout(rate = 0.1) |> conv(1)",
    "Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, J. Mach. Learn. Res. 15 (2014)",
  ),
  residual: layer("residual(conv(1))", "He, Zhang, Ren, Sun, CVPR (2016)"),
  gradient_step: {
    citation: "Hurault, Leclaire, Papadakis, ICLR (2022)",
    example: example(
      "h, w",
      "input y : R[h, w]",
      "learn g : net R[h, w] -> R = gradient_step(drunet(levels = 2, width = 8, blocks = 2, activation = elu))",
      "output y - grad g(y)",
    ),
    rule: "its gradient at u is r - J'r with r = u - l(u) and J the derivative of l at u",
  },
  skip: layer("skip(conv(8) |> relu) |> conv(1)", "Ronneberger, Fischer, Brox, MICCAI (2015)"),
};
