import type { Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { Values } from "../program/definition.ts";

/** Why the iteration of a sample ended. */
export type Reason = "until" | "fixed_steps" | "cap" | "not_finite";

/** Numbers that were recorded after each step, by name: one for each sample. Row 0 is the first state. */
export interface Trace {
  readonly steps: readonly number[];
  readonly values: Readonly<Record<string, readonly Float64Array[]>>;
}

/** The result of a run; lists have one entry for each sample. */
export interface SolveResult {
  readonly output: Value;
  readonly states: Values;
  readonly reports: Values;
  /** null where the samples have no axis */
  readonly batch: number | null;
  readonly samples: number;
  readonly iterations: readonly number[];
  /** null for programs that take a fixed number of steps by design (unrolled, direct) */
  readonly converged: readonly boolean[] | null;
  /** the last `change` of all states that are arrays; of an equilibrium |step(z) - z| / |z| */
  readonly residual: readonly number[];
  readonly objective: readonly number[] | null;
  readonly reason: readonly Reason[];
  /** states whose assumed interval was left, with the samples that left it */
  readonly assumptionsBroken: readonly { readonly state: string; readonly samples: readonly number[] }[];
  readonly seconds: number;
  readonly trace: Trace | null;
  /** what the result stands on and the caller frees: see `releaseResult` */
  readonly owned: readonly Handle[];
}
