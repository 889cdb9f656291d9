/** What the page of a library name says beside its signature: `docs/library.md`, and `ipc explain NAME`. */
export interface LibraryPage {
  /** what is known of its norm, Lipschitz constant or prox, and how, beyond what the tables say */
  readonly rule?: string;
  /** the source of the mathematics; null where it is a plain definition */
  readonly citation: string | null;
  /** a program that uses it, sound and compiled unless `notYet` says otherwise */
  readonly example: string;
  /** what this version cannot do with the example (docs/language.md, section 13); absent where it compiles */
  readonly notYet?: "compiled" | "checked";
  /** the example is no program, but an expression for `--bind` */
  readonly binding?: true;
}

/** A program with the given sizes and spaces between its brackets, a member a line. */
export function example(sizes: string, ...members: readonly string[]): string {
  return ["program example[" + sizes + "] {", ...members.map((member) => `  ${member}`), "}"].join("\n");
}
