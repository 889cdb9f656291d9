import type { Expression } from "../ast/tree.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import type { Knowledge } from "./context.ts";

/** What a name of a `let` stands for, where that does not change while the program runs; null for all others. */
export function definitionOf(knowledge: Knowledge): (symbol: Symbol) => Expression<Typed> | null {
  return (symbol) => {
    const definition = knowledge.definitions.get(symbol);
    return definition?.kind === "let" && definition.initial.note.level < 4 ? definition.initial : null;
  };
}
