import type { Block, Equation, Variable } from "../ir/block.ts";
import { substituteEquation } from "../ir/variables.ts";
import type { Call, Parameter, Pattern, PlanFunction, Result, Statement } from "./call.ts";
import { callOf, outputsOf, type CallContext } from "./calls.ts";
import { usesOfFunction, usesOfStatement, variablesOfResult, type Uses } from "./uses.ts";

/** What the functions of one plan share. */
export interface Setting {
  /** variables that are plain numbers */
  readonly literals: ReadonlyMap<Variable, number>;
  /** calls that make plain numbers and arrays filled with one, wherever they are read: nobody hands them over */
  readonly made: ReadonlyMap<Variable, Statement>;
  /** variables that are other names of a variable */
  readonly same: ReadonlyMap<Variable, Variable>;
  readonly network: CallContext["network"];
  /** the name under which functions know a variable of the declarations or of an earlier section */
  readonly nameOf: (variable: Variable) => string;
}

/**
 * A function of the module: it gets all that is known first, and takes from it what it reads. `more` are calls behind
 * those of the equations.
 */
export function moduleFunction(
  setting: Setting,
  parameters: readonly Parameter[],
  equations: readonly Equation[],
  result: Result,
  more: readonly Statement[] = [],
): PlanFunction {
  const inner = localFunction(setting, parameters, equations, result);
  const calls = [...madeAgain(inner, setting), ...inner.statements, ...more];
  const completed = { ...inner, statements: calls };
  return {
    ...completed,
    parameters: [knownParameter(usesOfFunction(completed), setting), ...inner.parameters],
  };
}

/** A function that may read variables of the functions around it. */
export function localFunction(
  setting: Setting,
  parameters: readonly Parameter[],
  equations: readonly Equation[],
  result: Result,
): PlanFunction {
  const returned = resolveResult(result, setting);
  const statements = liveStatements(setting, equations, variablesOfResult(returned));
  const read = usesOfFunction({ parameters: [], statements, result: returned }).variables;
  return {
    parameters: parameters.map(({ role, pattern }) => ({ role, pattern: readPart(pattern, read) })),
    statements,
    result: returned,
  };
}

/** The parameter for what is known, with the names that are read of it. */
export function knownParameter(uses: Uses, setting: Setting): Parameter {
  const entries = [
    ...[...uses.sizes].map((name) => ({ name, pattern: { kind: "size", name } as const })),
    ...[...uses.spaces].map((name) => ({ name, pattern: { kind: "space", name } as const })),
    ...[...uses.variables].map((variable) => ({
      name: setting.nameOf(variable),
      pattern: { kind: "variable", variable } as const,
    })),
  ];
  return { role: "known", pattern: { kind: "record", entries } };
}

/** Calls that make the numbers and filled arrays which a function reads from elsewhere. */
function madeAgain(inner: PlanFunction, setting: Setting): readonly Statement[] {
  return [...usesOfFunction(inner).variables].flatMap((variable) => setting.made.get(variable) ?? []);
}

/** The calls of the equations on which `wanted` depends. */
function liveStatements(
  setting: Setting,
  equations: readonly Equation[],
  wanted: readonly Variable[],
): readonly Statement[] {
  const context = callContext(setting);
  const needed = new Set(wanted);
  const statements: Statement[] = [];
  for (const equation of [...equations].reverse()) {
    if (!equation.outputs.some((output) => needed.has(output))) continue;
    const call: Call = callOf(substituteEquation(equation, setting.same), context);
    if (call.kind === "same") continue;
    const outputs = outputsOf(equation, (variable) => needed.has(variable));
    const statement = { outputs, call, span: equation.span };
    usesOfStatement(statement).variables.forEach((variable) => needed.add(variable));
    statements.push(statement);
  }
  return statements.reverse();
}

function callContext(setting: Setting): CallContext {
  return {
    literal: (variable) => setting.literals.get(variable) ?? null,
    closure: (patterns: readonly Pattern[], block: Block, result: Result) => {
      const parameters = patterns.map((pattern) => ({ role: "value", pattern }) as const);
      return { kind: "closure", function: localFunction(setting, parameters, block.equations, result) };
    },
    network: setting.network,
  };
}

function resolveResult(result: Result, setting: Setting): Result {
  const resolve = (variable: Variable): Variable => setting.same.get(variable) ?? variable;
  switch (result.kind) {
    case "variable":
      return { kind: "variable", variable: resolve(result.variable) };
    case "constant":
      return result;
    case "list":
      return { kind: "list", items: result.items.map(resolve) };
    case "record":
      return {
        kind: "record",
        entries: result.entries.map((entry) => ({ ...entry, result: resolveResult(entry.result, setting) })),
      };
  }
}

const UNREAD: Pattern = { kind: "list", items: [] };

/** The part of a pattern that is read. */
function readPart(pattern: Pattern, read: ReadonlySet<Variable>): Pattern {
  switch (pattern.kind) {
    case "variable":
      return read.has(pattern.variable) ? pattern : UNREAD;
    case "size":
    case "space":
      return pattern;
    case "list": {
      const items = pattern.items.map((item) =>
        item === null || !isRead(item, read) ? null : readPart(item, read),
      );
      return { kind: "list", items: items.slice(0, items.findLastIndex((item) => item !== null) + 1) };
    }
    case "record": {
      const entries = pattern.entries.filter((entry) => isRead(entry.pattern, read));
      return {
        kind: "record",
        entries: entries.map((entry) => ({ ...entry, pattern: readPart(entry.pattern, read) })),
      };
    }
  }
}

function isRead(pattern: Pattern, read: ReadonlySet<Variable>): boolean {
  switch (pattern.kind) {
    case "variable":
      return read.has(pattern.variable);
    case "size":
    case "space":
      return true;
    case "list":
      return pattern.items.some((item) => item !== null && isRead(item, read));
    case "record":
      return pattern.entries.some((entry) => isRead(entry.pattern, read));
  }
}
