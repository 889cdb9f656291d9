import { Command, InvalidArgumentError } from "commander";
import type { Context } from "../context.ts";
import type { ApplyOptions } from "../run/applyOperator.ts";
import { engineOption } from "./engineOption.ts";
import { seedOption } from "./seed.ts";

/** `ipc apply EXPR` */
export function applyCommand(context: Context): Command {
  return new Command("apply")
    .description("Applies an operator to a file: how measurements are made, and adjoints looked at.")
    .argument("<expression>", "an operator, as in `ipc run --bind`")
    .requiredOption("--input <file>", "what it is applied to: .npy, .npz:key, .png")
    .requiredOption("--output <file>", "where the result is written")
    .option("--adjoint", "apply the adjoint")
    .option("--noise <sigma>", "add normal noise of this standard deviation", standardDeviation, 0)
    .addOption(seedOption())
    .option("--batch", "the first axis of the file counts samples")
    .addOption(engineOption())
    .addHelpText(
      "after",
      `
Examples:
  ipc apply 'mask(rate = 0.5, seed = 3)' --input picture.png --output y.npy --noise 0.01
  ipc apply 'blur(gaussian_kernel(9, sigma = 2))' --adjoint --input y.npy --output back.png`,
    )
    .action(async (expression: string, options: ApplyOptions) => {
      const { applyOperator } = await import("../run/applyOperator.ts");
      context.finish(await applyOperator(context, expression, options));
    });
}

function standardDeviation(text: string): number {
  const sigma = Number(text);
  if (Number.isFinite(sigma) && sigma >= 0 && text.trim() !== "") return sigma;
  throw new InvalidArgumentError("It must be a number from 0.");
}
