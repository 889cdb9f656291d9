import { convolution, transposedConvolution } from "./convolution.ts";
import * as entrywise from "./entrywise.ts";
import * as layers from "./layers.ts";
import type { OnnxOperator } from "./operators.ts";
import type { Flow, NodePlace } from "./place.ts";

const { ofOne, ofSeveral } = entrywise;

/** What each operator of ONNX computes (https://onnx.ai/onnx/operators), as equations of the IR. */
export const ONNX_RULES: { readonly [O in OnnxOperator]: (place: NodePlace) => Flow } = {
  Abs: ofOne((b, u) => b.elementwise("abs", [u])),
  Add: ofSeveral("add"),
  AveragePool: layers.meansOfTiles,
  BatchNormalization: layers.batchNormalisation,
  Clip: entrywise.clip,
  Concat: entrywise.joined,
  Constant: entrywise.constantTensor,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  DepthToSpace: layers.depthToSpace,
  Div: ofSeveral("div"),
  Dropout: entrywise.unchanged,
  Elu: ofOne(entrywise.scaledElu),
  Erf: ofOne((b, u) => b.elementwise("erf", [u])),
  Exp: ofOne((b, u) => b.elementwise("exp", [u])),
  Flatten: layers.flattened,
  Gelu: ofOne(entrywise.gaussianUnit),
  Gemm: layers.affine,
  GlobalAveragePool: layers.globalMeans,
  Identity: entrywise.unchanged,
  InstanceNormalization: layers.instanceNormalisation,
  LeakyRelu: ofOne(entrywise.leakyRelu),
  Log: ofOne((b, u) => b.elementwise("log", [u])),
  MatMul: layers.product,
  Max: ofSeveral("max"),
  MaxPool: layers.largestOfTiles,
  Min: ofSeveral("min"),
  Mul: ofSeveral("mul"),
  Neg: ofOne((b, u) => b.elementwise("neg", [u])),
  PRelu: entrywise.slopes,
  Pad: layers.padded,
  Pow: ofSeveral("pow"),
  Relu: ofOne((b, u) => b.elementwise("relu", [u])),
  Resize: layers.nearest,
  Sigmoid: ofOne((b, u) => b.elementwise("sigmoid", [u])),
  Softplus: ofOne((b, u) => b.elementwise("softplus", [u])),
  SpaceToDepth: layers.spaceToDepth,
  Sqrt: ofOne((b, u) => b.elementwise("sqrt", [u])),
  Sub: ofSeveral("sub"),
  Sum: ofSeveral("add"),
  Tanh: ofOne((b, u) => b.elementwise("tanh", [u])),
  Upsample: layers.nearest,
};
