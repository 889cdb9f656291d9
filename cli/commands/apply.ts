import { Command } from "commander";
import type { Context } from "../context.ts";
import type { ApplyOptions } from "../run/applyOperator.ts";
import { engineOption } from "./engineOption.ts";
import { noiseOption } from "./noiseOption.ts";
import { seedOption } from "./seed.ts";

/** `ipc apply EXPR` */
export function applyCommand(context: Context): Command {
  return new Command("apply")
    .description("Applies an operator to a file: how measurements are made, and adjoints looked at.")
    .argument("<expression>", "an operator, as in `ipc run --bind`")
    .requiredOption("--input <file>", "what it is applied to: an array or a picture (docs/data.md)")
    .requiredOption("--output <file>", "where the result is written: .npy, .npz:key, .png")
    .option("--adjoint", "apply the adjoint")
    .addOption(noiseOption())
    .addOption(seedOption())
    .option("--batch", "the first axis of the file counts samples")
    .addOption(engineOption())
    .addHelpText(
      "after",
      `
Examples:
  ipc apply 'mask(rate = 0.5, seed = 3)' --input picture.png --output y.npy --noise 0.01
  ipc apply 'I' --input counts.npy --output noisy.npy --noise poisson=1e4 --seed 1
  ipc apply 'blur(gaussian_kernel(9, sigma = 2))' --adjoint --input y.npy --output back.png`,
    )
    .action(async (expression: string, options: ApplyOptions) => {
      const { applyOperator } = await import("../run/applyOperator.ts");
      context.finish(await applyOperator(context, expression, options));
    });
}
