/** The operators of ONNX that a network of a file may have. */
export const ONNX_OPERATORS = [
  "Abs",
  "Add",
  "AveragePool",
  "BatchNormalization",
  "Clip",
  "Concat",
  "Constant",
  "Conv",
  "ConvTranspose",
  "DepthToSpace",
  "Div",
  "Dropout",
  "Elu",
  "Erf",
  "Exp",
  "Flatten",
  "Gelu",
  "Gemm",
  "GlobalAveragePool",
  "Identity",
  "InstanceNormalization",
  "LeakyRelu",
  "Log",
  "MatMul",
  "Max",
  "MaxPool",
  "Min",
  "Mul",
  "Neg",
  "PRelu",
  "Pad",
  "Pow",
  "Relu",
  "Resize",
  "Sigmoid",
  "Softplus",
  "SpaceToDepth",
  "Sqrt",
  "Sub",
  "Sum",
  "Tanh",
  "Upsample",
] as const;

export type OnnxOperator = (typeof ONNX_OPERATORS)[number];

/** Whether a network may have an operator of that name. */
export function isOperator(name: string): name is OnnxOperator {
  return (ONNX_OPERATORS as readonly string[]).includes(name);
}
