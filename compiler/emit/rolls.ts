import { replaceInputs } from "../../runtime/arrays/expression.ts";
import { print } from "../../runtime/arrays/print.ts";
import type { Variable } from "../ir/block.ts";
import type { Argument, Statement } from "../plan/call.ts";
import { variablesOfPattern } from "../plan/uses.ts";

/** The fewest equal layers that are written as a loop. */
const FEWEST = 3;

/** Statements that differ in the number of their layer only, as a loop. */
export interface Roll {
  /** the statements of the first round */
  readonly first: readonly Statement[];
  /** the numbers of each round: those by which `series` differ, each sequence once */
  readonly rounds: readonly (readonly number[])[];
  /** what the first round reads where others read something else of the same form */
  readonly series: ReadonlyMap<Variable, SeriesText>;
  /** what each round takes from the round before: how the loop starts, what a round makes of it, and what is left */
  readonly carried: readonly {
    readonly start: Variable;
    readonly made: Variable;
    readonly last: Variable;
  }[];
  /** what each round adds to the record that is returned: the variable of the first round, and the key */
  readonly collected: readonly {
    readonly variable: Variable;
    readonly key: SeriesText;
    /** the variables of all rounds */
    readonly all: readonly Variable[];
  }[];
}

/** A text with the number of a layer in it, and the place of that number in a round. */
export interface SeriesText {
  readonly before: string;
  readonly after: string;
  readonly place: number;
}

/** What the search reads of the function around. */
export interface Surroundings {
  /** the text of what is known or saved; null for other variables */
  readonly textOf: (variable: Variable) => string | null;
  /** the keys of variables that are returned in a record */
  readonly keyOf: (variable: Variable) => string | null;
  /** variables that are returned otherwise */
  readonly returned: ReadonlySet<Variable>;
}

/** The statements, with runs of equal layers as loops. */
export function rolled(
  statements: readonly Statement[],
  around: Surroundings,
): readonly (Statement | Roll)[] {
  const ordered = sunk(statements, around);
  const shapes = ordered.map(shapeOf);
  const items: (Statement | Roll)[] = [];
  for (let at = 0; at < ordered.length;) {
    const found = longestRoll(ordered, shapes, at, around);
    const statement = ordered[at];
    if (found !== null) {
      items.push(found.roll);
      at += found.length;
    } else if (statement !== undefined) {
      items.push(statement);
      at += 1;
    }
  }
  return items;
}

/** Elementwise functions of what is known or saved, right before the only statement that reads them. */
function sunk(statements: readonly Statement[], around: Surroundings): readonly Statement[] {
  const moved = new Map<Statement, Statement[]>();
  const left: Statement[] = [];
  for (const statement of statements) {
    const output = outputOf(statement);
    const readers = statements.filter((each) => output !== null && operandsOf(each).includes(output));
    const [reader] = readers;
    const isFree = operandsOf(statement).every((operand) => around.textOf(operand) !== null);
    const movable =
      statement.call.kind === "method" && statement.call.method === "map" && readers.length === 1 && isFree;
    const isReturned = output === null || around.returned.has(output) || around.keyOf(output) !== null;
    if (movable && reader !== undefined && !isReturned)
      moved.set(reader, [...(moved.get(reader) ?? []), statement]);
    else left.push(statement);
  }
  return left.flatMap((statement) => [...(moved.get(statement) ?? []), statement]);
}

function longestRoll(
  statements: readonly Statement[],
  shapes: readonly (string | null)[],
  at: number,
  around: Surroundings,
): { readonly roll: Roll; readonly length: number } | null {
  let best: { readonly roll: Roll; readonly length: number } | null = null;
  for (let period = 1; at + FEWEST * period <= statements.length; period += 1) {
    let count = 1;
    while (isRepeated(shapes, at, period, count)) count += 1;
    for (; count >= FEWEST && count * period > (best?.length ?? 0); count -= 1) {
      const rounds = Array.from({ length: count }, (_, round) =>
        statements.slice(at + round * period, at + (round + 1) * period),
      );
      const roll = rollOf(rounds, statements, around);
      if (roll !== null) best = { roll, length: count * period };
    }
  }
  return best;
}

function isRepeated(shapes: readonly (string | null)[], at: number, period: number, round: number): boolean {
  return Array.from({ length: period }, (_, i) => i).every((i) => {
    const shape = shapes[at + i];
    return shape !== null && shape !== undefined && shapes[at + round * period + i] === shape;
  });
}

/** The loop of rounds that are equal in form; null where what they read and make is not. */
function rollOf(
  rounds: readonly (readonly Statement[])[],
  all: readonly Statement[],
  around: Surroundings,
): Roll | null {
  const made = rounds.map((round) => round.flatMap(outputsOf));
  const reads = rounds.map((round) => round.flatMap(operandsOf));
  const numbers: number[][] = [];
  const series = new Map<Variable, SeriesText>();
  const carried = new Map<Variable, Roll["carried"][number]>();
  const kinds = new Map<Variable, string>();
  const isOnly = (variable: Variable, kind: string): boolean => {
    const known = kinds.get(variable) ?? kind;
    kinds.set(variable, kind);
    return known === kind;
  };
  for (const [index, variable] of (reads[0] ?? []).entries()) {
    const row = reads.map((round) => round[index]).filter((each) => each !== undefined);
    const inside = made[0]?.indexOf(variable) ?? -1;
    if (inside >= 0) {
      if (row.some((each, round) => made[round]?.[inside] !== each)) return null;
      continue;
    }
    if (row.every((each) => each === variable)) {
      if (!isOnly(variable, "constant")) return null;
      continue;
    }
    const before = made[0]?.indexOf(row[1] ?? variable) ?? -1;
    if (before >= 0) {
      const start = carried.get(variable);
      if (!isOnly(variable, "carried")) return null;
      const first = made[0]?.[before];
      const last = made.at(-1)?.[before];
      if (row.some((each, round) => round > 0 && made[round - 1]?.[before] !== each)) return null;
      if (first == null || last == null || (start !== undefined && start.made !== first)) return null;
      carried.set(variable, { start: variable, made: first, last });
      continue;
    }
    const text = seriesOf(
      row.map((each) => around.textOf(each)),
      numbers,
    );
    if (text === null || !isOnly(variable, JSON.stringify(text))) return null;
    series.set(variable, text);
  }
  const collected = collectedBy(rounds, [...carried.values()], numbers, all, around);
  if (numbers.length === 0 || collected === null) return null;
  return {
    first: rounds[0] ?? [],
    rounds: rounds.map((_, round) => numbers.map((sequence) => sequence[round] ?? 0)),
    series,
    carried: [...carried.values()],
    collected,
  };
}

/** What rounds add to the record that is returned; null where something else outside reads what they make. */
function collectedBy(
  rounds: readonly (readonly Statement[])[],
  carried: Roll["carried"],
  numbers: number[][],
  all: readonly Statement[],
  around: Surroundings,
): Roll["collected"] | null {
  const made = rounds.map((round) => round.flatMap(outputsOf));
  const collected: Roll["collected"][number][] = [];
  const used = new Set(rounds.flat());
  const outside = new Set([...around.returned, ...all.filter((each) => !used.has(each)).flatMap(operandsOf)]);
  for (const [index, variable] of (made[0] ?? []).entries()) {
    const row = made.map((round) => round[index]).filter((each) => each != null);
    const free = row.filter((each) => outside.has(each));
    const isLast = free.length === 1 && carried.some(({ last }) => last === free[0]);
    if (free.length > 0 && !isLast) return null;
    const keys = row.map((each) => around.keyOf(each));
    if (keys.every((key) => key === null)) continue;
    const key = seriesOf(keys, numbers);
    if (key === null || variable === null) return null;
    collected.push({ variable, key, all: row });
  }
  return collected;
}

/** Texts that differ in one number, which is noted among the sequences of numbers; null for others. */
function seriesOf(texts: readonly (string | null)[], sequences: number[][]): SeriesText | null {
  const parts = texts.map((text) => (text ?? "").split(/(\d+)/u));
  const [first] = parts;
  if (first === undefined || texts.includes(null)) return null;
  const varies = first.flatMap((part, i) => (parts.some((other) => other[i] !== part) ? [i] : []));
  const [at] = varies;
  const equalLength = parts.every((other) => other.length === first.length);
  if (at === undefined || varies.length > 1 || at % 2 === 0 || !equalLength) return null;
  const numbers = parts.map((part) => Number(part[at]));
  let place = sequences.findIndex((known) => known.every((each, i) => each === numbers[i]));
  if (place < 0) place = sequences.push(numbers) - 1;
  return { before: first.slice(0, at).join(""), after: first.slice(at + 1).join(""), place };
}

/** The variable that a statement makes; null where it makes several. */
function outputOf({ outputs }: Statement): Variable | null {
  return outputs.kind === "variable" ? outputs.variable : null;
}

/** The variables that a statement makes, in order; null for one that nobody reads. */
function outputsOf(statement: Statement): readonly (Variable | null)[] {
  const { outputs } = statement;
  return outputs.kind === "record" ? variablesOfPattern(outputs) : [outputOf(statement)];
}

/** The variables that a call reads, in order. */
function operandsOf({ call }: Statement): readonly Variable[] {
  return call.arguments.flatMap((argument: Argument): readonly Variable[] => {
    switch (argument.kind) {
      case "variable":
        return [argument.variable];
      case "list":
        return argument.variables;
      case "inputs":
        return argument.entries.map(({ variable }) => variable);
      case "closure":
        return argument.function.statements.flatMap(operandsOf);
      default:
        return [];
    }
  });
}

/** A statement but for the variables that it reads and makes; null for one that no loop repeats. */
function shapeOf({ outputs, call }: Statement): string | null {
  const [first, second, third] = call.arguments;
  if (first?.kind === "expressions" && second?.kind === "inputs" && outputs.kind === "record") {
    const names = outputs.entries.map(({ name }) => name);
    const places = second.entries.map(({ name }) => name);
    const endings = third?.kind === "settings" ? JSON.stringify(third.settings) : "";
    return `mapAll ${names.join()} of ${places.join()} ${JSON.stringify(first.results)} ${endings}`;
  }
  if (outputs.kind !== "variable" || call.kind !== "method") return null;
  if (first?.kind === "expression" && second?.kind === "inputs") {
    const places = second.entries.map(
      ({ name }, i) => [name, { kind: "input", name: `v${i}` } as const] as const,
    );
    return `map ${print(replaceInputs(first.expression, new Map(places)))}`;
  }
  const shapes = call.arguments.map((argument: Argument) => {
    if (argument.kind === "closure") return null;
    if (argument.kind === "variable") return "variable";
    return argument.kind === "list" ? `list ${argument.variables.length}` : JSON.stringify(argument);
  });
  return shapes.includes(null) ? null : `${call.method} ${shapes.join(" ")}`;
}
