#!/usr/bin/env node
import { main } from "./command.ts";
import { EXIT, type Terminal, writeError } from "./terminal.ts";

/** The terminal of this process. */
function processTerminal(): Terminal {
  const plain = (process.env["NO_COLOR"] ?? "") !== "";
  let graceful: AbortController | null = null;
  process.on("SIGINT", () => {
    if (graceful === null || graceful.signal.aborted) {
      if (process.argv.includes("--json")) {
        writeError({ out: (text) => process.stdout.write(text) }, "interrupted", "Interrupted.");
      }
      process.stderr.write("Interrupted.\n");
      process.exit(EXIT.interrupted);
    }
    graceful.abort();
  });
  return {
    out: (text) => process.stdout.write(text),
    talk: (text) => process.stderr.write(text),
    colour: { out: process.stdout.isTTY && !plain, talk: process.stderr.isTTY && !plain },
    live: process.stderr.isTTY,
    interruptible: async (work) => {
      graceful = new AbortController();
      try {
        return await work(graceful.signal);
      } finally {
        graceful = null;
      }
    },
  };
}

// a reader that has seen enough closes the pipe: no fault
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.fine);
  process.stderr.write(`The output cannot be written: ${error.message}\n`);
  process.exit(EXIT.usage);
});
// nobody listens any more, but the work goes on
process.stderr.on("error", () => undefined);
process.exitCode = await main(process.argv.slice(2), processTerminal());
