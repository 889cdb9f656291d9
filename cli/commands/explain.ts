import { Command } from "commander";
import type { Context } from "../context.ts";

/** `ipc explain CODE` */
export function explainCommand(context: Context): Command {
  return new Command("explain")
    .description("Explains the code of a message, with an example.")
    .argument("<code>", "such as IPX2002")
    .addHelpText("after", "\nExamples:\n  ipc explain IPX2002\n  ipc explain 2002")
    .action(async (code: string) => {
      const { explain } = await import("../explainCode.ts");
      context.finish(explain(context, code));
    });
}
