import type { Block, Bounds, Expression, If, Statement, Update, While } from "../../ast/tree.ts";
import type { CheckedProgram } from "../../check/program.ts";
import { reads, symbolOf } from "../../library/calculus/analyse.ts";
import { collectDefinitions } from "../../lower/program/definitions.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import type { Scalar } from "../scalar/polynomial.ts";
import { isPositive } from "../scalar/bounds.ts";
import { equal, type Unknown, unknown } from "../scalar/unknowns.ts";
import { fullBudget } from "../budget.ts";
import { type Combination, same, stateOf } from "./combination.ts";
import { type Context, freshName, isNumberType, other, withNumber, withVector } from "./context.ts";
import { scalarOf, symbolScalar } from "./numbers.ts";
import { vectorOf } from "./vectors.ts";

/** The step of a program as equations between the state, data and oracles. */
export interface NormalStep {
  /** at the end of the step */
  readonly context: Context;
  /** where the step begins */
  readonly start: Context;
  readonly vectors: readonly VectorState[];
  readonly numbers: readonly NumberState[];
  /** loops and branches of the step's own block, in order */
  readonly events: readonly Event[];
}

export interface VectorState {
  readonly symbol: Symbol;
  readonly next: Combination;
}

export interface NumberState {
  readonly symbol: Symbol;
  readonly initial: Expression<Typed>;
  /** the interval that it keeps, as declared */
  readonly bounds: Bounds<Typed> | null;
  /** the value before the step */
  readonly now: Scalar;
  readonly next: Scalar;
}

/** What is known where the step does not go straight on. */
export type Event =
  | {
      readonly kind: "while";
      readonly statement: While<Typed>;
      readonly entry: Context;
      /** wherever the condition is evaluated; after the loop, too */
      readonly loop: Context;
      readonly bodyEnd: Context;
    }
  | {
      readonly kind: "if";
      readonly statement: If<Typed>;
      readonly entry: Context;
      readonly consequent: Context;
      readonly alternative: Context;
      readonly exit: Context;
    };

/** Why a step cannot be read at all. */
export interface Obstruction {
  readonly reason: string;
}

/**
 * Runs the step symbolically. What a loop or a branch changes is unknown behind it; an event keeps what led there.
 * Learned numbers are any of their intervals, or as before training.
 */
export function normalStep(
  program: CheckedProgram,
  learned: "any" | "initial" = "any",
): NormalStep | Obstruction {
  const { step } = program;
  if (step === null) return { reason: "there is no step" };
  if (drawsAtRandom(step.body)) {
    return { reason: "the step draws at random, and the rules speak of every run, not of expectations" };
  }
  const start = startOf(program, learned);
  const events: Event[] = [];
  const context = runBlock(start, step.body, events);
  const vectors: VectorState[] = [];
  const numbers: NumberState[] = [];
  for (const state of program.states) {
    const symbol = symbolOf(state.declaration);
    if (isNumberType(symbol.typing.type)) {
      const now = symbolScalar(context, symbol);
      const bounds = "bounds" in state.type ? state.type.bounds : null;
      numbers.push({ symbol, initial: state.initial, bounds, now, next: context.numbers.get(symbol) ?? now });
    } else vectors.push({ symbol, next: context.vectors.get(symbol) ?? stateOf(symbol) });
  }
  return { context, start, vectors, numbers, events };
}

function startOf(program: CheckedProgram, learned: "any" | "initial"): Context {
  const empty: Context = {
    read: { number: scalarOf, vector: vectorOf },
    definitions: collectDefinitions(program),
    dataTypes: new Map(
      [...program.givens, ...program.inputs].map((data) => [symbolOf(data.declaration), data.type]),
    ),
    learnables: new Map(program.learnables.map((learn) => [symbolOf(learn.declaration), learn])),
    numbers: new Map(),
    vectors: new Map(),
    unknowns: new Map(),
    applications: new Map(),
    powers: new Map(),
    budget: fullBudget(),
    header: new Set(program.tree.parameters.map(({ name }) => name.name)),
    operatorTypes: new Map(),
    fresh: { count: 0 },
  };
  const context = learned === "any" ? empty : withInitial(empty, program);
  const known = program.bindings.reduce(
    (inner, binding) =>
      binding.kind === "let" ? assign(inner, symbolOf(binding.declaration), binding.initial) : inner,
    context,
  );
  return program.states.reduce((inner, { declaration }) => {
    const symbol = symbolOf(declaration);
    return isNumberType(symbol.typing.type)
      ? withNumber(inner, symbol, symbolScalar(inner, symbol))
      : withVector(inner, symbol, stateOf(symbol));
  }, known);
}

/** Learned numbers at their initial values. */
function withInitial(context: Context, { learnables }: CheckedProgram): Context {
  return learnables.reduce((inner, { declaration, initial }) => {
    const symbol = symbolOf(declaration);
    return isNumberType(symbol.typing.type) ? withNumber(inner, symbol, scalarOf(inner, initial)) : inner;
  }, context);
}

function drawsAtRandom(block: Block<Typed>): boolean {
  return block.statements.some((statement) => {
    switch (statement.kind) {
      case "draw":
        return true;
      case "while":
      case "repeat":
        return drawsAtRandom(statement.body);
      case "if":
        return branchesOf(statement).some(drawsAtRandom);
      default:
        return false;
    }
  });
}

function branchesOf(statement: If<Typed>): readonly Block<Typed>[] {
  const { consequent, alternative } = statement;
  if (alternative === null) return [consequent];
  return alternative.kind === "if" ? [consequent, ...branchesOf(alternative)] : [consequent, alternative];
}

function runBlock(context: Context, block: Block<Typed>, events: Event[]): Context {
  return block.statements.reduce((inner, statement) => run(inner, statement, events), context);
}

function run(context: Context, statement: Statement<Typed>, events: Event[]): Context {
  switch (statement.kind) {
    case "let":
    case "var":
      return assign(context, symbolOf(statement.declaration), statement.initial);
    case "update":
      if (statement.reference.kind !== "symbol") return context;
      return statement.indices.length === 0
        ? assign(context, statement.reference.symbol, statement.value)
        : forget(context, [statement.reference.symbol]);
    case "letTuple": {
      const { declaration } = statement;
      return forget(context, "name" in declaration ? [declaration] : declaration);
    }
    case "while":
      return runWhile(context, statement, events);
    case "repeat":
      return forget(context, updatedIn(statement.body));
    case "if":
      return runIf(context, statement, events);
    case "draw":
    case "fun":
    case "report":
    case "return":
      return context;
  }
}

function assign(context: Context, symbol: Symbol, value: Expression<Typed>): Context {
  const { type } = symbol.typing;
  if (type.kind !== "value") return context;
  return isNumberType(type)
    ? withNumber(context, symbol, scalarOf(context, value))
    : withVector(context, symbol, vectorOf(context, value));
}

/** Symbols of which nothing is known any more but their intervals. */
function forget(context: Context, symbols: readonly Symbol[]): Context {
  return symbols.reduce((inner, symbol) => {
    const { type } = symbol.typing;
    if (type.kind !== "value") return inner;
    if (!isNumberType(type)) return withVector(inner, symbol, other(inner, symbol.name, null));
    return withNumber(inner, symbol, changed(inner, symbol, declaredSign(symbol)));
  }, context);
}

/** A number of which only the sign is known. */
function changed(context: Context, symbol: Symbol, sign: Unknown["sign"]): Scalar {
  const name = freshName(context, symbol.name);
  return unknown(context.unknowns, name, { label: symbol.name, sign, varies: true });
}

/** The sign that a state keeps by its declaration. */
function declaredSign(symbol: Symbol): Unknown["sign"] {
  const { interval } = symbol.typing;
  if (symbol.origin.kind !== "state" || interval === null) return null;
  if (interval.low > 0 || (interval.low === 0 && interval.lowOpen)) return "positive";
  return interval.low === 0 ? "nonnegative" : null;
}

function updatesIn(block: Block<Typed>): readonly Update<Typed>[] {
  return block.statements.flatMap((statement) => {
    switch (statement.kind) {
      case "update":
        return [statement];
      case "while":
      case "repeat":
        return updatesIn(statement.body);
      case "if":
        return branchesOf(statement).flatMap(updatesIn);
      default:
        return [];
    }
  });
}

function updatedIn(block: Block<Typed>): readonly Symbol[] {
  const symbols = updatesIn(block).flatMap(({ reference }) =>
    reference.kind === "symbol" ? [reference.symbol] : [],
  );
  return [...new Set(symbols)];
}

function runWhile(entry: Context, statement: While<Typed>, events: Event[]): Context {
  const { body } = statement;
  const updated = updatedIn(body);
  const unknownLoop = updated.reduce(
    (inner, symbol) => keptPositive(entry, inner, body, symbol),
    forget(entry, updated),
  );
  const loop = body.statements.reduce(
    (inner, part) => (part.kind === "update" ? keptEquation(entry, inner, body, part) : inner),
    unknownLoop,
  );
  const bodyEnd = runBlock(loop, body, []);
  events.push({ kind: "while", statement, entry, loop, bodyEnd });
  return loop;
}

/** A number that is positive before a loop, and behind its body wherever it is before it, is positive throughout. */
function keptPositive(entry: Context, loop: Context, body: Block<Typed>, symbol: Symbol): Context {
  if (!isPositiveIn(entry, symbol)) return loop;
  const assumed = withNumber(loop, symbol, changed(loop, symbol, "positive"));
  return isPositiveIn(runBlock(assumed, body, []), symbol) ? assumed : loop;
}

/** v = e holds throughout a loop that ends each round with `v <- e`, where it holds before the loop. */
function keptEquation(entry: Context, loop: Context, body: Block<Typed>, update: Update<Typed>): Context {
  const symbol = update.reference.kind === "symbol" ? update.reference.symbol : null;
  const again = updatesIn(body).filter(
    ({ reference }) => reference.kind === "symbol" && reference.symbol === symbol,
  );
  if (symbol === null || update.indices.length > 0 || again.length !== 1 || reads(update.value, symbol))
    return loop;
  const bodyEnd = runBlock(loop, body, []);
  const holds = [entry, bodyEnd].every((context) => isEqualTo(context, symbol, update.value));
  return holds ? assign(loop, symbol, update.value) : loop;
}

function isEqualTo(context: Context, symbol: Symbol, value: Expression<Typed>): boolean {
  const own = context.vectors.get(symbol);
  if (own !== undefined) return same(context.unknowns, own, vectorOf(context, value));
  const number = context.numbers.get(symbol);
  return number !== undefined && equal(context.unknowns, number, scalarOf(context, value));
}

function runIf(entry: Context, statement: If<Typed>, events: Event[]): Context {
  const consequent = runBlock(entry, statement.consequent, []);
  const alternative = runAlternative(entry, statement);
  const updated = branchesOf(statement).flatMap(updatedIn);
  const differing = [...new Set(updated)].filter((symbol) => !agree(consequent, alternative, symbol));
  const agreeing = updated.filter((symbol) => !differing.includes(symbol));
  const merged = forget(
    agreeing.reduce((inner, symbol) => copied(inner, consequent, symbol), entry),
    differing,
  );
  const exit = differing.reduce(
    (inner, symbol) =>
      [consequent, alternative].every((branch) => isPositiveIn(branch, symbol))
        ? withNumber(inner, symbol, changed(inner, symbol, "positive"))
        : inner,
    merged,
  );
  events.push({ kind: "if", statement, entry, consequent, alternative, exit });
  return exit;
}

function isPositiveIn(context: Context, symbol: Symbol): boolean {
  const value = context.numbers.get(symbol);
  return value !== undefined && isPositive(context.unknowns, value);
}

function runAlternative(entry: Context, { alternative }: If<Typed>): Context {
  if (alternative === null) return entry;
  return alternative.kind === "if" ? runIf(entry, alternative, []) : runBlock(entry, alternative, []);
}

function agree(a: Context, b: Context, symbol: Symbol): boolean {
  const [left, right] = [a.vectors.get(symbol), b.vectors.get(symbol)];
  if (left !== undefined && right !== undefined) return same(a.unknowns, left, right);
  const [first, second] = [a.numbers.get(symbol), b.numbers.get(symbol)];
  return first !== undefined && second !== undefined && equal(a.unknowns, first, second);
}

function copied(to: Context, from: Context, symbol: Symbol): Context {
  const vector = from.vectors.get(symbol);
  if (vector !== undefined) return withVector(to, symbol, vector);
  const number = from.numbers.get(symbol);
  return number === undefined ? to : withNumber(to, symbol, number);
}
