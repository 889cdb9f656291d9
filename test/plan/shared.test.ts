import { expect, test } from "vitest";
import type { PlanFunction } from "../../compiler/plan/call.ts";
import { withSharedFunctions } from "../../compiler/plan/shared.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { functionsOf } from "../../compiler/plan/traverse.ts";
import { compiledProgram, planOf } from "../laws/lab/compiled.ts";
import { problem } from "../laws/lab/problems.ts";

const compiledSmall = (name: string) => compiledProgram(name, problem(name).edits);

/** The calls of functions, those of their closures included. */
function callsOf(functions: readonly PlanFunction[]): number {
  return functions.reduce((sum, { statements }) => {
    const closures = statements.flatMap(({ call }) =>
      call.arguments.flatMap((argument) => (argument.kind === "closure" ? [argument.function] : [])),
    );
    return sum + statements.length + callsOf(closures);
  }, 0);
}

function sizeOf(plan: Plan): number {
  return callsOf([...functionsOf(plan), ...plan.networks.map((network) => network.function)]);
}

test.each([
  ["admm_net", "unrolled", ["H_applied", "H_adjoint", "system"]],
  ["modl", "unrolled", ["system"]],
  ["model_adaptation", "solver", ["round"]],
  ["variational_network", "unrolled", ["K_applied", "K_adjoint"]],
] as const)("what %s would write again and again is a function of its module", (name, target, made) => {
  const plan = planOf(compiledSmall(name), target);
  const shorter = withSharedFunctions(plan);
  expect(shorter.networks.map((network) => network.name)).toEqual(expect.arrayContaining([...made]));
  expect(sizeOf(shorter)).toBeLessThan(sizeOf(plan));
  expect(withSharedFunctions(shorter)).toEqual(shorter);
});

test("a plan that repeats nothing stays as it is", () => {
  const plan = planOf(compiledSmall("lista"), "unrolled");
  expect(withSharedFunctions(plan)).toEqual(plan);
});
