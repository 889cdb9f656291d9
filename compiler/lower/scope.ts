import type { Symbol } from "../types/typing.ts";
import type { Lowered } from "./lowered.ts";

/** What names stand for at one place of the program; inner scopes hide and update the outer ones. */
export class Scope {
  readonly #entries = new Map<Symbol, Lowered>();
  readonly #parent: Scope | null;

  constructor(parent: Scope | null) {
    this.#parent = parent;
  }

  define(symbol: Symbol, lowered: Lowered): void {
    this.#entries.set(symbol, lowered);
  }

  lookup(symbol: Symbol): Lowered | null {
    return this.#entries.get(symbol) ?? this.#parent?.lookup(symbol) ?? null;
  }

  /** The symbols that this scope itself defines or has updated, in order. */
  get own(): readonly Symbol[] {
    return [...this.#entries.keys()];
  }
}
