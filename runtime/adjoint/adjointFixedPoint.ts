import { handlesOf } from "../arrays/value.ts";
import type { AdjointSolver } from "../program/definition.ts";
import { solveFixedPoint, type Seen } from "../solve/fixedPoint.ts";
import type { Task } from "../solve/task.ts";
import type { AdjointSolution, AdjointSystem } from "./adjointSystem.ts";

type FixedPointAdjoint = Extract<AdjointSolver, { kind: "anderson" | "broyden" }>;

function relative({ difference, numbers: [square = 0] }: Seen): number {
  return difference === 0 ? 0 : difference / Math.sqrt(square);
}

/** Solves w = g + J'w as a fixed point, from w = g, by Anderson's or Broyden's method for each sample. */
export function* adjointFixedPoint(system: AdjointSystem, solver: FixedPointAdjoint): Task<AdjointSolution> {
  const { operations, right, batch, samples } = system;
  const solved = yield* solveFixedPoint(
    {
      operations,
      batch,
      samples,
      start: right,
      startExtra: {},
      map: (w) => ({
        image: operations.map("g + j", { g: right, j: system.transposed(w) }),
        extra: {},
        numbers: [operations.dot(right, right)],
      }),
      stops: (seen) => relative(seen) <= solver.tolerance,
      residual: relative,
      maximum: solver.maximum,
      foreign: [...system.foreign, ...handlesOf(right)],
      signal: system.signal,
    },
    solver,
  );
  const { iterations, converged, residual } = solved.samples;
  const kept = new Set(handlesOf(solved.x));
  operations.engine.dispose(solved.owned.filter((handle) => !kept.has(handle)));
  return {
    w: solved.x,
    iterations,
    converged,
    residual,
    owned: solved.owned.filter((handle) => kept.has(handle)),
  };
}
