import { partsOf } from "../ast/parts.ts";
import { statementsIn } from "../ast/statements.ts";
import type { Block, Expression, If, Statement } from "../ast/tree.ts";
import type { Definitions } from "../library/calculus/analyse.ts";
import type { Symbol, Typed } from "../types/typing.ts";

/** Stands for "a loop has hit its cap in this step" among the symbols that a step updates. */
export const CAPPED: Symbol = {
  name: "capped",
  span: { file: "", start: 0, end: 0 },
  origin: { kind: "size", initial: null },
  typing: {
    type: { kind: "value", space: { kind: "array", element: "bool", dimensions: [] } },
    level: 4,
    interval: null,
    facts: [],
  },
  perStep: false,
};

/** Stands for the number of a loop's round, which draws in the loop read. */
export const ROUND: Symbol = {
  ...CAPPED,
  name: "round",
  typing: {
    ...CAPPED.typing,
    type: { kind: "value", space: { kind: "array", element: "int", dimensions: [] } },
  },
};

/** Whether statements draw random numbers. */
export function hasDraw(block: Block<Typed>): boolean {
  return statementsIn(block).some(({ kind }) => kind === "draw");
}

export function isCapped(symbol: Symbol): boolean {
  return symbol === CAPPED;
}

/** The symbols that statements update, in order of their first update. */
export function updatedSymbols(block: Block<Typed> | If<Typed>): ReadonlySet<Symbol> {
  const symbols = new Set<Symbol>();
  const visit = (statement: Statement<Typed>): void => {
    switch (statement.kind) {
      case "update":
        if (statement.reference.kind === "symbol") symbols.add(statement.reference.symbol);
        return;
      case "if":
        statement.consequent.statements.forEach(visit);
        if (statement.alternative?.kind === "if") visit(statement.alternative);
        else statement.alternative?.statements.forEach(visit);
        return;
      case "while":
      case "repeat":
        statement.body.statements.forEach(visit);
        return;
      case "let":
      case "letTuple":
      case "var":
      case "fun":
      case "draw":
      case "report":
      case "return":
        return;
    }
  };
  if (block.kind === "block") block.statements.forEach(visit);
  else visit(block);
  return symbols;
}

/** The number of statements of a block when each `repeat` in it is written out. */
export function lengthOf(block: Block<Typed>): number {
  return block.statements.reduce((total, statement) => total + lengthOfStatement(statement), 0);
}

function lengthOfStatement(statement: Statement<Typed>): number {
  switch (statement.kind) {
    case "repeat":
      return lengthOf(statement.body) * (statement.count.kind === "number" ? statement.count.value : 1);
    case "while":
      return 1 + lengthOf(statement.body);
    case "if": {
      const { alternative } = statement;
      if (alternative === null) return 1 + lengthOf(statement.consequent);
      const other = alternative.kind === "if" ? lengthOfStatement(alternative) : lengthOf(alternative);
      return 1 + lengthOf(statement.consequent) + other;
    }
    default:
      return 1;
  }
}

/** Whether statements contain a `while`, or call a function that does. */
export function mayLoop(block: Block<Typed> | If<Typed>, definitions: Definitions): boolean {
  const seen = new Set<Symbol>();
  const inBlock = (inner: Block<Typed>): boolean => inner.statements.some(inStatement);
  const inStatement = (statement: Statement<Typed>): boolean => {
    switch (statement.kind) {
      case "while":
        return true;
      case "if": {
        const { alternative } = statement;
        const other =
          alternative?.kind === "if"
            ? inStatement(alternative)
            : alternative !== null && inBlock(alternative);
        return other || inBlock(statement.consequent) || inExpression(statement.condition);
      }
      case "repeat":
        return inBlock(statement.body);
      case "let":
      case "letTuple":
      case "var":
        return inExpression(statement.initial);
      case "update":
      case "report":
      case "return":
        return inExpression(statement.value);
      case "fun":
      case "draw":
        return false;
    }
  };
  const inCall = (callee: Expression<Typed>): boolean => {
    if (callee.kind !== "name" || callee.reference.kind !== "symbol") return false;
    const { symbol } = callee.reference;
    if (seen.has(symbol)) return false;
    seen.add(symbol);
    const definition = definitions.get(symbol);
    if (definition?.kind !== "fun") return false;
    return definition.body.kind === "block" ? inBlock(definition.body) : inExpression(definition.body);
  };
  const inFunction = (expression: Expression<Typed>): boolean =>
    expression.kind === "name" ? inCall(expression) : partsOf(expression).some(inFunction);
  const inExpression = (expression: Expression<Typed>): boolean =>
    partsOf(expression).some(inExpression) ||
    (expression.kind === "call" && inCall(expression.callee)) ||
    (expression.kind === "gradient" && inFunction(expression.of));
  return block.kind === "block" ? inBlock(block) : inStatement(block);
}
