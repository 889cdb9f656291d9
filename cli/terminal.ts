/** Where a command talks: data on `out`, everything else on `talk`; and how it learns of an interrupt. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly talk: (text: string) => void;
  /** whether colours may be used on each of them */
  readonly colour: { readonly out: boolean; readonly talk: boolean };
  /** whether a line on `talk` may be written over: a person watches */
  readonly live: boolean;
  /**
   * Runs `work` with a signal that an interrupt aborts, so that it can end cleanly. Outside of this an interrupt ends
   * the process at once.
   */
  readonly interruptible: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

/** The exit codes of the contract. */
export const EXIT = { fine: 0, fault: 1, usage: 2, interrupted: 130 } as const;

/** What ends a command besides diagnostics: a wrong command line, an interrupt, a fault of ipc. */
type ErrorKind = "usage" | "interrupted" | "bug";

/** Writes what ended a command for machines: no diagnostics, and an error with its kind. */
export function writeError(terminal: Pick<Terminal, "out">, kind: ErrorKind, message: string): void {
  writeJson(terminal, { diagnostics: [], error: { kind, message } });
}

/** Writes an object as one line of JSON with its version; NaN and infinity are null. */
export function writeJson(terminal: Pick<Terminal, "out">, object: Readonly<Record<string, unknown>>): void {
  terminal.out(`${JSON.stringify({ version: 1, ...object })}\n`);
}
