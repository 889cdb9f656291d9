import { type ElementwiseExpression, replaceInputs } from "../../runtime/arrays/expression.ts";
import type { Variable } from "../ir/block.ts";
import type { Argument, Pattern, PlanFunction, Result, Statement } from "./call.ts";

/** What a piece of a plan computes, whatever its variables are called. */
export interface Form {
  /** equal for pieces that compute the same of what they read */
  readonly key: string;
  /** the variables that it reads and does not bind, in the order in which it reads them; not those of `nameOf` */
  readonly free: readonly Variable[];
}

/** The form of a closure; `nameOf` gives the name of what all functions know alike, null for other variables. */
export function formOf(of: PlanFunction, nameOf: (variable: Variable) => string | null): Form {
  const numbers = new Map<Variable, number>();
  const free: Variable[] = [];
  const number = (variable: Variable): string => {
    const found = numbers.get(variable) ?? numbers.size;
    numbers.set(variable, found);
    return `v${found}`;
  };
  const read = (variable: Variable): string => {
    const name = nameOf(variable);
    if (name !== null) return `known ${name}`;
    if (!numbers.has(variable)) free.push(variable);
    return number(variable);
  };
  const names: Names = { read, bound: number };
  return { key: functionKey(of, names), free };
}

interface Names {
  readonly read: (variable: Variable) => string;
  readonly bound: (variable: Variable) => string;
}

function functionKey(of: PlanFunction, names: Names): string {
  const parameters = of.parameters.map(({ role, pattern }) => `${role} ${patternKey(pattern, names)}`);
  const statements = of.statements.map((statement) => statementKey(statement, names));
  return [parameters.join(", "), ...statements, resultKey(of.result, names)].join("\n");
}

function statementKey({ outputs, call }: Statement, names: Names): string {
  const keys = expressionNames(call.arguments);
  const given = call.arguments.map((argument) => argumentKey(argument, names, keys));
  const title = call.kind === "method" ? call.method : `function ${call.name}`;
  return `${title}(${given.join("; ")}) = ${patternKey(outputs, names, keys)}`;
}

/** The names of elementwise expressions by their order: of inputs, and of results. */
function expressionNames(given: readonly Argument[]): ReadonlyMap<string, string> {
  const inputs = given.flatMap((each) =>
    each.kind === "inputs" ? each.entries.map(({ name }) => name) : [],
  );
  const results = given.flatMap((each) => (each.kind === "expressions" ? Object.keys(each.results) : []));
  return new Map([
    ...inputs.map((name, index) => [name, `i${index}`] as const),
    ...results.map((name, index) => [name, `r${index}`] as const),
  ]);
}

function argumentKey(argument: Argument, names: Names, keys: ReadonlyMap<string, string>): string {
  const expression = (of: ElementwiseExpression): ElementwiseExpression =>
    replaceInputs(of, new Map([...keys].map(([from, to]) => [from, { kind: "input", name: to } as const])));
  switch (argument.kind) {
    case "variable":
      return names.read(argument.variable);
    case "list":
      return `[${argument.variables.map(names.read).join(", ")}]`;
    case "inputs":
      return `{${argument.entries.map(({ variable }) => names.read(variable)).join(", ")}}`;
    case "expression":
      return JSON.stringify(expression(argument.expression));
    case "expressions":
      return JSON.stringify(Object.values(argument.results).map(expression));
    case "closure":
      return `closure ${functionKey(argument.function, names)}`;
    case "settings":
      return JSON.stringify(
        Object.entries(argument.settings).map(([name, value]) => [keys.get(name) ?? name, value]),
      );
    case "number":
    case "dimension":
    case "word":
    case "space":
    case "nothing":
    case "known":
      return JSON.stringify(argument);
  }
}

function patternKey(pattern: Pattern, names: Names, keys: ReadonlyMap<string, string> = new Map()): string {
  switch (pattern.kind) {
    case "variable":
      return names.bound(pattern.variable);
    case "size":
    case "space":
      return `${pattern.kind} ${pattern.name}`;
    case "list":
      return `[${pattern.items.map((item) => (item === null ? "" : patternKey(item, names))).join(", ")}]`;
    case "record":
      return `{${pattern.entries
        .map(({ name, pattern: part }) => `${keys.get(name) ?? name}: ${patternKey(part, names)}`)
        .join(", ")}}`;
  }
}

function resultKey(result: Result, names: Names): string {
  switch (result.kind) {
    case "variable":
      return names.read(result.variable);
    case "constant":
      return String(result.value);
    case "list":
      return `[${result.items.map(names.read).join(", ")}]`;
    case "record":
      return `{${result.entries.map(({ name, result: part }) => `${name}: ${resultKey(part, names)}`).join(", ")}}`;
  }
}
