/** Operators of the library (docs/language.md, section 9). */
export const OPERATOR_NAMES = [
  "I",
  "diag",
  "mask",
  "real",
  "imag",
  "fourier",
  "gradient",
  "blur",
  "downsample",
  "bicubic",
  "wavelet",
  "radon",
  "fan_beam",
  "filtered_backprojection",
  "coils",
  "convolution",
  "over_channels",
  "over_pixels",
  "reshape",
  "vstack",
  "hstack",
  "inv",
  "pinv",
  "min_coherence",
  "gaussian",
  "patches",
] as const;

/** Functions to R, and makers of functions. */
export const FUNCTION_NAMES = [
  "norm1",
  "norm2",
  "norm_inf",
  "norm2sq",
  "norm21",
  "tv",
  "huber",
  "huber21",
  "group_norm",
  "nuclear_norm",
  "kullback_leibler",
  "entropy",
  "indicator",
  "conjugate",
] as const;

export const SET_NAMES = [
  "nonnegative",
  "box",
  "ball",
  "ball1",
  "ball_inf",
  "simplex",
  "halfspace",
  "affine",
] as const;

/** Numbers and arrays. */
export const ARRAY_NAMES = [
  "dot",
  "sum",
  "mean",
  "maximum",
  "minimum",
  "norm",
  "lip",
  "row_norms",
  "abs",
  "conj",
  "phase",
  "exp",
  "log",
  "sqrt",
  "sign",
  "relu",
  "tanh",
  "sigmoid",
  "max",
  "min",
  "clip",
  "soft",
  "hard",
  "soft_select",
  "choose",
  "stop_gradient",
  "ones",
  "concat",
  "channel",
  "mod",
  "pi",
  "gaussian_kernel",
  "motion_kernel",
  "disk_kernel",
  "index",
  "batch",
  "normal",
  "uniform",
  "rademacher",
  "array",
  "image",
  "matrix",
  "prox",
  "proj",
  "solve",
  "change",
  "derivative",
  "each",
  "interleaved",
  "consecutive",
] as const;

export const LAYER_NAMES = [
  "conv",
  "upconv",
  "depthwise",
  "dense",
  "batchnorm",
  "instancenorm",
  "layernorm",
  "groupnorm",
  "prelu",
  "leaky_relu",
  "elu",
  "gelu",
  "silu",
  "softplus",
  "softmax",
  "spline",
  "piecewise_linear",
  "maxpool",
  "avgpool",
  "globalpool",
  "shuffle",
  "dropout",
  "residual",
  "skip",
] as const;

export const NET_NAMES = ["unet", "dncnn", "resnet", "icnn", "ridges"] as const;

/** Solvers and methods that stand as settings. */
export const METHOD_NAMES = [
  "picard",
  "anderson",
  "broyden",
  "gmres",
  "bicgstab",
  "cg",
  "inner",
  "neumann",
  "jacobian_free",
  "direct",
] as const;

export type LibraryName =
  | (typeof OPERATOR_NAMES)[number]
  | (typeof FUNCTION_NAMES)[number]
  | (typeof SET_NAMES)[number]
  | (typeof ARRAY_NAMES)[number]
  | (typeof LAYER_NAMES)[number]
  | (typeof NET_NAMES)[number]
  | (typeof METHOD_NAMES)[number];
