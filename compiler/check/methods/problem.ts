import type { Problem } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Typed } from "../../types/typing.ts";
import { announceMembers, checkMember, type Members, noMembers } from "../checkProgram.ts";
import { type Environment, report } from "../context.ts";
import { expectCondition } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import { declareParameters } from "../parameters.ts";
import { declareHeader, type Header } from "../programs/instance.ts";

/** What a problem may declare: all else belongs to the method that solves it. */
const OF_PROBLEMS: ReadonlySet<string> = new Set([
  "given",
  "input",
  "learn",
  "let",
  "letTuple",
  "fun",
  "draw",
]);

/**
 * Checks the members of a problem, into `members`, and what it may not declare. `header`: what the names of its header
 * are in a program that calls what it is joined to.
 */
export function checkProblem(
  environment: Environment,
  tree: Problem,
  members: Members = noMembers(),
  header: Header | null = null,
): Omit<Problem<Typed>, "declaration"> {
  const parameters =
    header === null
      ? declareParameters(environment, tree.parameters)
      : declareHeader(environment, tree.parameters, header);
  const conditions = tree.conditions.map((condition) =>
    expectCondition(environment, checkExpression(environment, condition)),
  );
  announceMembers(environment, tree.members);
  const checked = tree.members.flatMap((member) => {
    if (OF_PROBLEMS.has(member.kind)) return [checkMember(environment, member, members)];
    const word = member.kind === "target" ? member.target : member.kind;
    const span = member.kind === "target" ? member.targetSpan : member.span;
    report(environment, diagnose("IPX1021", span, { word }, { problem: tree.name.span }));
    return [];
  });
  return { ...tree, parameters, conditions, members: checked };
}
