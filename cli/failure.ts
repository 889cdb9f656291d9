import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { EXIT } from "./terminal.ts";

/** What ends a command with messages: the user's program or data (1), or usage, configuration and files (2). */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: 1 | 2;

  constructor(diagnostics: readonly Diagnostic[], exitCode: 1 | 2 = EXIT.fault) {
    super(diagnostics.map(({ message }) => message).join("; "));
    this.diagnostics = diagnostics;
    this.exitCode = exitCode;
  }
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The end of a command that was interrupted, and that has put everything in order. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}
