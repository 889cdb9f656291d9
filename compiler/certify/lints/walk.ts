import type { Block, Expression, Statement } from "../../ast/tree.ts";
import type { Typed } from "../../types/typing.ts";

/** All statements of a block, those inside loops and branches, too. */
export function statementsIn(block: Block<Typed>): readonly Statement<Typed>[] {
  return block.statements.flatMap((statement) => [statement, ...insideOf(statement)]);
}

function insideOf(statement: Statement<Typed>): readonly Statement<Typed>[] {
  switch (statement.kind) {
    case "while":
    case "repeat":
      return statementsIn(statement.body);
    case "if": {
      const { consequent, alternative } = statement;
      if (alternative === null) return statementsIn(consequent);
      const other =
        alternative.kind === "if" ? [alternative, ...insideOf(alternative)] : statementsIn(alternative);
      return [...statementsIn(consequent), ...other];
    }
    default:
      return [];
  }
}

/** What a statement assigns. */
export function valuesOf(statement: Statement<Typed>): readonly Expression<Typed>[] {
  switch (statement.kind) {
    case "let":
    case "letTuple":
    case "var":
      return [statement.initial];
    case "update":
    case "report":
    case "return":
      return [statement.value];
    default:
      return [];
  }
}
