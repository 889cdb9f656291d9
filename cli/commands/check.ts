import { Command, Option } from "commander";
import type { Context } from "../context.ts";

interface CheckOptions {
  readonly json?: true;
  readonly deny?: "warnings";
  readonly notes?: true;
}

/** `ipc check FILE...` */
export function checkCommand(context: Context): Command {
  return new Command("check")
    .description("Checks programs and says what is wrong with them.")
    .argument("<file...>", "programs (.ipx)")
    .option("--json", "one object of JSON on stdout")
    .addOption(new Option("--deny <what>", "what ends with exit code 1 as errors do").choices(["warnings"]))
    .option("--notes", "also what is worth knowing and no fault")
    .addHelpText(
      "after",
      "\nExamples:\n  ipc check programs/ista.ipx\n  ipc check --json --deny warnings programs/*.ipx",
    )
    .action(async (files: readonly string[], options: CheckOptions) => {
      const { checkFiles } = await import("../checkFiles.ts");
      context.finish(await checkFiles(context, files, options));
    });
}
