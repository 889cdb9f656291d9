import type { Expression } from "../ast/tree.ts";
import type { Level, Symbol, Typed } from "../types/typing.ts";
import type { Knowledge } from "./context.ts";

/** The expressions directly inside an expression, in the order of the text. */
export function childrenOf(expression: Expression<Typed>): readonly Expression<Typed>[] {
  switch (expression.kind) {
    case "number":
    case "string":
    case "truth":
    case "infinity":
    case "name":
    case "old":
      return [];
    case "gradient":
      return [expression.of];
    case "tuple":
      return expression.entries;
    case "negate":
    case "not":
    case "adjoint":
      return [expression.operand];
    case "sum":
    case "product":
    case "comparison":
    case "logical":
      return [expression.left, expression.right];
    case "power":
      return [expression.base, expression.exponent];
    case "pipe":
      return [expression.value, expression.into];
    case "conditional":
      return [expression.condition, expression.consequent, expression.alternative];
    case "call":
      return [
        expression.callee,
        ...expression.arguments.flatMap(({ value }) => (value.kind === "targetCall" ? [] : [value])),
      ];
    case "index":
      return [expression.operand, ...expression.indices];
  }
}

/** The first expression that passes a test, outermost and leftmost first. */
export function findExpression(
  expression: Expression<Typed>,
  test: (part: Expression<Typed>) => boolean,
): Expression<Typed> | null {
  if (test(expression)) return expression;
  for (const child of childrenOf(expression)) {
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
  for (const child of childrenOf(expression)) {
    const found = blameWithin(knowledge, child, limit, seen);
    if (found !== null) return found;
  }
  return null;
}
