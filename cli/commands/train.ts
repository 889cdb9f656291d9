import { Command } from "commander";
import type { Context } from "../context.ts";
import { engineOption } from "./engineOption.ts";

interface TrainOptions {
  readonly resume?: true;
  readonly engine?: string;
  readonly data?: string;
  readonly json?: true;
}

/** `ipc train EXPERIMENT.toml` */
export function trainCommand(context: Context): Command {
  return new Command("train")
    .description("Trains a program as an experiment file says.")
    .argument("<experiment>", "an experiment (.toml)")
    .option("--resume", "go on from the last checkpoint")
    .option("--data <folder>", "pictures or arrays in the place of the experiment's `folder` or `generate`")
    .addOption(engineOption())
    .option("--json", "one object of JSON on stdout")
    .addHelpText(
      "after",
      "\nExamples:\n  ipc train programs/experiments/lista.toml\n  ipc train programs/experiments/lista.toml --resume\n\nWhat an experiment file may hold: docs/experiments.md.",
    )
    .action(async (file: string, options: TrainOptions) => {
      const { trainExperiment } = await import("../experiment/train.ts");
      context.finish(await trainExperiment(context, file, options));
    });
}
