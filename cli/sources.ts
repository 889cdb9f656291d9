import type { SourceFile, Span } from "../compiler/source/span.ts";

/** The texts that a command has read, by the names that its messages give them, and where programs declare what is bound. */
export class Sources {
  private readonly texts = new Map<string, string>();
  private readonly declared = new Map<string, ReadonlyMap<string, Span>>();

  /** Remembers a text, and gives it as a source. */
  add(path: string, text: string): SourceFile {
    this.texts.set(path, text);
    return { path, text };
  }

  /** The text of a name, or null if it is not at hand. */
  readonly text = (path: string): string | null => this.texts.get(path) ?? null;

  /** Remembers where a program, by its hash, declares what it learns and what is bound. */
  declare(hash: string, places: ReadonlyMap<string, Span>): void {
    this.declared.set(hash, places);
  }

  /** Where a program declares a name, or null if that is not known. */
  declarationAt(hash: string, name: string): Span | null {
    return this.declared.get(hash)?.get(name) ?? null;
  }
}
