import type { Block, Expression, Stage, Statement } from "./tree.ts";

/** All statements of a block, those inside loops and branches, too. */
export function statementsIn<S extends Stage>(block: Block<S>): readonly Statement<S>[] {
  return block.statements.flatMap((statement) => [statement, ...insideOf(statement)]);
}

function insideOf<S extends Stage>(statement: Statement<S>): readonly Statement<S>[] {
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
export function valuesOf<S extends Stage>(statement: Statement<S>): readonly Expression<S>[] {
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
