import { Command } from "commander";
import type { Context } from "../context.ts";
import { engineOption } from "./engineOption.ts";

interface DoctorOptions {
  readonly engine?: string;
  readonly json?: true;
}

/** `ipc doctor` */
export function doctorCommand(context: Context): Command {
  return new Command("doctor")
    .description("Says versions and engine, and tests adjoints and gradients on this machine.")
    .addOption(engineOption())
    .option("--json", "one object of JSON on stdout")
    .addHelpText("after", "\nExamples:\n  ipc doctor\n  ipc doctor --engine reference --json")
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import("../doctor.ts");
      context.finish(await doctor(context, options));
    });
}
