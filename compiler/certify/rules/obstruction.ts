import { stateOf } from "../symbolic/combination.ts";
import { isConvex } from "../symbolic/convex.ts";
import type { NormalStep } from "../symbolic/step.ts";
import { gradientForm } from "./smoothPart.ts";
import { outermost, vectorStates } from "./steps.ts";

/** Why no rule has spoken of a step. */
export function obstructionOf(step: NormalStep): string {
  const changing = whatChanges(step);
  if (changing !== null) return changing;
  const loops = step.events.some(({ kind }) => kind === "while");
  const branches = step.events.some(({ kind }) => kind === "if");
  const place = loops ? " around its loop" : branches ? " around its branch" : "";
  return `the step is none of the algorithms that have a rule${place}`;
}

/** A gradient step, perhaps with a prox, whose sizes change from step to step. */
function whatChanges(step: NormalStep): string | null {
  const [state] = vectorStates(step, 1) ?? [];
  if (state === undefined) return null;
  const { unknowns } = step.context;
  const relaxed = outermost(state.next, "prox");
  if (relaxed !== null && !isConvex(unknowns, relaxed.outer.of)) {
    return "the weight of the prox is not known to be nonnegative";
  }
  const inner = relaxed === null ? state.next : relaxed.outer.point;
  const found = gradientForm(unknowns, inner, stateOf(state.symbol));
  return found?.varies === true
    ? "the step size changes from step to step, and the rules are for one step size"
    : null;
}
