import * as fill from "./wasm/fill.ts";
import * as fourier from "./wasm/fourier.ts";
import * as optimisers from "./wasm/optimisers.ts";
import * as products from "./wasm/products.ts";
import * as mathematics from "./wasm/mathematics.ts";

/** A module of kernels as it is committed: WebAssembly in base 64, without and with relaxed SIMD. */
export interface KernelModule {
  readonly plain: string;
  readonly relaxed: string;
}

/** The modules, by the names of their sources in runtime/kernels/source. */
export const MODULES = {
  fill,
  fourier,
  mathematics,
  optimisers,
  products,
} as const satisfies Record<string, KernelModule>;

export type ModuleName = keyof typeof MODULES;

/** Every kernel, and the module that it stands in. Arguments and items are told where the kernel is defined. */
export const KERNELS = {
  fill: "fill",
  fourier: "fourier",
  phase: "fourier",
  sgd: "optimisers",
  momentum: "optimisers",
  rmsprop: "optimisers",
  rmsprop_centered: "optimisers",
  adam: "optimisers",
  product: "products",
  product_of_rows: "products",
  product_of_dots: "products",
  product_of_tiny: "products",
} as const satisfies Record<string, ModuleName>;

export type KernelName = keyof typeof KERNELS;
