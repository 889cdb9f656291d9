import { statementsIn } from "../../ast/statements.ts";
import type { Block, Expression, If, Repeat, While } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { hull, type Interval, isWithin, widen } from "../../types/interval.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { copyFlow, type Environment, type Flow, report } from "../context.ts";
import { expectCondition, expectRealNumber } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import { blame } from "../walk.ts";
import { type BlockOwner, checkBlock } from "./block.ts";

/** `if c { } else { }`: both sides from the same point; intervals join to their hull. */
export function checkIf(environment: Environment, statement: If, owner: BlockOwner): If<Typed> {
  const condition = expectCondition(environment, checkExpression(environment, statement.condition));
  const before = environment.flow;
  const whenTrue = copyFlow(before);
  const consequent = checkBlock({ ...environment, flow: whenTrue }, statement.consequent, owner);
  const whenFalse = copyFlow(before);
  const alternative = checkAlternative({ ...environment, flow: whenFalse }, statement.alternative, owner);
  joinInto(before, whenTrue, whenFalse);
  return { ...statement, condition, consequent, alternative };
}

function checkAlternative(
  environment: Environment,
  alternative: If["alternative"],
  owner: BlockOwner,
): If<Typed>["alternative"] {
  if (alternative === null) return null;
  return alternative.kind === "if"
    ? checkIf(environment, alternative, owner)
    : checkBlock(environment, alternative, owner);
}

/** What is known after two paths meet. */
function joinInto(flow: Flow, a: Flow, b: Flow): void {
  for (const [symbol, interval] of a.intervals) {
    const other = b.intervals.get(symbol);
    flow.intervals.set(symbol, joinIntervals(interval, other === undefined ? symbol.typing.interval : other));
  }
  for (const [symbol, interval] of b.intervals) {
    if (!a.intervals.has(symbol)) flow.intervals.set(symbol, joinIntervals(symbol.typing.interval, interval));
  }
  for (const symbol of [...a.updated, ...b.updated]) flow.updated.add(symbol);
  for (const symbol of a.surelyUpdated) if (b.surelyUpdated.has(symbol)) flow.surelyUpdated.add(symbol);
}

function joinIntervals(a: Interval | null, b: Interval | null): Interval | null {
  return a === null || b === null ? null : hull(a, b);
}

/** `while c max 60 { }`: the cap is known before the step. */
export function checkWhile(environment: Environment, statement: While, owner: BlockOwner): While<Typed> {
  const max = checkCap(environment, statement.max);
  settleLoop(environment, statement.body, owner, statement.condition);
  const condition = expectCondition(environment, checkExpression(environment, statement.condition));
  const body = checkRound(environment, statement.body, owner);
  return { ...statement, condition, max, body };
}

/** `repeat 3 { }`. */
export function checkRepeat(environment: Environment, statement: Repeat, owner: BlockOwner): Repeat<Typed> {
  const count = checkCap(environment, statement.count);
  settleLoop(environment, statement.body, owner, null);
  const body = checkRound(environment, statement.body, owner);
  return { ...statement, count, body };
}

/** The number of rounds: a real number that is known before the iteration. */
function checkCap(environment: Environment, cap: Expression): Expression<Typed> {
  const tree = expectRealNumber(environment, checkExpression(environment, cap));
  if (tree.note.type.kind === "unknown" || tree.note.level < 4) return tree;
  const symbol = blame(environment.run.knowledge, tree, 3);
  const args = { what: "The cap of a loop", name: symbol?.name ?? "this", source: "known only in the step" };
  report(environment, diagnose("IPX4001", tree.span, args, { declared: symbol?.span ?? null }));
  return tree;
}

/** The last check of a loop's body, from where all rounds begin. */
function checkRound(environment: Environment, body: Block, owner: BlockOwner): Block<Typed> {
  const flow = copyFlow(environment.flow);
  const tree = checkBlock({ ...environment, flow }, body, owner);
  const after = copyFlow(environment.flow);
  joinInto(environment.flow, flow, after);
  return tree;
}

/**
 * Widens the intervals of everything that a loop's body updates until they hold for every round. Inside a silent round
 * this is done at once, so that nested loops cost no more than their text.
 */
function settleLoop(
  environment: Environment,
  body: Block,
  owner: BlockOwner,
  condition: Expression | null,
): void {
  const changing = changedIn(environment, body);
  const { flow } = environment;
  if (environment.silent) {
    for (const symbol of changing) forget(environment, symbol);
    return;
  }
  for (let round = 0; round < 2; round += 1) {
    const next = copyFlow(flow);
    const silent: Environment = { ...environment, flow: next, silent: true };
    if (condition !== null) checkExpression(silent, condition);
    checkBlock(silent, body, owner);
    for (const symbol of changing) growInterval(environment, symbol, next, round);
    for (const symbol of next.updated) flow.updated.add(symbol);
  }
}

function growInterval(environment: Environment, symbol: Symbol, next: Flow, round: number): void {
  const { flow } = environment;
  const start = flow.intervals.has(symbol) ? (flow.intervals.get(symbol) ?? null) : symbol.typing.interval;
  const end = next.intervals.has(symbol) ? (next.intervals.get(symbol) ?? null) : start;
  if (start === null || end === null) forget(environment, symbol);
  else if (isWithin(end, start)) flow.intervals.set(symbol, start);
  else if (round === 0) flow.intervals.set(symbol, widen(start, end));
  else forget(environment, symbol);
}

/** All that is sure of a name that a loop updates: the interval that was declared. */
function forget(environment: Environment, symbol: Symbol): void {
  const bounds = environment.run.knowledge.bounds.get(symbol);
  environment.flow.intervals.set(symbol, bounds?.outer ?? null);
}

/** The states and vars from outside a block that it updates. */
function changedIn(environment: Environment, block: Block): readonly Symbol[] {
  const updates = statementsIn(block).filter((statement) => statement.kind === "update");
  const names = new Set(updates.map(({ name }) => name.name));
  return [...names].flatMap((name) => {
    const symbol = findChanging(environment, name);
    return symbol === null ? [] : [symbol];
  });
}

function findChanging(environment: Environment, name: string): Symbol | null {
  for (let at: Environment["scope"] | null = environment.scope; at !== null; at = at.parent) {
    const symbol = at.symbols.get(name);
    if (symbol !== undefined) {
      return symbol.origin.kind === "state" || symbol.origin.kind === "var" ? symbol : null;
    }
  }
  return null;
}
