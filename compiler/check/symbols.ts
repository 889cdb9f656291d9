import type { Identifier } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import {
  ARRAY_NAMES,
  FUNCTION_NAMES,
  LAYER_NAMES,
  type LibraryName,
  METHOD_NAMES,
  NET_NAMES,
  OPERATOR_NAMES,
  SET_NAMES,
} from "../library/names.ts";
import type { Symbol, SymbolOrigin, Typing } from "../types/typing.ts";
import { type Environment, report } from "./context.ts";
import { lookUp } from "./scope.ts";

const LIBRARY_NAMES: ReadonlySet<string> = new Set<LibraryName>([
  ...OPERATOR_NAMES,
  ...FUNCTION_NAMES,
  ...SET_NAMES,
  ...ARRAY_NAMES,
  ...LAYER_NAMES,
  ...NET_NAMES,
  ...METHOD_NAMES,
]);

/** Whether a name is one of the library's. */
export function isLibraryName(name: string): name is LibraryName {
  return LIBRARY_NAMES.has(name);
}

/** All names of the library, for suggestions. */
export function libraryNames(): ReadonlySet<string> {
  return LIBRARY_NAMES;
}

/** Makes the symbol of a declaration and puts it in scope; a name that is taken is reported. */
export function declare(
  environment: Environment,
  name: Identifier,
  origin: SymbolOrigin,
  typing: Typing,
  perStep = false,
): Symbol {
  const symbol: Symbol = { name: name.name, span: name.span, origin, typing, perStep };
  const taken = takenBy(environment, name.name);
  if (taken !== null) {
    environment.run.excused.add(name.name);
    const args = { name: name.name, word: withArticle(wordOf(taken.origin)) };
    report(environment, diagnose("IPX1002", name.span, args, { first: taken.span }));
  } else if (isLibraryName(name.name) && origin.kind !== "argument") {
    report(environment, diagnose("IPX1007", name.span, { name: name.name }));
  }
  environment.scope.symbols.set(name.name, symbol);
  return symbol;
}

/** The declaration that a new one of the same name would shadow; parameters of a `fun` may hide members. */
function takenBy(environment: Environment, name: string): Symbol | null {
  const own = environment.scope.symbols.get(name);
  if (own !== undefined) return own;
  const found = lookUp(environment.scope, name);
  return found === null || found.beyondBoundary ? null : found.symbol;
}

/** The word with which a name was declared. */
export function wordOf(origin: SymbolOrigin): string {
  switch (origin.kind) {
    case "item":
      return origin.item;
    case "size":
    case "space":
    case "given":
    case "input":
    case "learn":
    case "let":
    case "var":
    case "state":
    case "fun":
    case "net":
    case "argument":
    case "counter":
    case "draw":
    case "report":
      return origin.kind;
  }
}

/** `a state`, `an input`. */
export function withArticle(word: string): string {
  return /^[aeiou]/u.test(word) ? `an ${word}` : `a ${word}`;
}
