/** What a worker is asked, a line of JSON each. One case is open at a time. */
export type Request =
  | { readonly do: "hello" }
  /** makes a case ready: reads its data, compiles, allocates */
  | { readonly do: "open"; readonly case: string; readonly folder: string }
  /** computes the result once and writes it as .npy */
  | { readonly do: "check"; readonly file: string }
  /** runs so many times and says how long all of them took */
  | { readonly do: "time"; readonly repeats: number }
  | { readonly do: "close" };

/** What a worker answers, a line of JSON each. */
export interface Reply {
  readonly versions?: Readonly<Record<string, string>>;
  /** why the worker does not take part in the case */
  readonly missing?: string;
  readonly error?: string;
  readonly seconds?: number;
  readonly notes?: Readonly<Record<string, number>>;
}
