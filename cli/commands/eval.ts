import { Command } from "commander";
import type { Context } from "../context.ts";
import { engineOption } from "./engineOption.ts";

interface EvalOptions {
  readonly engine?: string;
  readonly data?: string;
  readonly json?: true;
}

/** `ipc eval EXPERIMENT.toml` */
export function evalCommand(context: Context): Command {
  return new Command("eval")
    .description("Measures a trained program against tuned baselines: a table, CSV and figures.")
    .argument("<experiment>", "an experiment (.toml) that was trained")
    .option("--data <folder>", "pictures or arrays in the place of the experiment's `folder` or `generate`")
    .addOption(engineOption())
    .option("--json", "one object of JSON on stdout")
    .addHelpText(
      "after",
      "\nExamples:\n  ipc eval programs/experiments/lista.toml\n\nWhat an experiment file may hold: docs/experiments.md.",
    )
    .action(async (file: string, options: EvalOptions) => {
      const { evalExperiment } = await import("../experiment/eval.ts");
      context.finish(await evalExperiment(context, file, options));
    });
}
