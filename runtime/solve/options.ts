import type { Measure } from "./tracer.ts";

/** Where a run stands, for people who wait. */
export interface Progress {
  /** steps taken */
  readonly step: number;
  readonly maximum: number;
  /** samples that have ended */
  readonly ended: number;
  readonly samples: number;
  /** the largest residual of the samples that still run */
  readonly residual: number;
}

/** How a run may be changed, watched and interrupted. */
export interface SolveOptions {
  /** instead of the target's cap, or number of steps */
  readonly maximum?: number;
  /** steps between two tests of a solver */
  readonly every?: number;
  /** for an unrolled program: `per step` values past the last step */
  readonly beyond?: "error" | "last" | "cycle";
  readonly signal?: AbortSignal;
  readonly progress?: (progress: Progress) => void;
  /** numbers to record after each step */
  readonly measure?: Measure;
}
