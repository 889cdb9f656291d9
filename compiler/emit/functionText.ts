import type { PlacedMethod } from "../../runtime/arrays/operations.ts";
import { print } from "../../runtime/arrays/print.ts";
import { type ElementwiseExpression, replaceInputs } from "../../runtime/arrays/expression.ts";
import type { Variable } from "../ir/block.ts";
import type {
  Argument,
  ExpressionsArgument,
  InputsArgument,
  Method,
  Parameter,
  Pattern,
  PlanFunction,
  Result,
  ResultEntry,
  Role,
  SettingsArgument,
  Statement,
} from "../plan/call.ts";
import { identifier, uniqueIdentifier } from "../plan/names.ts";
import type { PlanGroup, PlanNetwork } from "../plan/plan.ts";
import type { Span } from "../source/span.ts";
import { usesOfFunction, variablesOfPattern, variablesOfResult } from "../plan/uses.ts";
import { bundlesOf, takenEntries, type Bundle, type GroupEntry } from "./groups.ts";
import { outputHint } from "./hints.ts";
import { Locals, sizeKey, spaceKey, type LocalKey } from "./locals.ts";
import type { RuntimeName } from "./reserved.ts";
import { dimensionCode, spaceCode } from "./spaceText.ts";
import { braces, isIdentifier, literal, property } from "./text.ts";

/** What a module tells the printer of its functions. */
export interface ModuleNames {
  readonly isReserved: (name: string) => boolean;
  readonly network: (name: string) => string;
  readonly networkOf: (name: string) => PlanNetwork | null;
  /** the type of the record that a network takes or gives */
  readonly recordType: (group: PlanGroup) => string;
  /** a place in the program, in words */
  readonly placeOf: (span: Span) => string | null;
  /** notes that the module uses a name of the runtime */
  readonly use: (name: RuntimeName) => void;
}

/** How the locals of a function are named: what takes part in its parameters and results by name. */
export interface Naming {
  readonly parameter: (role: Role, key: string, variable: Variable) => string;
  readonly result: (path: readonly string[]) => string | null;
}

/** A function in the parts from which it is written. */
export interface FunctionText {
  /** the patterns of the parameters, without the operations; null for one that is not read */
  readonly parameters: readonly { readonly parameter: Parameter; readonly text: string | null }[];
  readonly lines: readonly string[];
  /** the returned expression */
  readonly value: string;
}

/** The text of a function of the module. */
export function functionText(of: PlanFunction, naming: Naming, names: ModuleNames): FunctionText {
  const locals = Locals.ofFunction(names.isReserved);
  const printer = new Printer(locals, naming, names, false);
  return printer.print(of, usesOfFunction({ ...of, parameters: [] }).known);
}

/** The body of an arrow function, after `=>`. */
export function arrowBody(text: Pick<FunctionText, "lines" | "value">): string {
  if (text.lines.length > 0) return `{\n${[...text.lines, `return ${text.value};`].join("\n")}\n}`;
  return text.value.startsWith("{") ? `(${text.value})` : text.value;
}

const PLACED: ReadonlySet<Method> = new Set<PlacedMethod>(["library", "filteredBackprojection", "rowNorms"]);

/** Prints one function, and the closures in it. */
export class Printer {
  protected readonly locals: Locals;
  protected readonly naming: Naming;
  protected readonly names: ModuleNames;
  /** whether a second variable of a name is an update of the first, as in a loop's body */
  private readonly updates: boolean;
  /** what is handed on together only */
  private readonly bundles = new Map<Variable, Bundle>();

  constructor(locals: Locals, naming: Naming, names: ModuleNames, updates: boolean) {
    this.locals = locals;
    this.naming = naming;
    this.names = names;
    this.updates = updates;
  }

  print(of: PlanFunction, wholeKnown: boolean): FunctionText {
    const opening: string[] = [];
    const { given, saved } = bundlesOf(of, this.names.networkOf);
    for (const bundle of saved === null ? given : [...given, saved]) this.addBundle(bundle);
    const parameters = of.parameters.map((parameter) => ({
      parameter,
      text:
        parameter.role === "known"
          ? this.knownPattern(parameter, wholeKnown, opening)
          : this.parameterPattern(parameter),
    }));
    const defined = new Set(of.statements.flatMap((statement) => variablesOfPattern(statement.outputs)));
    this.nameResults(of.result, [], defined);
    const returned = returnedCall(of);
    const statements = returned === null ? of.statements : of.statements.slice(0, -1);
    const lines = statements.map((statement) => this.statement(statement));
    if (returned === null)
      return { parameters, lines: [...opening, ...lines], value: this.result(of.result) };
    const value = this.call(returned);
    return {
      parameters,
      lines: [...opening, ...lines],
      value: of.result.kind === "list" ? `[${value}]` : value,
    };
  }

  /** What is known is taken apart in the signature, but where names with dots or all of it are read. */
  protected knownPattern(parameter: Parameter, whole: boolean, opening: string[]): string | null {
    const { pattern } = parameter;
    const entries = pattern.kind === "record" ? pattern.entries : [];
    const dotted = entries.filter((entry) => entry.name.includes("."));
    for (const { name, pattern: part } of dotted) {
      if (part.kind === "variable") this.locals.place(part.variable, `known[${JSON.stringify(name)}]`);
    }
    const plain = entries.filter((entry) => !dotted.includes(entry));
    const taken = braces(
      plain.map((entry) =>
        property(
          entry.name,
          this.pattern(entry.pattern, () => entry.name),
        ),
      ),
    );
    if (dotted.length === 0 && !whole) return plain.length === 0 ? null : taken;
    if (plain.length > 0) opening.push(`const ${taken} = known;`);
    return "known";
  }

  protected parameterPattern({ role, pattern }: Parameter): string | null {
    if (pattern.kind === "variable") return this.pattern(pattern);
    const text = this.rolePattern(role, pattern);
    return text === "{}" || text === "[]" ? null : text;
  }

  private rolePattern(role: Role, pattern: Pattern): string {
    if (pattern.kind !== "record") return this.pattern(pattern);
    const rest = new Set<string>();
    const entries = pattern.entries.map(({ name, pattern: part }) => {
      const bundle = part.kind === "variable" ? this.bundles.get(part.variable) : undefined;
      if (bundle !== undefined) {
        rest.add(`...${this.bundleText(bundle)}`);
        return null;
      }
      if (part.kind === "record") {
        const inner = this.rolePattern(role, part);
        return inner === "{}" ? null : property(name, inner);
      }
      return property(
        name,
        this.pattern(part, (variable) => this.naming.parameter(role, name, variable)),
      );
    });
    const read = entries.filter((entry) => entry !== null);
    const [only = ""] = rest;
    return read.length === 0 && rest.size === 1 ? only.slice(3) : braces([...read, ...rest]);
  }

  /** Notes what is handed on together only. */
  private addBundle(bundle: Bundle): void {
    for (const { variable } of bundle.entries) this.bundles.set(variable, bundle);
  }

  private bundleText(bundle: Bundle): string {
    const [first] = bundle.entries;
    return this.locals.name(
      `bundle ${bundle.entries.length} ${first?.name ?? ""} ${bundle.hint}`,
      bundle.hint,
    );
  }

  /** A pattern whose names are made up from hints. */
  private pattern(
    pattern: Pattern,
    hints: (variable: Variable) => string = (variable) => variable.name,
    updates: boolean = this.updates,
  ): string {
    switch (pattern.kind) {
      case "variable": {
        const hint = hints(pattern.variable);
        return this.locals.name(pattern.variable, hint, updates ? `${identifier(hint)}_next` : hint);
      }
      case "size":
        return this.locals.name(sizeKey(pattern.name), pattern.name);
      case "space":
        return this.locals.name(spaceKey(pattern.name), pattern.name);
      case "list":
        return `[${pattern.items.map((item) => (item === null ? "" : this.pattern(item, hints, updates))).join(", ")}]`;
      case "record":
        return braces(
          pattern.entries.map(({ name, pattern: part }) =>
            property(name, this.pattern(part, hints, updates)),
          ),
        );
    }
  }

  /** Names what is returned by its place in the result, before other locals take the name. */
  private nameResults(result: Result, path: readonly string[], defined: ReadonlySet<Variable>): void {
    if (result.kind === "record") {
      for (const entry of result.entries) this.nameResults(entry.result, [...path, entry.name], defined);
    }
    if (result.kind !== "variable" || !defined.has(result.variable) || this.bundles.has(result.variable))
      return;
    const hint = this.naming.result(path);
    if (hint !== null) this.locals.name(result.variable, hint);
  }

  protected statement(statement: Statement): string {
    const { outputs, call } = statement;
    const [results, inputs, endings] = call.arguments;
    if (results?.kind === "expressions" && inputs?.kind === "inputs")
      return this.kernel(statement, results, inputs, endings?.kind === "settings" ? endings : null);
    const text = this.call(statement);
    const hints = (variable: Variable): string => this.hint(call, variable);
    const group = call.kind === "function" ? (this.names.networkOf(call.name)?.given ?? null) : null;
    const updates = this.updates || outputs.kind !== "variable";
    const pattern =
      group !== null && outputs.kind === "list"
        ? this.groupedPattern(outputs.items, group, hints)
        : this.pattern(outputs, hints, updates);
    return `const ${pattern} = ${text};`;
  }

  /** A call for several results, which have the names of the locals that they become. */
  private kernel(
    { outputs, call }: Statement,
    { results }: ExpressionsArgument,
    { entries }: InputsArgument,
    endings: SettingsArgument | null,
  ): string {
    const hints = (variable: Variable): string => this.hint(call, variable);
    const made = outputs.kind === "record" ? outputs.entries : [];
    const locals = new Map(made.map(({ name, pattern }) => [name, this.pattern(pattern, hints)]));
    const keys = new Set(locals.values());
    const renamed = new Map<string, ElementwiseExpression>();
    const given = entries.map(({ name, variable }) => {
      const key = this.inputKey(variable, (candidate) => keys.has(candidate));
      keys.add(key);
      renamed.set(name, { kind: "input", name: key });
      return property(key, this.locals.textOf(variable));
    });
    const ended: string[] = [];
    const texts = Object.entries(results).map(([name, expression]) => {
      const key = locals.get(name) ?? uniqueIdentifier(name, (candidate) => keys.has(candidate));
      keys.add(key);
      const ending = endings?.settings[name];
      if (ending !== undefined) ended.push(property(key, JSON.stringify(ending)));
      const text = JSON.stringify(print(replaceInputs(expression, renamed)));
      renamed.set(name, { kind: "input", name: key });
      return property(key, text);
    });
    const all = [braces(texts), braces(given), ...(ended.length === 0 ? [] : [braces(ended)])];
    return `const ${braces([...locals.values()])} = ops.mapAll(${all.join(", ")});`;
  }

  protected hint(call: Statement["call"], variable: Variable): string {
    return outputHint(call, variable, this.readBy(call));
  }

  /** What a network gives, of which some is a record. */
  private groupedPattern(
    items: readonly (Pattern | null)[],
    { start, names }: PlanGroup,
    hints: (variable: Variable) => string,
  ): string {
    const grouped = items.slice(start);
    const [first] = grouped;
    const bundle = first?.kind === "variable" ? this.bundles.get(first.variable) : undefined;
    const entries = (): readonly string[] =>
      grouped.flatMap((item, index) =>
        item === null ? [] : [property(names[index] ?? "", this.pattern(item, hints, true))],
      );
    const record = bundle === undefined ? braces(entries()) : this.bundleText(bundle);
    if (start === 0) return record;
    const others = items
      .slice(0, start)
      .map((item) => (item === null ? "" : this.pattern(item, hints, true)));
    return `[${[...others, ...(grouped.length === 0 ? [] : [record])].join(", ")}]`;
  }

  /** The locals that a call is given one by one. */
  private readBy(call: Statement["call"]): readonly string[] {
    const read = call.arguments.flatMap((argument) =>
      argument.kind === "variable" && !this.bundles.has(argument.variable)
        ? [this.locals.textOf(argument.variable)]
        : [],
    );
    return read.filter(isIdentifier);
  }

  protected call({ call, span }: Statement): string {
    const given = this.given(call);
    return call.kind === "method"
      ? `ops.${this.placing(call.method, span)}${call.method}(${given.join(", ")})`
      : `${this.names.network(call.name)}(${["ops", ...given].join(", ")})`;
  }

  /** `at("file:line:column").` before the methods that may refuse what the program asks for there */
  private placing(method: Method, span: Span | null): string {
    const place = span === null || !PLACED.has(method) ? null : this.names.placeOf(span);
    return place === null ? "" : `at(${JSON.stringify(place)}).`;
  }

  private given(call: Statement["call"]): readonly string[] {
    const [first, second] = call.arguments;
    if (first?.kind === "expression" && second?.kind === "inputs") {
      const keys = new Set<string>();
      const inputs = second.entries.map(({ name, variable }) => {
        const key = this.inputKey(variable, (candidate) => keys.has(candidate));
        keys.add(key);
        return { name, key, text: this.locals.textOf(variable) };
      });
      const renamed = new Map(inputs.map(({ name, key }) => [name, { kind: "input", name: key } as const]));
      const entries = inputs.map(({ key, text }) => property(key, text));
      return [JSON.stringify(print(replaceInputs(first.expression, renamed))), braces(entries)];
    }
    const texts = (some: readonly Argument[]) => some.map((argument) => this.argument(argument));
    const entries = takenEntries(call, this.names.networkOf);
    const group = call.kind === "function" ? (this.names.networkOf(call.name)?.taken ?? null) : null;
    if (entries === null || group === null) return texts(call.arguments);
    return [
      ...texts(call.arguments.slice(0, group.start)),
      this.recordText(entries),
      ...texts(call.arguments.slice(group.start + entries.length)),
    ];
  }

  /** A record of variables; what is one local is taken as that. */
  private recordText(entries: readonly GroupEntry[]): string {
    const bundles = new Set(entries.map(({ variable }) => this.bundles.get(variable)));
    const [bundle] = bundles;
    if (bundle !== undefined && bundles.size === 1) return this.bundleText(bundle);
    return braces(entries.map(({ name, variable }) => property(name, this.locals.textOf(variable))));
  }

  /** The name of a variable in an elementwise expression: that of the local, or what ends a name with dots. */
  protected inputKey(variable: Variable, taken: (name: string) => boolean): string {
    const text = this.locals.textOf(variable);
    if (isIdentifier(text)) return text;
    return uniqueIdentifier(this.keyHint(variable), taken);
  }

  protected keyHint(variable: Variable): string {
    return variable.name.split(".").at(-1) ?? "weight";
  }

  private argument(argument: Argument): string {
    switch (argument.kind) {
      case "variable":
        return this.locals.textOf(argument.variable);
      case "list":
        return `[${argument.variables.map((variable) => this.locals.textOf(variable)).join(", ")}]`;
      case "number":
        return literal(argument.value);
      case "word":
        return JSON.stringify(argument.word);
      case "settings":
        return literal(argument.settings);
      case "nothing":
        return "null";
      case "known":
        return "known";
      case "dimension":
        return dimensionCode(argument.dimension, (name) => this.locals.textOf(sizeKey(name)));
      case "space":
        return spaceCode(argument.space, (key) => this.locals.textOf(key), this.names.use);
      case "closure":
        return this.closure(argument.function);
      case "expression":
      case "expressions":
      case "inputs":
        throw new Error("an expression stands apart from its inputs");
    }
  }

  private closure(of: PlanFunction): string {
    const uses = usesOfFunction(of);
    const read: readonly LocalKey[] = [
      ...uses.variables,
      ...[...uses.sizes].map(sizeKey),
      ...[...uses.spaces].map(spaceKey),
    ];
    const inner = new Printer(this.locals.closure(read), this.naming, this.names, true);
    const text = inner.printClosure(of);
    return `(${text.parameters.join(", ")}) => ${arrowBody(text)}`;
  }

  private printClosure(
    of: PlanFunction,
  ): Pick<FunctionText, "lines" | "value"> & { parameters: readonly string[] } {
    const last = of.parameters.findLastIndex(({ pattern }) => variablesOfPattern(pattern).length > 0);
    const parameters = of.parameters
      .slice(0, last + 1)
      .map(({ pattern }, index) =>
        variablesOfPattern(pattern).length === 0 ? `_${index + 1}` : this.pattern(pattern),
      );
    const { lines, value } = this.print({ ...of, parameters: [] }, false);
    return { parameters, lines, value };
  }

  protected result(result: Result): string {
    switch (result.kind) {
      case "variable":
        return this.locals.textOf(result.variable);
      case "constant":
        return String(result.value);
      case "list":
        return `[${result.items.map((variable) => this.locals.textOf(variable)).join(", ")}]`;
      case "record":
        return braces([...new Set(result.entries.map((entry) => this.resultEntry(entry)))]);
    }
  }

  private resultEntry({ name, result }: ResultEntry): string {
    const bundle = result.kind === "variable" ? this.bundles.get(result.variable) : undefined;
    return bundle === undefined ? property(name, this.result(result)) : `...${this.bundleText(bundle)}`;
  }
}

/** The last call of a function that returns just what the call gives, or a list of it. */
export function returnedCall(of: PlanFunction): Statement | null {
  const last = of.statements.at(-1);
  const [only, ...others] = of.result.kind === "record" ? [] : variablesOfResult(of.result);
  if (last === undefined || last.outputs.kind !== "variable" || others.length > 0) return null;
  return last.outputs.variable === only ? last : null;
}
