import type { Symbol } from "../types/typing.ts";

/** The names that are known at a place, inside out. A boundary is the border of a function's body. */
export interface Scope {
  readonly parent: Scope | null;
  readonly boundary: boolean;
  readonly symbols: Map<string, Symbol>;
}

/** A scope inside another one. */
export function nestedScope(parent: Scope | null, boundary = false): Scope {
  return { parent, boundary, symbols: new Map() };
}

/** What a name means, and whether the border of a function lies between. */
export interface Found {
  readonly symbol: Symbol;
  readonly beyondBoundary: boolean;
}

/** Looks a name up, from the innermost scope outwards. */
export function lookUp(scope: Scope, name: string): Found | null {
  let beyondBoundary = false;
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const symbol = at.symbols.get(name);
    if (symbol !== undefined) return { symbol, beyondBoundary };
    beyondBoundary ||= at.boundary;
  }
  return null;
}

/** All symbols that can be read at a place. */
export function visibleSymbols(scope: Scope): readonly Symbol[] {
  const found: Symbol[] = [];
  for (let at: Scope | null = scope; at !== null; at = at.parent) found.push(...at.symbols.values());
  return found;
}
