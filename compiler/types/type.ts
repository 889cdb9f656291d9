import type { Space } from "./space.ts";

/** The types of the language's expressions. `unknown` stands for what failed and never causes another error. */
export type Type =
  | { readonly kind: "value"; readonly space: Space }
  /** a literal 0, which is of every space */
  | { readonly kind: "zero" }
  | { readonly kind: "operator"; readonly domain: Space; readonly codomain: Space }
  /** functions, maps and applied networks; several arguments are not joined */
  | { readonly kind: "function"; readonly parameters: readonly Space[]; readonly result: Space }
  /** a layer or a pipe of layers that still awaits its images */
  | { readonly kind: "layer" }
  | { readonly kind: "set"; readonly space: Space | null }
  | { readonly kind: "distribution"; readonly space: Space | null }
  /** a method with settings, such as cg(tol = 1e-6) */
  | { readonly kind: "method" }
  | { readonly kind: "word" }
  | { readonly kind: "file" }
  | { readonly kind: "program" }
  | { readonly kind: "unknown" };
