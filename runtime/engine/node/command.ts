import { spawn } from "node:child_process";

/** What a command left: its exit code, -1 where it could not be started or was ended, and what it wrote. */
export interface Finished {
  readonly code: number;
  readonly output: string;
  /** what it wrote on standard error, or why it did not start */
  readonly text: string;
}

/** Runs a command to its end; a signal ends it early. Never throws. */
export function ran(
  command: string,
  parts: readonly string[],
  options: { readonly cwd?: string; readonly signal?: AbortSignal } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, parts, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let [output, text] = ["", ""];
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
    });
    child.stderr.on("data", (data: Buffer) => {
      text += data.toString();
    });
    child.on("error", (error) => {
      if (child.pid === undefined) resolve({ code: -1, output, text: error.message });
    });
    child.on("close", (code) => {
      resolve({ code: code ?? -1, output, text });
    });
  });
}
