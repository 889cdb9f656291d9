import type { Block, Expression, If, Repeat, Statement, Update, While } from "../ast/tree.ts";
import type { Variable } from "../ir/block.ts";
import { symbolOf } from "../library/calculus/analyse.ts";
import type { Space } from "../types/space.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import { constantNumber } from "./constants.ts";
import { lower, lowerValue } from "./recursion.ts";
import { lowerIndices, restrictedSpace, withPart } from "./indices.ts";
import { Limitation } from "./limitation.ts";
import type { Lowered } from "./lowered.ts";
import { runDraw } from "./program/draws.ts";
import { CAPPED, hasDraw, isCapped, lengthOf, mayLoop, ROUND, updatedSymbols } from "./effects.ts";
import { Scope } from "./scope.ts";
import type { Site } from "./site.ts";
import { within } from "./site.ts";
import { asVariable, isFunctionType, spaceOfVariable, truth, value } from "./values.ts";

/** Runs the statements of a function's body in the site's scope, and gives what it returns. */
export function runBody(site: Site, block: Block<Typed>): Lowered {
  for (const statement of block.statements) {
    if (statement.kind === "return") return lower(site, statement.value);
    runStatement(site, statement);
  }
  throw new Limitation("a body without a `return` at its end", block.span);
}

/** Runs statements in order; `<-` is sequential. */
export function runStatements(site: Site, statements: readonly Statement<Typed>[]): void {
  for (const statement of statements) runStatement(site, statement);
}

function runStatement(site: Site, statement: Statement<Typed>): void {
  const { scope } = site;
  switch (statement.kind) {
    case "let": {
      const symbol = symbolOf(statement.declaration);
      if (!isFunctionType(symbol.typing.type)) {
        scope.define(
          symbol,
          named(site, symbol.name, () => lower(site, statement.initial)),
        );
      }
      return;
    }
    case "letTuple":
      return defineParts(site, statement);
    case "var": {
      const symbol = symbolOf(statement.declaration);
      const { type } = symbol.typing;
      const space = type.kind === "value" ? type.space : null;
      const start = (): Lowered => value(lowerValue(site, statement.initial, space));
      scope.define(symbol, named(site, symbol.name, start));
      return;
    }
    case "fun":
      return;
    case "update":
      return runUpdate(site, statement);
    case "if":
      return runIf(site, statement);
    case "while":
      return runWhile(site, statement);
    case "repeat":
      return runRepeat(site, statement);
    case "report":
      defineReport(site, symbolOf(statement.declaration), statement.value);
      return;
    case "draw":
      return runDraw(site, statement, "step");
    case "return":
      throw new Limitation("a `return` before the end", statement.span);
  }
}

/**
 * Lowers under the name that the program gives the result, so that emitted code reads like the program. What was
 * there before keeps its own name.
 */
export function named(site: Site, name: string, lowered: () => Lowered): Lowered {
  const before = site.builder.equations.length;
  const result = lowered();
  if (site.builder.equations.length === before) return result;
  if (result.kind === "value") return value(site.builder.named(result.variable, name));
  if (result.kind !== "operator" || result.operator.kind !== "bound") return result;
  const variable = site.builder.named(result.operator.variable, name);
  return { kind: "operator", operator: { ...result.operator, variable } };
}

function defineReport(site: Site, symbol: Symbol, expression: Expression<Typed>): void {
  site.scope.define(
    symbol,
    named(site, symbol.name, () => value(lowerValue(site, expression))),
  );
}

function defineParts(site: Site, statement: Extract<Statement<Typed>, { kind: "letTuple" }>): void {
  const symbols = Array.isArray(statement.declaration) ? statement.declaration : [statement.declaration];
  const lowered = lower(site, statement.initial);
  symbols.forEach((symbol: Symbol, index: number) => {
    const part =
      lowered.kind === "tuple"
        ? lowered.parts[index]
        : value(site.builder.part(asVariable(site.builder, lowered, null, statement.span), index));
    if (part !== undefined) site.scope.define(symbol, part);
  });
}

function runUpdate(site: Site, statement: Update<Typed>): void {
  if (statement.reference.kind !== "symbol") throw new Limitation("this update", statement.span);
  const { symbol } = statement.reference;
  const { type } = symbol.typing;
  const space = type.kind === "value" ? type.space : null;
  const name = symbol.origin.kind === "state" ? `${symbol.name}_next` : symbol.name;
  if (statement.indices.length > 0) {
    const part = (): Lowered => value(updatedPart(site, symbol, statement));
    site.scope.define(symbol, named(site, name, part));
    return;
  }
  const next = (): Lowered => value(promoted(site, lowerValue(site, statement.value, space), symbol));
  site.scope.define(symbol, named(site, name, next));
}

/** An array with another part at some indices: `p[i] <- e`, `x[i, j] <- e`. */
function updatedPart(site: Site, symbol: Symbol, statement: Update<Typed>): Variable {
  const before = current(site, symbol);
  const places = lowerIndices(site, statement.indices);
  const part = places.reduce<Space>(
    (space, { indices, axis }) => restrictedSpace(space, spaceOfVariable(indices), axis),
    spaceOfVariable(before),
  );
  const given = promoted(site, lowerValue(site, statement.value, part), symbol);
  return withPart(site.builder, before, places, given);
}

/** A real value as a complex one where the declared space is complex. */
export function promoted(site: Site, variable: Variable, symbol: Symbol): Variable {
  const { type } = symbol.typing;
  if (type.kind !== "value" || type.space.kind !== "array" || type.space.element !== "complex")
    return variable;
  const space = spaceOfVariable(variable);
  return space.kind === "array" && space.element === "real"
    ? site.builder.elementwise("complex", [variable])
    : variable;
}

/** What a symbol stands for here, as a variable. */
function current(site: Site, symbol: Symbol): Variable {
  const found = isCapped(symbol)
    ? (site.scope.lookup(CAPPED) ?? value(truth(site.builder, false)))
    : site.scope.lookup(symbol);
  if (found === null) throw new Error(`${symbol.name} is updated before it is defined`);
  return asVariable(site.builder, found, null, symbol.span);
}

function changed(site: Site, blocks: readonly (Block<Typed> | If<Typed> | null)[]): readonly Symbol[] {
  const present = blocks.filter((block) => block !== null);
  const symbols = new Set<Symbol>();
  for (const block of present) {
    const inside = updatedSymbols(block);
    for (const symbol of inside) if (site.scope.lookup(symbol) !== null) symbols.add(symbol);
    if (mayLoop(block, site.program.definitions)) symbols.add(CAPPED);
  }
  return [...symbols];
}

function runIf(site: Site, statement: If<Typed>): void {
  const symbols = changed(site, [statement.consequent, statement.alternative]);
  const side = (block: Block<Typed> | If<Typed> | null) => (builder: Site["builder"]) => {
    const inner = within(site, builder, new Scope(site.scope));
    if (block?.kind === "block") runStatements(inner, block.statements);
    if (block?.kind === "if") runIf(inner, block);
    return symbols.map((symbol) => current(inner, symbol));
  };
  const condition = lowerValue(site, statement.condition);
  const results = site.builder.branch(
    condition,
    side(statement.consequent),
    side(statement.alternative),
    symbols.map(({ name }) => name),
  );
  assign(site, symbols, results);
}

/** How many statements a `repeat` may become when it is written out; a longer one stays a loop. */
const WRITTEN_OUT = 200;

function runRepeat(site: Site, statement: Repeat<Typed>): void {
  const rounds = constantNumber(site, statement.count);
  if (rounds * lengthOf(statement.body) > WRITTEN_OUT) {
    runLoop(site, statement.body, (inner) => truth(inner.builder, true), rounds);
    return;
  }
  for (let number = 0; number < rounds; number += 1) {
    const round = { kind: "written", number } as const;
    runStatements({ ...site, rounds: [...(site.rounds ?? []), round] }, statement.body.statements);
  }
}

function runWhile(site: Site, statement: While<Typed>): void {
  const maximum = constantNumber(site, statement.max);
  const condition = (inner: Site): Variable => lowerValue(inner, statement.condition);
  const hit = runLoop(site, statement.body, condition, maximum);
  const before = site.scope.lookup(CAPPED);
  const capped =
    before === null
      ? hit
      : site.builder.elementwise("or", [asVariable(site.builder, before, null, statement.span), hit]);
  site.scope.define(CAPPED, value(capped));
}

/** Carries what a body updates through its rounds; gives whether the condition still holds behind the last. */
function runLoop(
  site: Site,
  body: Block<Typed>,
  condition: (inner: Site) => Variable,
  maximum: number,
): Variable {
  const symbols = changed(site, [body]).filter((symbol) => !isCapped(symbol));
  const nested = mayLoop(body, site.program.definitions) ? [CAPPED] : [];
  const counted = hasDraw(body) ? [ROUND] : [];
  const carried = [...symbols, ...nested, ...counted];
  const inner = (builder: Site["builder"], variables: readonly Variable[]): Site => {
    const scope = new Scope(site.scope);
    assign({ ...site, scope }, carried, variables);
    const number = counted.length === 0 ? undefined : variables.at(-1);
    const place = within(site, builder, scope);
    if (number === undefined) return place;
    return { ...place, rounds: [...(site.rounds ?? []), { kind: "counted", number, maximum }] };
  };
  const start = (symbol: Symbol): Variable =>
    symbol === ROUND ? site.builder.constant(0) : current(site, symbol);
  const end = (place: Site, symbol: Symbol, variables: readonly Variable[]): Variable => {
    const round = variables.at(-1);
    if (symbol !== ROUND || round === undefined) return current(place, symbol);
    return place.builder.elementwise("add", [round, place.builder.constant(1)]);
  };
  const result = site.builder.loop(
    carried.map(start),
    (builder, variables) => condition(inner(builder, variables)),
    (builder, variables) => {
      const place = inner(builder, variables);
      runStatements(place, body.statements);
      return carried.map((symbol) => end(place, symbol, variables));
    },
    maximum,
    carried.map(({ name }) => name),
  );
  assign(site, carried, result.carried);
  return result.capped;
}

function assign(site: Site, symbols: readonly Symbol[], variables: readonly Variable[]): void {
  symbols.forEach((symbol, index) => {
    const variable = variables[index];
    if (variable !== undefined) site.scope.define(symbol, value(variable));
  });
}
