import { convolution, transposedConvolution } from "./convolution.ts";
import * as constants from "./constants.ts";
import * as entrywise from "./entrywise.ts";
import * as layers from "./layers.ts";
import * as normalisations from "./normalisations.ts";
import type { OnnxOperator } from "./operators.ts";
import * as parts from "./parts.ts";
import type { Flow, NodePlace } from "./place.ts";
import * as pooling from "./pooling.ts";
import * as reductions from "./reductions.ts";
import { resized } from "./resize.ts";
import * as shapes from "./shapes.ts";

const { ofOne, ofSeveral } = entrywise;

/** What each operator of ONNX computes (https://onnx.ai/onnx/operators), as equations of the IR. */
export const ONNX_RULES: { readonly [O in OnnxOperator]: (place: NodePlace) => Flow | readonly Flow[] } = {
  Abs: ofOne((b, u) => b.elementwise("abs", [u])),
  Add: ofSeveral("add"),
  AveragePool: pooling.meansOfWindows,
  BatchNormalization: normalisations.batchNormalisation,
  Cast: constants.cast,
  Clip: entrywise.clip,
  Concat: parts.joined,
  Constant: constants.constantTensor,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  DepthToSpace: layers.depthToSpace,
  Div: ofSeveral("div"),
  Dropout: entrywise.unchanged,
  Elu: ofOne(entrywise.scaledElu),
  Erf: ofOne((b, u) => b.elementwise("erf", [u])),
  Exp: ofOne((b, u) => b.elementwise("exp", [u])),
  Flatten: shapes.flattened,
  Gather: constants.gathered,
  Gelu: ofOne(entrywise.gaussianUnit),
  Gemm: layers.affine,
  GlobalAveragePool: pooling.globalMeans,
  GroupNormalization: normalisations.groupNormalisation,
  HardSigmoid: ofOne(entrywise.hardSigmoid),
  HardSwish: ofOne(entrywise.hardSwish),
  Identity: entrywise.unchanged,
  InstanceNormalization: normalisations.instanceNormalisation,
  LayerNormalization: normalisations.layerNormalisation,
  LeakyRelu: ofOne(entrywise.leakyRelu),
  Log: ofOne((b, u) => b.elementwise("log", [u])),
  MatMul: layers.product,
  Max: ofSeveral("max"),
  MaxPool: pooling.largestOfWindows,
  Min: ofSeveral("min"),
  Mish: ofOne(entrywise.mish),
  Mul: ofSeveral("mul"),
  Neg: ofOne((b, u) => b.elementwise("neg", [u])),
  PRelu: entrywise.slopes,
  Pad: layers.padded,
  Pow: ofSeveral("pow"),
  Reciprocal: ofOne((b, u) => b.elementwise("div", [b.constant(1), u])),
  ReduceMax: reductions.largestChannel,
  ReduceMean: reductions.summed(true),
  ReduceSum: reductions.summed(false),
  Relu: ofOne((b, u) => b.elementwise("relu", [u])),
  Reshape: shapes.reshaped,
  Resize: resized,
  Shape: shapes.sizesOf,
  Sigmoid: ofOne((b, u) => b.elementwise("sigmoid", [u])),
  Slice: parts.sliced,
  Softmax: reductions.powersOverSum,
  Softplus: ofOne((b, u) => b.elementwise("softplus", [u])),
  SpaceToDepth: layers.spaceToDepth,
  Split: parts.split,
  Sqrt: ofOne((b, u) => b.elementwise("sqrt", [u])),
  Squeeze: shapes.squeezed,
  Sub: ofSeveral("sub"),
  Sum: ofSeveral("add"),
  Tanh: ofOne((b, u) => b.elementwise("tanh", [u])),
  Transpose: shapes.transposed,
  Unsqueeze: shapes.unsqueezed,
  Upsample: resized,
};
