import type { Given, Member, Parameter, Problem, Program, ProgramFor } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { isReal, type Space, spaceText } from "../../types/space.ts";
import { hasUnknowns, resolveSpace } from "../../types/substitution.ts";
import { UNKNOWN } from "../../types/type.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import {
  announceMembers,
  checkMember,
  finishProgram,
  type Members,
  noMembers,
  type Reach,
} from "../checkProgram.ts";
import { emptyFlow, type Environment, report, type Run } from "../context.ts";
import { expectCondition } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import { declareParameters } from "../parameters.ts";
import type { CheckedProgram } from "../program.ts";
import { declareHeader, type Header } from "../programs/instance.ts";
import { nestedScope, type Scope } from "../scope.ts";
import { typing } from "../typed.ts";
import { checkProblem } from "./problem.ts";
import { checkSupply, solveSupply } from "./supply.ts";

/** An item with the scope of its file. */
export interface Placed<T> {
  readonly tree: T;
  readonly scope: Scope;
}

/** What is joined. */
export interface Join {
  readonly item: ProgramFor;
  readonly method: Placed<Program>;
  readonly problem: Placed<Problem>;
}

/**
 * `program p = method for problem`: the members of the problem, then those of the method, in which each `given` that
 * the problem declares by the same name is what the problem declares. A space of the method's header is the one for
 * which those types agree, else the problem's of that name, else it stays a space of the program. Null where the two do
 * not go together. `header`: what the names of the joined header are in the program that calls it.
 */
export function checkJoin(
  run: Run,
  { item, method, problem }: Join,
  reach: Reach,
  header: Header | null = null,
): CheckedProgram | null {
  const members = noMembers();
  const outer = environmentIn(run, nestedScope(problem.scope, true));
  const problemTree = checkProblem(outer, problem.tree, members, header);
  const supplied = new Map(outer.scope.symbols);
  const inner = environmentIn(run, nestedScope(method.scope, true));
  for (const [name, symbol] of supplied) inner.scope.symbols.set(name, symbol);
  const answers = method.tree.members.flatMap((member) => {
    const symbol = member.kind === "given" ? supplied.get(member.name.name) : undefined;
    return member.kind === "given" && symbol !== undefined ? [{ given: member, symbol }] : [];
  });
  const solve = (environment: Environment): void => {
    for (const { given, symbol } of answers) solveSupply(environment, given, symbol);
  };
  const parameters = declareMethodParameters(inner, item, method.tree.parameters, {
    supplied,
    solve,
    header,
  });
  const conditions = method.tree.conditions.map((condition) =>
    expectCondition(inner, checkExpression(inner, condition)),
  );
  for (const { given, symbol } of answers) checkSupply(inner, item, given, symbol);
  const own = method.tree.members.filter((member) => !answers.some(({ given }) => given === member));
  reportMissing(inner, item, own);
  if (run.diagnostics.some(({ severity }) => severity === "error")) return null;
  announceMembers(inner, own);
  const trees = own.map((member) => checkMember(inner, member, members));
  reportIgnored(inner, item, members);
  const tree: Omit<Program<Typed>, "declaration"> = {
    ...method.tree,
    name: item.name,
    doc: item.doc ?? method.tree.doc,
    span: item.span,
    parameters: [...problemTree.parameters, ...parameters],
    conditions: [...problemTree.conditions, ...conditions],
    members: [...problemTree.members, ...trees],
  };
  return finishProgram(inner, tree, members, reach);
}

function environmentIn(run: Run, scope: Scope): Environment {
  return { run, scope, flow: emptyFlow(), place: "header", inStep: false, silent: false };
}

/** What decides the names of a method's header. */
interface Supplied {
  /** what the problem declares */
  readonly supplied: ReadonlyMap<string, Symbol>;
  /** makes the types of the functions agree */
  readonly solve: (environment: Environment) => void;
  readonly header: Header | null;
}

/** Declares the method's spaces and sizes, but for those that the problem decides; gives those that stay open. */
function declareMethodParameters(
  environment: Environment,
  item: ProgramFor,
  written: readonly Parameter[],
  { supplied, solve, header }: Supplied,
): readonly Parameter<Typed>[] {
  const { run, scope } = environment;
  const trial: Environment = { ...environment, scope: nestedScope(scope), silent: true };
  const unknowns = new Map<string, Space>();
  for (const parameter of written) {
    const { name } = parameter;
    if (parameter.kind === "sizeParameter") {
      if (!supplied.has(name.name)) declareParameters(trial, [parameter]);
      continue;
    }
    const space: Space = { kind: "named", name: `?${run.span.start}:method ${name.name}`, field: "any" };
    unknowns.set(name.name, space);
    trial.scope.symbols.set(name.name, spaceSymbol(parameter, space));
  }
  solve(trial);
  return written.flatMap((parameter) => {
    const { name } = parameter;
    const unknown = unknowns.get(name.name);
    const found = unknown === undefined ? null : resolveSpace(run.substitution, unknown);
    const known = supplied.get(name.name);
    if (found !== null && !hasUnknowns(found)) {
      scope.symbols.set(name.name, spaceSymbol(parameter, found));
    } else if (known?.origin.kind !== (parameter.kind === "spaceParameter" ? "space" : "size")) {
      return header === null
        ? declareParameters(environment, [parameter])
        : declareHeader(environment, [parameter], header);
    }
    checkField(environment, item, parameter);
    return [];
  });
}

function spaceSymbol(parameter: Parameter, space: Space): Symbol {
  const { name, span } = parameter.name;
  return { name, span, origin: { kind: "space", space }, typing: typing(UNKNOWN, 0), perStep: false };
}

/** A method that asks for real arrays gets real ones. */
function checkField(environment: Environment, item: ProgramFor, parameter: Parameter): void {
  if (parameter.kind !== "spaceParameter" || parameter.field === null) return;
  const origin = environment.scope.symbols.get(parameter.name.name)?.origin;
  if (origin?.kind !== "space" || isReal(origin.space) === (parameter.field === "R")) return;
  const args = { name: parameter.name.name, wanted: parameter.field, actual: spaceText(origin.space) };
  report(environment, diagnose("IPX2035", item.problem.span, args, { asked: parameter.span }));
}

/** Functions that the method is given and nothing supplies: a program cannot be bound to them. */
function reportMissing(environment: Environment, item: ProgramFor, members: readonly Member[]): void {
  for (const member of members) {
    if (member.kind !== "given" || !isFunctionGiven(member)) continue;
    const args = { problem: item.problem.name, method: item.method.name, name: member.name.name };
    report(environment, diagnose("IPX1020", item.problem.span, args, { asked: member.span }));
  }
}

/** Whether a `given` is a function to R, which makes a program a method. */
export function isFunctionGiven(given: Given): boolean {
  const { type } = given;
  if (type.kind !== "functionType" || type.codomain.kind !== "arrayType") return false;
  return type.codomain.scalar === "R" && type.codomain.dimensions.length === 0;
}

/** Functions of the problem that nothing reads: the method minimises something else. */
function reportIgnored(environment: Environment, item: ProgramFor, members: Members): void {
  const { run } = environment;
  for (const binding of members.bindings) {
    const symbol = binding.declaration;
    if (!("name" in symbol) || symbol.typing.type.kind !== "function" || run.reads.has(symbol)) continue;
    run.excused.add(symbol.name);
    const args = { problem: item.problem.name, method: item.method.name, name: symbol.name };
    report(environment, diagnose("IPX1022", item.method.span, args, { declared: symbol.span }));
  }
}
