import type { Variable } from "../ir/block.ts";
import type { Statement } from "../plan/call.ts";
import type { PlanNetwork } from "../plan/plan.ts";
import { usesOfFunction, usesOfStatement, variablesOfResult } from "../plan/uses.ts";
import { Printer, returnedCall, type FunctionText, type ModuleNames } from "./functionText.ts";
import { Locals } from "./locals.ts";
import { namingOf } from "./naming.ts";
import { rolled, type Roll, type SeriesText } from "./rolls.ts";
import { braces, isIdentifier, property } from "./text.ts";

/** The text of a network: a record that it takes is called `saved`, and equal layers are a loop. */
export function networkText(network: PlanNetwork, names: ModuleNames): FunctionText {
  return new NetworkPrinter(names).printNetwork(network);
}

/** An entry of what is known or saved. */
interface Place {
  readonly object: "known" | "saved";
  readonly name: string;
}

class NetworkPrinter extends Printer {
  private readonly places = new Map<Variable, Place>();
  /** what a layer of a loop reads by the number of the layer */
  private readonly series = new Set<Variable>();
  private inLoop = false;

  constructor(names: ModuleNames) {
    const isTaken = (name: string): boolean =>
      name === "saved" || name === "weights" || names.isReserved(name);
    super(Locals.ofFunction(isTaken), namingOf("plain"), names, false);
  }

  printNetwork(network: PlanNetwork): FunctionText {
    const { function: of, given } = network;
    const opening: string[] = [];
    const parameters = this.networkParameters(network, opening);
    const items = of.result.kind === "list" ? of.result.items : variablesOfResult(of.result);
    const start = given?.start ?? items.length;
    const keys = new Map(items.slice(start).map((variable, i) => [variable, given?.names[i] ?? ""]));
    const others = items.slice(0, start);
    const whole = given === null ? returnedCall(of) : null;
    const body = rolled(of.statements, {
      textOf: (variable) => {
        const place = this.places.get(variable);
        return place === undefined ? null : `${place.object} ${place.name}`;
      },
      keyOf: (variable) => keys.get(variable) ?? null,
      returned: new Set(others),
    });
    const collected = new Set<Variable>();
    const holder = given?.holds ?? "saved";
    const lines = body.map((item) => {
      if (!("rounds" in item)) return this.statement(item);
      item.collected.forEach(({ all }) => {
        all.forEach((variable) => collected.add(variable));
      });
      return this.roll(item, holder);
    });
    if (given !== null && collected.size > 0) {
      opening.push(`const ${holder} = {} as ${this.names.recordType(given)};`);
    }
    const left = [...keys].filter(([variable]) => !collected.has(variable));
    const entries = [
      ...(collected.size > 0 ? [`...${holder}`] : []),
      ...left.map(([variable, key]) => property(key, this.locals.textOf(variable))),
    ];
    const record = left.length === 0 ? holder : braces(entries);
    const values = [...others.map((each) => this.locals.textOf(each)), ...(given === null ? [] : [record])];
    const [only = ""] = values;
    const isList = of.result.kind === "list" && values.length !== 1;
    if (whole !== null && body.at(-1) === of.statements.at(-1)) {
      return { parameters, lines: [...opening, ...lines.slice(0, -1)], value: this.call(whole) };
    }
    return {
      parameters,
      lines: [...opening, ...lines],
      value: isList ? `[${values.join(", ")}]` : only,
    };
  }

  /** The parameters, of which those that are one record are the first of them. */
  private networkParameters(
    { function: of, taken }: PlanNetwork,
    opening: string[],
  ): FunctionText["parameters"] {
    const values = of.parameters.filter(({ role }) => role === "value");
    const entries = taken === null ? [] : values.slice(taken.start, taken.start + taken.names.length);
    entries.forEach(({ pattern }, index) => {
      const name = taken?.names[index] ?? "";
      if (pattern.kind === "variable") this.place(pattern.variable, { object: "saved", name });
    });
    const wholeKnown = usesOfFunction({ ...of, parameters: [] }).known;
    return of.parameters.flatMap((parameter) => {
      const { pattern, role } = parameter;
      if (entries.includes(parameter)) {
        return parameter === entries[0] ? [{ parameter, text: "saved" }] : [];
      }
      if (role !== "known") return [{ parameter, text: this.parameterPattern(parameter) }];
      const text = this.knownPattern(parameter, wholeKnown, opening);
      for (const { name, pattern: part } of pattern.kind === "record" ? pattern.entries : []) {
        const isDotted = part.kind === "variable" && name.includes(".");
        if (isDotted) this.places.set(part.variable, { object: "known", name });
      }
      return [{ parameter, text }];
    });
  }

  private place(variable: Variable, place: Place): void {
    this.places.set(variable, place);
    const { object, name } = place;
    this.locals.place(
      variable,
      isIdentifier(name) ? `${object}.${name}` : `${object}[${JSON.stringify(name)}]`,
    );
  }

  /** Equal layers as a loop over their numbers. */
  private roll(roll: Roll, holder: string): string {
    const { first, rounds, series, carried, collected } = roll;
    const numbers = numberNames(rounds).map((hint) => this.locals.name(`${hint} of ${rounds.join()}`, hint));
    const outside = [...series.keys(), ...carried.map(({ start }) => start)].map(
      (variable) => [variable, this.locals.textOf(variable)] as const,
    );
    const lets = carried.map(({ start, made, last }) => {
      const text = this.locals.name(`carried ${rounds.join()} ${made.name}`, unnumbered(made.name));
      const opening = `let ${text} = ${this.locals.textOf(start)};`;
      return { start, made, last, text, opening };
    });
    for (const { start, text } of lets) this.locals.place(start, text);
    for (const [variable, text] of series) {
      this.series.add(variable);
      const { object = "known" } = this.places.get(variable) ?? {};
      this.locals.place(
        variable,
        element(object, { ...text, before: text.before.slice(object.length + 1) }, numbers),
      );
    }
    this.inLoop = true;
    const lines = first.map((statement, index) => {
      const carries = lets.find(({ made }) => isMadeBy(statement, made));
      const isRead = first
        .slice(index + 1)
        .some((later) => carries !== undefined && usesVariable(later, carries.start));
      if (carries === undefined || isRead) return this.statement(statement);
      this.locals.place(carries.made, carries.text);
      return `${carries.text} = ${this.call(statement)};`;
    });
    this.inLoop = false;
    const kept = collected.map(
      ({ variable, key }) => `${element(holder, key, numbers)} = ${this.locals.textOf(variable)};`,
    );
    const closing = lets.flatMap(({ made, text }) => {
      const own = this.locals.textOf(made);
      return own === text ? [] : [`${text} = ${own};`];
    });
    for (const [variable, text] of outside) this.locals.place(variable, text);
    for (const { last, text } of lets) this.locals.place(last, text);
    const list = rounds.map((round) => (round.length === 1 ? String(round[0]) : `[${round.join(", ")}]`));
    const number = numbers.length === 1 ? (numbers[0] ?? "") : `[${numbers.join(", ")}]`;
    const head = `for (const ${number} of [${list.join(", ")}] as const) {`;
    return [...lets.map(({ opening }) => opening), head, ...lines, ...kept, ...closing, "}"].join("\n");
  }

  protected override hint(call: Statement["call"], variable: Variable): string {
    const hint = super.hint(call, variable);
    return this.inLoop ? unnumbered(hint) : hint;
  }

  protected override keyHint(variable: Variable): string {
    const hint = super.keyHint(variable);
    return this.inLoop && this.series.has(variable) ? unnumbered(hint) : hint;
  }
}

function isMadeBy({ outputs }: Statement, variable: Variable): boolean {
  return outputs.kind === "variable" && outputs.variable === variable;
}

function usesVariable(statement: Statement, variable: Variable): boolean {
  return usesOfStatement(statement).variables.has(variable);
}

/** A name without the number of its layer: `conv_biased` for `conv2_biased`. */
function unnumbered(name: string): string {
  return name.replace(/(?<=\p{L})\d+/u, "");
}

/** Names for the numbers of a layer: the first is its own, others are before or after it. */
function numberNames(rounds: readonly (readonly number[])[]): readonly string[] {
  const [own = 0, ...others] = rounds[0] ?? [];
  return [
    "layer",
    ...others.map((other) => (other === own - 1 ? "before" : other === own + 1 ? "after" : "other")),
  ];
}

/** An entry of a record by the number of the layer. */
function element(object: string, { before, after, place }: SeriesText, numbers: readonly string[]): string {
  return `${object}[\`${before}\${${numbers[place] ?? ""}}${after}\` as const]`;
}
