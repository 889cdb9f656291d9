import convolution from "./wasm/convolution.ts";
import depthwise from "./wasm/depthwise.ts";
import differences from "./wasm/differences.ts";
import fill from "./wasm/fill.ts";
import filtergradient from "./wasm/filtergradient.ts";
import fourier from "./wasm/fourier.ts";
import optimisers from "./wasm/optimisers.ts";
import products from "./wasm/products.ts";
import mathematics from "./wasm/mathematics.ts";
import movement from "./wasm/movement.ts";
import patches from "./wasm/patches.ts";
import pooling from "./wasm/pooling.ts";
import projection from "./wasm/projection.ts";
import reductions from "./wasm/reductions.ts";
import replay from "./wasm/replay.ts";
import indexed from "./wasm/indexed.ts";
import singular from "./wasm/singular.ts";
import sparse from "./wasm/sparse.ts";
import symmetrised from "./wasm/symmetrised.ts";
import wavelet from "./wasm/wavelet.ts";
import winograd from "./wasm/winograd.ts";

/** A module of kernels as it is committed: WebAssembly in base 64, without and with relaxed SIMD. */
export interface KernelModule {
  readonly plain: string;
  readonly relaxed: string;
}

/** The modules, by the names of their sources in runtime/kernels/source. */
export const MODULES = {
  convolution,
  depthwise,
  differences,
  fill,
  filtergradient,
  fourier,
  mathematics,
  movement,
  optimisers,
  patches,
  pooling,
  products,
  projection,
  reductions,
  replay,
  indexed,
  singular,
  sparse,
  symmetrised,
  wavelet,
  winograd,
} as const satisfies Record<string, KernelModule>;

export type ModuleName = keyof typeof MODULES;

/** Every kernel, and the module that it stands in. Arguments and items are told where the kernel is defined. */
export const KERNELS = {
  fill: "fill",
  copy: "fill",
  fourier: "fourier",
  fourier_real: "fourier",
  phase: "fourier",
  wavelet_analysis: "wavelet",
  wavelet_synthesis: "wavelet",
  differences: "differences",
  project_lay: "projection",
  project_forward: "projection",
  project_spread: "projection",
  project_backward: "projection",
  project_join: "projection",
  sgd: "optimisers",
  momentum: "optimisers",
  rmsprop: "optimisers",
  rmsprop_centered: "optimisers",
  adam: "optimisers",
  product: "products",
  product_of_tiny: "products",
  pack_filters: "convolution",
  convolve_tiles: "convolution",
  convolve_dots: "convolution",
  convolve_single: "convolution",
  filter_gradient_tiles: "filtergradient",
  filter_gradient_swapped: "filtergradient",
  filter_gradient_single: "filtergradient",
  sum_parts: "filtergradient",
  depthwise: "depthwise",
  depthwise_filter_gradient: "depthwise",
  max_pool: "pooling",
  max_pool_gradient: "pooling",
  reduce_rows: "reductions",
  reduce_columns: "reductions",
  kth_largest: "reductions",
  replay: "replay",
  right_singular: "singular",
  move_rows: "movement",
  transpose: "movement",
  gather: "movement",
  take_rows: "indexed",
  add_rows: "indexed",
  add_patches: "patches",
  sparse_product: "sparse",
  symmetrised: "symmetrised",
  winograd_filters: "winograd",
  winograd_convolve: "winograd",
  winograd_gradient: "winograd",
  winograd_gradient_points: "winograd",
  winograd_gradient_filters: "winograd",
} as const satisfies Record<string, ModuleName>;

export type KernelName = keyof typeof KERNELS;

/**
 * Kernels that write nothing but whole arrays whose places stand at these arguments, entry by entry; each may be the
 * array whose place stands before it, and no other.
 */
export const IN_PLACE: { readonly [K in KernelName]?: readonly number[] } = {
  sgd: [3],
  momentum: [3, 5],
  rmsprop: [3, 5, 7],
  rmsprop_centered: [3, 5, 7, 9],
  adam: [3, 5, 7],
};
