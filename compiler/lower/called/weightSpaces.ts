import type { CheckedProgram } from "../../check/program.ts";
import { arraySpace, type Space } from "../../types/space.ts";
import { lowerProgram } from "../program/program.ts";
import { spaceOfVariable } from "../values.ts";
import { stepsOf } from "./defaultTarget.ts";

/**
 * The spaces of what a program learns, those of a network's weights one by one, in the order of its file of weights;
 * what is learned `per step` has the steps on a leading axis.
 * @throws Limitation
 */
export function weightSpaces(program: CheckedProgram): readonly Space[] {
  return lowerProgram(program, "", null).parameters.map(({ variable, perStep }) => {
    const space = spaceOfVariable(variable);
    return perStep && space.kind === "array"
      ? arraySpace(space.element, [stepsOf(program), ...space.dimensions])
      : space;
  });
}
