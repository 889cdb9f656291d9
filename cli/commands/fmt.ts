import { Command } from "commander";
import type { Context } from "../context.ts";

/** `ipc fmt [--check] FILE...` */
export function fmtCommand(context: Context): Command {
  return new Command("fmt")
    .description("Formats programs in place.")
    .argument("<file...>", "programs (.ipx)")
    .option("--check", "write nothing; exit code 1 if a file is not formatted")
    .addHelpText("after", "\nExamples:\n  ipc fmt programs/*.ipx\n  ipc fmt --check programs/ista.ipx")
    .action(async (files: readonly string[], options: { readonly check?: true }) => {
      const { formatFiles } = await import("../formatFiles.ts");
      context.finish(await formatFiles(context, files, options.check === true));
    });
}
