import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { LAYERS, type LayerName } from "../../library/layers/table.ts";
import { NETS, type NetName } from "../../library/nets/table.ts";
import { sameSpace } from "../../ir/spaces.ts";
import { constant } from "../../types/dimension.ts";
import type { Dimension } from "../../types/dimension.ts";
import { arraySpace } from "../../types/space.ts";
import type { AppliedLayer, LayerContext } from "./layerContext.ts";
import * as layers from "./layers.ts";
import { piecewiseLinear, spline } from "./learnedFunctions.ts";
import type { LayerSettings } from "./layerSettings.ts";
import { drunet } from "./drunet.ts";
import { istaTransform, updateBlock } from "./iterationBlocks.ts";
import { dncnn, resnet, unet } from "./libraryNets.ts";
import { batchNorm, groupNorm, instanceNorm, layerNorm } from "./normalisationLayers.ts";
import { convexRidges, inputConvex } from "./regularisers.ts";
import { spaceOfVariable } from "../values.ts";
import { averagePool, globalPool } from "./poolingLayers.ts";
import { type Alignment, bilinearNorm, bilinearUpsampling, nearestUpsampling } from "./upsampling.ts";

/** A layer at its place, on what flows into it. */
export interface LayerPlace {
  readonly b: IrBuilder;
  readonly context: LayerContext;
  readonly u: Variable;
  readonly settings: LayerSettings;
  /** the number of channels that is wanted at the end of the network */
  readonly out: Dimension;
  /** the layer that a combinator takes, applied at the place of that name */
  readonly inner: (sort: string) => Variable;
}

type LayerRule = (place: LayerPlace) => Variable;

/** What each layer and each network of the library computes. */
const RULES: { readonly [N in LayerName | NetName]: LayerRule } = {
  conv: ({ b, context, u, settings }) =>
    layers.convolution(b, context, u, settings.first, {
      kernel: settings.number("kernel"),
      stride: settings.number("stride"),
      bias: settings.truth("bias"),
      start: startOf(settings.word("init")),
    }),
  upconv: ({ b, context, u, settings }) =>
    layers.upConvolution(
      b,
      context,
      u,
      settings.first,
      settings.number("kernel"),
      settings.truth("bias"),
      startOf(settings.word("init")),
    ),
  depthwise: ({ b, context, u, settings }) => layers.depthwise(b, context, u, settings.number("kernel")),
  dense: ({ b, context, u, settings }) => layers.dense(b, context, u, settings.first, settings.truth("bias")),
  batchnorm: ({ b, context, u }) => batchNorm(b, context, u),
  instancenorm: ({ b, context, u }) => instanceNorm(b, context, u),
  layernorm: ({ b, context, u }) => layerNorm(b, context, u),
  groupnorm: ({ b, context, u, settings }) => groupNorm(b, context, u, settings.number("groups")),
  relu: ({ b, u }) => b.elementwise("relu", [u]),
  tanh: ({ b, u }) => b.elementwise("tanh", [u]),
  sigmoid: ({ b, u }) => b.elementwise("sigmoid", [u]),
  softplus: ({ b, u }) => b.elementwise("softplus", [u]),
  prelu: ({ b, context, u }) => layers.prelu(b, context, u),
  leaky_relu: ({ b, u, settings }) => layers.leaky(b, u, b.constant(settings.number("slope"))),
  elu: ({ b, u }) => layers.elu(b, u),
  gelu: ({ b, u }) => layers.gelu(b, u),
  silu: ({ b, u }) => layers.silu(b, u),
  softmax: ({ b, u }) => layers.softmax(b, u),
  spline: ({ b, context, u, settings }) =>
    spline(b, context, u, { count: settings.firstNumber, range: settings.number("range") }),
  piecewise_linear: ({ b, context, u, settings }) =>
    piecewiseLinear(b, context, u, { count: settings.number("points"), range: settings.number("range") }),
  maxpool: ({ b, u, settings }) => b.maxPool(u, settings.firstNumber),
  avgpool: ({ b, u, settings }) => averagePool(b, u, settings.firstNumber),
  globalpool: ({ b, u }) => globalPool(b, u),
  upsample: ({ b, u, settings }) =>
    settings.word("interpolation") === "nearest"
      ? nearestUpsampling(b, u, settings.firstNumber)
      : bilinearUpsampling(b, u, settings.firstNumber, alignmentOf(settings)),
  shuffle: ({ b, u, settings }) => b.shuffle(u, settings.firstNumber),
  dropout: ({ b, context, u, settings }) => layers.dropout(b, context, u, settings.number("rate")),
  residual: ({ b, u, inner }) => b.elementwise("add", [u, inner("residual")]),
  skip: ({ b, u, inner }) => b.concat([u, inner("skip")]),
  gradient_step: ({ b, u, inner }) => halfSquaredDistance(b, u, inner("gradient_step")),
  unet: ({ b, context, u, out, settings }) =>
    unet(b, context, u, out, {
      levels: settings.number("levels"),
      width: settings.dimension("width"),
      residual: settings.truth("residual"),
      batch: false,
      padded: settings.truth("padded"),
    }),
  fbpconvnet: ({ b, context, u, out, settings }) =>
    unet(b, context, u, out, {
      levels: settings.number("levels"),
      width: settings.dimension("width"),
      residual: settings.truth("residual"),
      batch: settings.word("normalise") === "batch",
      padded: settings.truth("padded"),
    }),
  drunet: (place) =>
    drunet(place.b, place.context, place.u, place.out, {
      levels: place.settings.number("levels"),
      width: place.settings.dimension("width"),
      blocks: place.settings.number("blocks"),
      activation: layerAt(place, activationOf(place.settings.word("activation"))),
      padded: place.settings.truth("padded"),
    }),
  gradient_block: ({ b, context, u, out, settings }) =>
    updateBlock(b, context, u, out, settings.dimension("width"), (v) => b.elementwise("relu", [v])),
  primal_dual_block: (place) => {
    const width = place.settings.dimension("width");
    return updateBlock(place.b, place.context, place.u, place.out, width, layerAt(place, "prelu"));
  },
  ista_transform: ({ b, context, u, out, settings }) =>
    istaTransform(b, context, u, out, settings.dimension("width")),
  dncnn: ({ b, context, u, out, settings }) =>
    dncnn(b, context, u, out, {
      depth: settings.number("depth"),
      width: settings.dimension("width"),
      residual: settings.truth("residual"),
      normalise: normalisationOf(settings.word("normalise")),
    }),
  resnet: ({ b, context, u, out, settings }) =>
    resnet(b, context, u, out, { blocks: settings.number("blocks"), width: settings.dimension("width") }),
  icnn: ({ b, context, u, settings }) =>
    inputConvex(b, context, u, { depth: settings.number("depth"), width: settings.dimension("width") }),
  ridges: ({ b, context, u, settings }) =>
    convexRidges(b, context, u, {
      filters: settings.dimension("filters"),
      kernel: settings.number("kernel"),
      knots: settings.number("knots"),
      range: settings.number("range"),
    }),
};

/** Whether a name is that of a layer or a network of the library. */
export function isLibraryLayer(name: string): name is LayerName | NetName {
  return Object.hasOwn(RULES, name);
}

/** A layer or network of the library on what flows into it; an image without channels has one where images are taken. */
export function applyLibraryLayer(name: LayerName | NetName, place: LayerPlace): Variable {
  const u = takesImages(name) ? layers.asImage(place.b, place.u) : place.u;
  const v = RULES[name]({ ...place, u });
  const equation = v === u ? null : place.b.definition(v);
  const known = knownOf(name, place.settings);
  if (equation !== null && known !== null) place.context.remember(equation, { ...known, input: u });
  return v;
}

/** What is known of a layer as a whole; null where it follows from its equations. */
function knownOf(name: LayerName | NetName, settings: LayerSettings): Omit<AppliedLayer, "input"> | null {
  if (name === "upsample") {
    const q = settings.firstNumber;
    const slope = settings.word("interpolation") === "nearest" ? q : bilinearNorm(q, alignmentOf(settings));
    return { slope, convex: true, nondecreasing: true };
  }
  if (name === "prelu") return { slope: 1, convex: false, nondecreasing: false };
  if (!Object.hasOwn(LAYERS, name)) return null;
  const { slope, convex, nondecreasing } = LAYERS[name as LayerName];
  return slope === null ? null : { slope, convex, nondecreasing };
}

/** Whether a network of the library is meant, whose layers have a place of their own in another. */
export function isLibraryNet(name: string): boolean {
  return Object.hasOwn(NETS, name);
}

function takesImages(name: LayerName | NetName): boolean {
  const shape = Object.hasOwn(LAYERS, name) ? LAYERS[name as LayerName].shape : "image";
  return shape !== "same" && shape !== "vector";
}

/** |u - v|^2/2 as a vector of one number, with as many channels of u, from the first, as v has. */
function halfSquaredDistance(b: IrBuilder, u: Variable, v: Variable): Variable {
  const [all, some] = [spaceOfVariable(u), spaceOfVariable(v)];
  const same = sameSpace(all, some) || some.kind !== "array";
  const part = same ? u : b.channels(u, constant(0), some.dimensions.at(-1) ?? constant(1));
  const squares = b.elementwise("square", [b.elementwise("sub", [part, v])]);
  const half = b.elementwise("mul", [b.constant(0.5), b.sum(squares)]);
  return b.reshape(half, arraySpace("real", [constant(1)]));
}

/** A layer without settings inside of a network of the library. */
function layerAt(place: LayerPlace, name: LayerName): (u: Variable) => Variable {
  return (u) => applyLibraryLayer(name, { ...place, u });
}

function activationOf(word: string): "relu" | "elu" | "softplus" {
  return word === "elu" || word === "softplus" ? word : "relu";
}

function normalisationOf(word: string): "none" | "batch" | "spectral" {
  return word === "batch" || word === "spectral" ? word : "none";
}

function alignmentOf(settings: LayerSettings): Alignment {
  return settings.word("align") === "corners" ? "corners" : "pixels";
}

function startOf(word: string): layers.ConvolutionSettings["start"] {
  return word === "xavier" || word === "zero" || word === "dct" ? word : "he";
}
