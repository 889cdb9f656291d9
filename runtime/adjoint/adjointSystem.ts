import type { Operations } from "../arrays/operations.ts";
import type { Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { AdjointSolver } from "../program/definition.ts";
import type { Task } from "../solve/task.ts";
import { bicgstab } from "./bicgstab.ts";
import { adjointFixedPoint } from "./adjointFixedPoint.ts";
import { gmres } from "./gmres.ts";
import { neumann } from "./neumann.ts";

/** The linear equation w = g + J'w, for each sample alone. */
export interface AdjointSystem {
  readonly operations: Operations;
  readonly batch: number | null;
  readonly samples: number;
  /** g */
  readonly right: Value;
  /** J'w; called inside a scope */
  readonly transposed: (w: Value) => Value;
  readonly foreign: Iterable<Handle>;
  readonly signal?: AbortSignal | undefined;
}

/** A solution; lists have one entry for each sample. */
export interface AdjointSolution {
  readonly w: Value;
  /** applications of J' */
  readonly iterations: readonly number[];
  readonly converged: readonly boolean[];
  /** |g + J'w - w| / |g|; NaN for a method that does not measure it */
  readonly residual: readonly number[];
  readonly owned: readonly Handle[];
}

/** Solves the adjoint equation by the method of a program's target. */
export function* solveAdjoint(system: AdjointSystem, solver: AdjointSolver): Task<AdjointSolution> {
  switch (solver.kind) {
    case "gmres":
      return yield* gmres(system, solver);
    case "bicgstab":
      return yield* bicgstab(system, solver);
    case "neumann":
      return neumann(system, solver.terms);
    case "jacobian_free":
      return neumann(system, 1);
    case "anderson":
    case "broyden":
      return yield* adjointFixedPoint(system, solver);
  }
}
