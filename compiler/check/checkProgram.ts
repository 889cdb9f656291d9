import type {
  Draw,
  Fun,
  Given,
  Input,
  Learn,
  Let,
  LetTuple,
  Member,
  Objective,
  Output,
  Program,
  State,
  Step,
  Target,
} from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Span } from "../source/span.ts";
import { UNKNOWN } from "../types/type.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import { checkLet, checkLetTuple } from "./bindings.ts";
import { emptyFlow, type Environment, report, type Run } from "./context.ts";
import { expectCondition } from "./expectations.ts";
import { checkExpression } from "./expression.ts";
import { checkFun } from "./funs.ts";
import {
  checkGiven,
  checkInput,
  checkLearn,
  checkObjective,
  checkOutput,
  checkState,
  checkStep,
} from "./members.ts";
import { declareParameters } from "./parameters.ts";
import type { CheckedProgram, CheckedTarget } from "./program.ts";
import { declareHeader, type Header } from "./programs/instance.ts";
import { nestedScope, type Scope } from "./scope.ts";
import { checkDraw } from "./statements/draw.ts";
import { checkSense } from "./targets/sense.ts";
import { checkTarget } from "./targets/target.ts";
import { typing } from "./typed.ts";
import { reportUnread } from "./unread.ts";
import { reportUndetermined, settleOperators } from "./undetermined.ts";

/** The networks and functions of files that a program can reach, by name, and the files that are imported. */
export type Reach = Pick<CheckedProgram, "nets" | "functions" | "imported">;

/** The members of a program as they are checked, one after the other. */
export interface Members {
  readonly givens: Given<Typed>[];
  readonly inputs: Input<Typed>[];
  readonly learnables: Learn<Typed>[];
  readonly states: State<Typed>[];
  readonly bindings: (Let<Typed> | LetTuple<Typed> | Fun<Typed> | Draw<Typed>)[];
  readonly steps: Step<Typed>[];
  readonly outputs: Output<Typed>[];
  readonly objectives: Objective<Typed>[];
  readonly targets: { readonly tree: Target<Typed>; readonly checked: CheckedTarget | null }[];
  counter: Symbol | null;
  until: CheckedProgram["until"];
}

/**
 * Checks a program of a file; null where it has faults that leave nothing to lower. `header`: what the names of its
 * header are in the program that calls it.
 */
export function checkProgram(
  run: Run,
  fileScope: Scope,
  tree: Program,
  reach: Reach,
  header: Header | null = null,
): CheckedProgram | null {
  const scope = nestedScope(fileScope, true);
  const environment: Environment = {
    run,
    scope,
    flow: emptyFlow(),
    place: "header",
    inStep: false,
    silent: false,
  };
  const parameters =
    header === null
      ? declareParameters(environment, tree.parameters)
      : declareHeader(environment, tree.parameters, header);
  const conditions = tree.conditions.map((condition) =>
    expectCondition(environment, checkExpression(environment, condition)),
  );
  announceMembers(environment, tree.members);
  const members = noMembers();
  const trees = tree.members.map((member) => checkMember(environment, member, members));
  return finishProgram(environment, { ...tree, parameters, conditions, members: trees }, members, reach);
}

/** The names of members, which are not known before their declarations. */
export function announceMembers(environment: Environment, members: readonly Member[]): void {
  for (const [name, place] of memberNames(members)) environment.run.later.set(name, place);
}

/** No members yet. */
export function noMembers(): Members {
  return {
    givens: [],
    inputs: [],
    learnables: [],
    states: [],
    bindings: [],
    steps: [],
    outputs: [],
    objectives: [],
    targets: [],
    counter: null,
    until: null,
  };
}

/** The rules of a whole program, once its members are checked; null where it has no output. */
export function finishProgram(
  environment: Environment,
  tree: Omit<Program<Typed>, "declaration">,
  members: Members,
  reach: Reach,
): CheckedProgram | null {
  reportMembers(environment, tree, members);
  checkSense(environment, tree, members);
  reportUnread(environment, members);
  settleOperators(environment);
  reportUndetermined(environment);
  for (const check of environment.run.postponed) check();
  const symbol: Symbol = {
    name: tree.name.name,
    span: tree.name.span,
    origin: { kind: "item", item: "program" },
    typing: typing(UNKNOWN, 0),
    perStep: false,
  };
  const { knowledge, requirements } = environment.run;
  const found = {
    instances: knowledge.instances,
    weightStarts: knowledge.weightStarts,
    requirements,
  };
  return assemble({ ...tree, declaration: symbol }, members, { ...reach, ...found });
}

function assemble(
  tree: Program<Typed>,
  members: Members,
  reach: Reach & Pick<CheckedProgram, "instances" | "weightStarts" | "requirements">,
): CheckedProgram | null {
  const [output] = members.outputs;
  if (output === undefined) return null;
  return {
    tree,
    givens: members.givens,
    inputs: members.inputs,
    learnables: members.learnables,
    states: members.states,
    bindings: members.bindings,
    step: members.steps[0] ?? null,
    output,
    objective: members.objectives[0]?.value ?? null,
    until: members.until,
    targets: members.targets.flatMap(({ checked }) => (checked === null ? [] : [checked])),
    ...reach,
  };
}

/** Checks a member, and keeps it among those of its sort. */
export function checkMember(environment: Environment, member: Member, members: Members): Member<Typed> {
  for (const [name] of memberNames([member])) environment.run.later.delete(name);
  switch (member.kind) {
    case "given":
      return keep(members.givens, checkGiven(environment, member));
    case "input":
      return keep(members.inputs, checkInput(environment, member));
    case "learn":
      return keep(members.learnables, checkLearn(environment, member));
    case "state":
      return keep(members.states, checkState(environment, member));
    case "let":
      return keep(members.bindings, checkLet({ ...environment, place: "let" }, member));
    case "letTuple":
      return keep(members.bindings, checkLetTuple({ ...environment, place: "let" }, member));
    case "fun":
      return keep(members.bindings, checkFun(environment, member));
    case "draw":
      return keep(members.bindings, checkDraw({ ...environment, place: "draw" }, member));
    case "step":
      return checkOnlyStep(environment, member, members);
    case "output":
      return keep(members.outputs, checkOutput(environment, member));
    case "objective":
      return keep(members.objectives, checkObjective(environment, member));
    case "target": {
      const { tree, checked, until } = checkTarget(environment, member);
      members.targets.push({ tree, checked });
      members.until ??= until;
      return tree;
    }
  }
}

function keep<T>(list: T[], member: T): T {
  list.push(member);
  return member;
}

function checkOnlyStep(
  environment: Environment,
  member: Extract<Member, { kind: "step" }>,
  members: Members,
): Step<Typed> {
  const { tree, counter } = checkStep(environment, member);
  members.steps.push(tree);
  members.counter ??= counter;
  environment.run.counter ??= counter;
  for (const [name, place] of stepNames(member)) environment.run.stepNames.set(name, place);
  return tree;
}

/** The names that members declare, with where and with which word. */
function memberNames(
  members: readonly Member[],
): readonly (readonly [string, { span: Span; word: string }])[] {
  return members.flatMap((member) => {
    if (member.kind === "letTuple") {
      return member.names.map(({ name, span }) => [name, { span, word: "let" }] as const);
    }
    if (!("name" in member)) return [];
    return [[member.name.name, { span: member.name.span, word: member.kind }] as const];
  });
}

/** The names of a step's own statements, which nothing outside of it sees. */
function stepNames(
  step: Extract<Member, { kind: "step" }>,
): readonly (readonly [string, { span: Span; word: string }])[] {
  return step.body.statements.flatMap((statement) => {
    switch (statement.kind) {
      case "let":
      case "var":
      case "draw":
      case "fun":
        return [[statement.name.name, { span: statement.name.span, word: statement.kind }] as const];
      case "letTuple":
        return statement.names.map(({ name, span }) => [name, { span, word: "let" }] as const);
      default:
        return [];
    }
  });
}

/** A program has one output, and at most one step and one objective. */
function reportMembers(environment: Environment, tree: Pick<Program, "name">, members: Members): void {
  for (const [word, list] of [
    ["output", members.outputs],
    ["step", members.steps],
    ["objective", members.objectives],
  ] as const) {
    const [first, second] = list;
    if (first !== undefined && second !== undefined) {
      report(environment, diagnose("IPX1016", second.span, { word }, { first: first.span }));
    }
  }
  if (members.outputs.length === 0 && !environment.run.partial) {
    report(environment, diagnose("IPX1015", tree.name.span, { program: tree.name.name }));
  }
}
