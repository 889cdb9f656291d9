import type { Sources } from "./sources.ts";
import type { Terminal } from "./terminal.ts";

/** What a command works with. */
export interface Context {
  readonly terminal: Terminal;
  readonly sources: Sources;
  /** sets the exit code */
  readonly finish: (code: number) => void;
}
