import type { CheckedProgram, CheckedTarget } from "../../check/program.ts";
import type { Dimension } from "../../types/dimension.ts";
import { constant } from "../../types/dimension.ts";
import { Limitation } from "../limitation.ts";

/** The target by which a program that is called is computed and differentiated: the first that it declares. */
export function defaultTarget(program: CheckedProgram): CheckedTarget {
  const [first] = program.targets;
  if (first !== undefined) return first;
  return {
    target: { kind: "solver", maximum: 1000, every: 1, accelerate: null },
    stepsParameter: null,
    proof: "none",
    counts: {},
  };
}

/** How many steps an unrolled program has: a number, or a size of the caller where it is one of its header. */
export function stepsOf(program: CheckedProgram): Dimension {
  const { target, stepsParameter, counts } = defaultTarget(program);
  const { span } = program.tree.name;
  if (target.kind !== "unrolled")
    throw new Limitation("`per step` values in a call of what is not unrolled", span);
  if (stepsParameter !== null) {
    const parameter = program.tree.parameters.find(({ name }) => name.name === stepsParameter);
    const symbol = parameter?.declaration;
    const origin = symbol !== undefined && "name" in symbol ? symbol.origin : null;
    if (origin?.kind === "size" && origin.stands !== undefined) return origin.stands;
  }
  if (counts.steps !== undefined || typeof target.steps !== "number") {
    throw new Limitation("a called program whose number of steps is an expression", span);
  }
  return constant(target.steps);
}
