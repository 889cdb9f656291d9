import { Command, Option } from "commander";
import { DUMP_STAGES, TARGETS } from "../choices.ts";
import type { CompileOptions } from "../compileFiles.ts";
import type { Context } from "../context.ts";

/** `ipc compile FILE` */
export function compileCommand(context: Context): Command {
  return new Command("compile")
    .description("Writes TypeScript modules NAME.TARGET.ts.")
    .argument("<file>", "a program (.ipx)")
    .addOption(
      new Option("--target <target>", "instead of all that the program declares").choices([...TARGETS]),
    )
    .option("--program <name>", "one program of a file with several")
    .option("-o, --out <folder>", "where to write", ".")
    .option("--runtime <specifier>", "what the modules import", "ipc/runtime")
    .addOption(new Option("--dump <stage>", "print a stage instead of writing").choices([...DUMP_STAGES]))
    .option("--json", "one object of JSON on stdout")
    .addHelpText(
      "after",
      "\nExamples:\n  ipc compile programs/ista.ipx -o build\n  ipc compile programs/lista.ipx --target unrolled\n  ipc compile programs/ista.ipx --target solver --dump ir.opt",
    )
    .action(async (file: string, options: CompileOptions) => {
      const { compileToFiles } = await import("../compileFiles.ts");
      context.finish(await compileToFiles(context, file, options));
    });
}
