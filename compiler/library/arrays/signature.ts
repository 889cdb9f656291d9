import type { Interval } from "../../types/interval.ts";
import type { SettingRules } from "../signature.ts";

/** How the type of a call is found. Each kind has one rule in the checker. */
export type ArrayRule =
  /** one array, entry by entry; `asks` is where the entries must lie */
  | {
      readonly kind: "entrywise";
      readonly ordered: boolean;
      readonly result: "same" | "real";
      readonly asks: Interval | null;
      readonly image: (x: Interval) => Interval;
    }
  /** two real arrays or numbers; a number is repeated */
  | { readonly kind: "pairwise"; readonly image: (a: Interval, b: Interval) => Interval }
  | { readonly kind: "clip" }
  | { readonly kind: "shrinkage" }
  | { readonly kind: "choose" }
  | { readonly kind: "same" }
  | { readonly kind: "dot" }
  | { readonly kind: "reduction"; readonly ordered: boolean; readonly sums: boolean }
  | { readonly kind: "operatorNorm" | "lipschitz" | "rowNorms" }
  | { readonly kind: "pi" | "ones" | "concat" | "channel" | "mod" }
  /** a kernel R[n, n], positive or nonnegative */
  | { readonly kind: "kernel"; readonly positive: boolean }
  | { readonly kind: "index" | "batch" | "indexSet" }
  | { readonly kind: "noise"; readonly arguments: number }
  | { readonly kind: "file"; readonly gives: "array" | "operator" }
  | { readonly kind: "prox" | "projection" | "solve" | "change" | "derivative" | "each" };

/** The signature of a name for numbers and arrays. */
export interface ArraySignature {
  readonly definition: string;
  /** the arguments by name, for messages; `variadic` ones may be followed by more */
  readonly parameters: readonly string[];
  readonly variadic?: true;
  readonly settings: SettingRules;
  readonly rule: ArrayRule;
}
