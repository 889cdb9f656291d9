import type { KernelShare } from "./kernels.ts";

/** The word with which a worker is started that sees its kernels. */
export const WATCHED = "watched";

/** What a worker is asked, a line of JSON each. One case is open at a time. */
export type Request =
  | { readonly do: "hello" }
  /** makes a case ready: reads its data, compiles, allocates */
  | { readonly do: "open"; readonly case: string; readonly folder: string }
  /** computes the result once and writes it as .npy */
  | { readonly do: "check"; readonly file: string }
  /** runs so many times and says how long all of them took */
  | { readonly do: "time"; readonly repeats: number }
  /** the same, of a worker that sees its kernels: what each did in a run, and how long a run took */
  | { readonly do: "profile"; readonly repeats: number }
  | { readonly do: "close" };

/** What a worker answers, a line of JSON each. */
export interface Reply {
  readonly versions?: Readonly<Record<string, string>>;
  /** why the worker does not take part in the case */
  readonly missing?: string;
  readonly error?: string;
  readonly seconds?: number;
  readonly kernels?: readonly KernelShare[];
  readonly notes?: Readonly<Record<string, number>>;
}
