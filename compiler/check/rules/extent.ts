import { partsOf } from "../../ast/parts.ts";
import type { Block, Expression, Identifier, If, Statement } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Type } from "../../types/type.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { type Environment, type Knowledge, report } from "../context.ts";

/** How large a definition is when all that it is made of is written out in it. */
export interface Extent {
  /** names, numbers and signs */
  readonly size: number;
  /** how many of them lie within each other */
  readonly depth: number;
}

const LARGEST: Extent = { size: 10_000, depth: 1000 };
const NONE: Extent = { size: 0, depth: 0 };
/** Of what was refused, and of all that uses it: one fault, one error. */
const REFUSED: Extent = { size: -Infinity, depth: 0 };

/**
 * IPX9004: refuses a definition that the compiler could not write out, so that no rule sees into it, and keeps the
 * extent of any other.
 */
export function keepExtent(
  environment: Environment,
  name: Identifier,
  symbol: Symbol,
  of: Expression<Typed> | Block<Typed>,
): void {
  const { knowledge } = environment.run;
  const extent = of.kind === "block" ? ofBlock(knowledge, of) : ofExpression(knowledge, of);
  const isRefused = extent.size === -Infinity;
  const what = extent.depth > LARGEST.depth ? "depth" : extent.size > LARGEST.size ? "size" : null;
  knowledge.extents.set(symbol, isRefused || what !== null ? REFUSED : extent);
  if (isRefused || what === null) return;
  knowledge.definitions.delete(symbol);
  report(environment, diagnose("IPX9004", name.span, { name: name.name, what, limit: LARGEST[what] }));
}

/** Whether a `let` is written out where it is read: operators and functions are, and counts, which name sizes. */
export function isWrittenOut(type: Type): boolean {
  return type.kind !== "value" || (type.space.kind === "array" && type.space.element === "int");
}

function ofExpression(knowledge: Knowledge, expression: Expression<Typed>): Extent {
  const own = expression.kind === "name" ? ofName(knowledge, expression) : NONE;
  const inner = partsOf(expression).map((part) => ofExpression(knowledge, part));
  return within([own, ...inner]);
}

function ofName(knowledge: Knowledge, { reference }: Extract<Expression<Typed>, { kind: "name" }>): Extent {
  return reference.kind === "symbol" ? (knowledge.extents.get(reference.symbol) ?? NONE) : NONE;
}

function within(parts: readonly Extent[]): Extent {
  return parts.reduce(
    (whole, { size, depth }) => ({ size: whole.size + size, depth: Math.max(whole.depth, depth + 1) }),
    { size: 1, depth: 1 },
  );
}

function ofBlock(knowledge: Knowledge, block: Block<Typed>): Extent {
  return within(block.statements.map((statement) => ofStatement(knowledge, statement)));
}

function ofStatement(knowledge: Knowledge, statement: Statement<Typed>): Extent {
  const value = (expression: Expression<Typed>): Extent => ofExpression(knowledge, expression);
  switch (statement.kind) {
    case "let":
    case "letTuple":
    case "var":
      return value(statement.initial);
    case "update":
    case "report":
    case "return":
      return value(statement.value);
    case "while":
      return within([value(statement.condition), ofBlock(knowledge, statement.body)]);
    case "repeat": {
      const rounds = statement.count.kind === "number" ? statement.count.value : 1;
      const { size, depth } = ofBlock(knowledge, statement.body);
      return { size: size * rounds, depth };
    }
    case "if":
      return ofIf(knowledge, statement);
    case "fun":
    case "draw":
      return NONE;
  }
}

function ofIf(knowledge: Knowledge, { condition, consequent, alternative }: If<Typed>): Extent {
  const other =
    alternative === null
      ? NONE
      : alternative.kind === "if"
        ? ofIf(knowledge, alternative)
        : ofBlock(knowledge, alternative);
  return within([ofExpression(knowledge, condition), ofBlock(knowledge, consequent), other]);
}
