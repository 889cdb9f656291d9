import type { Variable } from "../ir/block.ts";
import { namesOf } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import type { Argument, Pattern, PlanFunction, Result, Statement } from "./call.ts";

/** What a piece of a plan reads. */
export interface Uses {
  readonly variables: ReadonlySet<Variable>;
  readonly sizes: ReadonlySet<string>;
  readonly spaces: ReadonlySet<string>;
  /** whether all that is known is handed on to a network */
  readonly known: boolean;
}

/** What a function reads and does not bind. */
export function usesOfFunction(of: PlanFunction): Uses {
  const bound = new Set([
    ...of.parameters.flatMap((parameter) => variablesOfPattern(parameter.pattern)),
    ...of.statements.flatMap((statement) => variablesOfPattern(statement.outputs)),
  ]);
  const read = union([...of.statements.map(usesOfStatement), usesOfResult(of.result)]);
  return { ...read, variables: new Set([...read.variables].filter((variable) => !bound.has(variable))) };
}

/** What the arguments of a call read. */
export function usesOfStatement(statement: Statement): Uses {
  return union(statement.call.arguments.map(usesOfArgument));
}

/** The variables that a result is made of. */
export function variablesOfResult(result: Result): readonly Variable[] {
  switch (result.kind) {
    case "variable":
      return [result.variable];
    case "constant":
      return [];
    case "list":
      return result.items;
    case "record":
      return result.entries.flatMap((entry) => variablesOfResult(entry.result));
  }
}

/** The variables that a pattern binds. */
export function variablesOfPattern(pattern: Pattern): readonly Variable[] {
  switch (pattern.kind) {
    case "variable":
      return [pattern.variable];
    case "list":
      return pattern.items.flatMap((item) => (item === null ? [] : variablesOfPattern(item)));
    case "record":
      return pattern.entries.flatMap((entry) => variablesOfPattern(entry.pattern));
    case "size":
    case "space":
      return [];
  }
}

function union(parts: readonly Uses[]): Uses {
  return {
    variables: new Set(parts.flatMap((part) => [...part.variables])),
    sizes: new Set(parts.flatMap((part) => [...part.sizes])),
    spaces: new Set(parts.flatMap((part) => [...part.spaces])),
    known: parts.some((part) => part.known),
  };
}

const NOTHING: Uses = { variables: new Set(), sizes: new Set(), spaces: new Set(), known: false };

const usesOfVariables = (variables: readonly Variable[]): Uses => ({
  ...NOTHING,
  variables: new Set(variables),
});

function usesOfResult(result: Result): Uses {
  return usesOfVariables(variablesOfResult(result));
}

function usesOfArgument(argument: Argument): Uses {
  switch (argument.kind) {
    case "variable":
      return usesOfVariables([argument.variable]);
    case "list":
      return usesOfVariables(argument.variables);
    case "inputs":
      return usesOfVariables(argument.entries.map((entry) => entry.variable));
    case "dimension":
      return { ...NOTHING, sizes: new Set(namesOf(argument.dimension)) };
    case "space":
      return usesOfSpace(argument.space);
    case "closure":
      return usesOfFunction(argument.function);
    case "known":
      return { ...NOTHING, known: true };
    case "number":
    case "word":
    case "expression":
    case "expressions":
    case "settings":
    case "nothing":
      return NOTHING;
  }
}

function usesOfSpace(space: Space): Uses {
  switch (space.kind) {
    case "array":
      return { ...NOTHING, sizes: new Set(space.dimensions.flatMap(namesOf)) };
    case "named":
      return { ...NOTHING, spaces: new Set([space.name]) };
    case "product":
      return union(space.parts.map(usesOfSpace));
  }
}
