import { partsOf } from "../ast/parts.ts";
import type { Expression } from "../ast/tree.ts";
import type { Level, Symbol, Typed } from "../types/typing.ts";
import type { Knowledge } from "./context.ts";

/** The first expression that passes a test, outermost and leftmost first. */
export function findExpression(
  expression: Expression<Typed>,
  test: (part: Expression<Typed>) => boolean,
): Expression<Typed> | null {
  if (test(expression)) return expression;
  for (const child of partsOf(expression)) {
    const found = findExpression(child, test);
    if (found !== null) return found;
  }
  return null;
}

/** The declaration that makes an expression later than a stage, through `let`s and functions. */
export function blame(knowledge: Knowledge, expression: Expression<Typed>, limit: Level): Symbol | null {
  return blameWithin(knowledge, expression, limit, new Set());
}

function blameWithin(
  knowledge: Knowledge,
  expression: Expression<Typed>,
  limit: Level,
  seen: Set<Symbol>,
): Symbol | null {
  if ((expression.kind === "name" || expression.kind === "old") && expression.reference.kind === "symbol") {
    const { symbol } = expression.reference;
    if (expression.note.level <= limit || seen.has(symbol)) return null;
    seen.add(symbol);
    const definition = knowledge.definitions.get(symbol);
    const source =
      definition?.kind === "let" ? definition.initial : definition?.kind === "fun" ? definition.body : null;
    if (source === null || source.kind === "block") return symbol;
    return blameWithin(knowledge, source, limit, seen) ?? symbol;
  }
  for (const child of partsOf(expression)) {
    const found = blameWithin(knowledge, child, limit, seen);
    if (found !== null) return found;
  }
  return null;
}
