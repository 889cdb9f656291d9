import type { CheckedProgram } from "../../check/program.ts";
import type { Unknowns } from "../scalar/unknowns.ts";
import { type Leaf, PLACEHOLDER, same } from "../symbolic/combination.ts";
import type { GradientStep } from "./smoothPart.ts";
import type { ProxAtom } from "./steps.ts";

/**
 * The operator of a gradient step on 1/2 |A x - b|^2 that a refutation may choose: A is given, b is there, and the prox
 * around the step, if any, damps nothing near a solution in the interior, where a soft threshold and the projection
 * onto x >= 0 have slope 1. Null where one of these fails.
 */
export function undampedOperator(
  program: CheckedProgram,
  unknowns: Unknowns,
  found: GradientStep,
  outer: ProxAtom | null,
): Leaf | null {
  const { leaf } = found;
  const free = [...program.givens, ...program.inputs].some((each) => each.name.name === leaf?.key);
  return free && found.hasData && isUndamped(unknowns, outer) ? leaf : null;
}

function isUndamped(unknowns: Unknowns, outer: ProxAtom | null): boolean {
  if (outer === null) return true;
  const known = [...outer.of.nonsmooth].every(
    ([key, { argument }]) =>
      (key.startsWith("norm1[") || key.startsWith("indicator(nonnegative)[")) &&
      same(unknowns, argument, PLACEHOLDER),
  );
  return known && outer.of.gradient.parts.size === 0;
}
