import type { ProgramDefinition, Target } from "../../runtime/program/definition.ts";
import { UsageError } from "../failure.ts";

/** The numbers of a target that a run may change. */
export interface Limits {
  /** the cap of a solver or an equilibrium */
  readonly max?: number;
  /** the steps of an unrolled network */
  readonly steps?: number;
  /** the tolerance of an equilibrium */
  readonly tol?: number;
}

const TAKEN: { readonly [K in Target["kind"]]: readonly (keyof Limits)[] } = {
  direct: [],
  solver: ["max"],
  unrolled: ["steps"],
  equilibrium: ["max", "tol"],
};

const WHY: { readonly [L in keyof Limits]-?: string } = {
  max: "it is the most steps of a solver or an equilibrium; an unrolled network takes --steps",
  steps: "it is the number of steps of an unrolled network; a solver or an equilibrium takes --max",
  tol: "it is the tolerance of an equilibrium; a solver stops where `until` of the program says",
};

/**
 * The program with a run's own limits instead of those of its target.
 * @throws UsageError for a limit that the target does not have
 */
export function limited(definition: ProgramDefinition, limits: Limits): ProgramDefinition {
  const { target } = definition;
  for (const limit of ["max", "steps", "tol"] as const) {
    if (limits[limit] === undefined || TAKEN[target.kind].includes(limit)) continue;
    throw new UsageError(`--${limit} is not for the target ${target.kind}: ${WHY[limit]}.`);
  }
  const { max, steps, tol } = limits;
  switch (target.kind) {
    case "direct":
      return definition;
    case "solver":
      return { ...definition, target: { ...target, maximum: max ?? target.maximum } };
    case "equilibrium":
      return {
        ...definition,
        target: { ...target, maximum: max ?? target.maximum, tolerance: tol ?? target.tolerance },
      };
    case "unrolled":
      return steps === undefined ? definition : withSteps(definition, target, steps);
  }
}

/** Where a header parameter counts the steps, it has their number, so that schedules follow. */
function withSteps(
  definition: ProgramDefinition,
  target: Extract<Target, { kind: "unrolled" }>,
  steps: number,
): ProgramDefinition {
  const sizes = definition.sizes.map((size) =>
    size.name === target.size ? { ...size, initial: steps } : size,
  );
  return { ...definition, sizes, target: { ...target, steps, chosen: true } };
}
