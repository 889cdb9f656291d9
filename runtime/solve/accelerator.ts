import type { Operations } from "../arrays/operations.ts";
import type { Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { FixedPointSolver } from "../program/definition.ts";
import { anderson } from "./anderson.ts";
import { broyden } from "./broyden.ts";
import { picard } from "./picard.ts";
import type { Task } from "./task.ts";

/** Where an iteration x <- map(x) stands: the last point that was accepted, and its image, sample by sample. */
export interface AcceleratorStep {
  readonly x: Value;
  readonly image: Value;
  /** samples whose point was refused just now: they go on from the image of the last good one, without a history */
  readonly restart: readonly boolean[];
  /** samples that still run */
  readonly active: readonly boolean[];
}

/** Proposes the next point of a fixed-point iteration; holds the history of each sample apart. */
export interface Accelerator {
  /** whether its proposals can be worse than the plain image, and must be checked */
  readonly safeguarded: boolean;
  next(step: AcceleratorStep): Task<Value>;
  /** the handles of the history */
  handles(): readonly Handle[];
}

/** What an accelerator is made for. */
export interface AcceleratorSetting {
  readonly operations: Operations;
  readonly batch: number | null;
  readonly samples: number;
}

/** The accelerator of a solver's name. */
export function acceleratorOf(solver: FixedPointSolver, setting: AcceleratorSetting): Accelerator {
  switch (solver.kind) {
    case "picard":
      return picard();
    case "anderson":
      return anderson(solver, setting);
    case "broyden":
      return broyden(solver, setting);
  }
}
