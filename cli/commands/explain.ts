import { Command } from "commander";
import type { Context } from "../context.ts";

/** `ipc explain CODE` and `ipc explain NAME` */
export function explainCommand(context: Context): Command {
  return new Command("explain")
    .description("Explains the code of a message or a name of the library, with an example.")
    .argument("<code or name>", "such as IPX2002 or norm21")
    .addHelpText("after", "\nExamples:\n  ipc explain IPX2002\n  ipc explain 2002\n  ipc explain wavelet")
    .action(async (code: string) => {
      const { explain } = await import("../explain.ts");
      context.finish(explain(context, code));
    });
}
