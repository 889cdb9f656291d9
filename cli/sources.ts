import type { SourceFile } from "../compiler/source/span.ts";

/** The texts that a command has read, by the names that its messages give them. */
export class Sources {
  private readonly texts = new Map<string, string>();

  /** Remembers a text, and gives it as a source. */
  add(path: string, text: string): SourceFile {
    this.texts.set(path, text);
    return { path, text };
  }

  /** The text of a name, or null if it is not at hand. */
  readonly text = (path: string): string | null => this.texts.get(path) ?? null;
}
