import { Command, Option } from "commander";
import { TARGETS } from "../choices.ts";
import type { Context } from "../context.ts";
import { engineOption } from "./engineOption.ts";
import type { RunOptions } from "../run/runProgram.ts";
import { countOption, positiveOption } from "./numberOptions.ts";
import { repeated } from "./repeated.ts";
import { seedOption } from "./seed.ts";

/** `ipc run FILE` */
export function runCommand(context: Context): Command {
  return new Command("run")
    .description("Runs a program on data.")
    .argument("<file>", "a program (.ipx)")
    .addOption(new Option("--target <target>", "instead of the first that is declared").choices([...TARGETS]))
    .option("--program <name>", "one program of a file with several")
    .option("--bind <NAME=EXPR>", "binds a given, a size or an operator; repeatable", repeated, [])
    .option(
      "--input <NAME=FILE>",
      "data of an input: an array or a picture (docs/data.md); repeatable",
      repeated,
      [],
    )
    .option("--output <EXPR=FILE>", "what to write where; repeatable", repeated, [])
    .option("--weights <file>", "trained weights (.safetensors)")
    .addOption(engineOption())
    .addOption(
      countOption("--max <n>", "the most steps of a solver or an equilibrium, instead of the program's"),
    )
    .addOption(
      countOption("--steps <k>", "the number of steps of an unrolled network, instead of the program's"),
    )
    .addOption(positiveOption("--tol <t>", "the tolerance of an equilibrium, instead of the program's"))
    .option("--batch", "the first axis of files counts samples where the types leave it open")
    .addOption(seedOption())
    .option("--require-converged", "exit code 1 if a sample did not converge")
    .option("--json", "one object of JSON on stdout")
    .addHelpText(
      "after",
      `
Examples:
  ipc run programs/ista.ipx --bind 'A=matrix("A.npy")' --bind lambda=0.05 --input y=y.npy --output x=x.npy
  ipc run programs/fista.ipx --bind "A=mask(rate = 0.5, seed = 3)*wavelet(sym4, levels = 3)'" \\
    --bind lambda=0.01 --input y=y.npy --output "wavelet(sym4, levels = 3)'*x=restored.png"
  ipc run programs/ista.ipx --max 100 --bind 'A=gaussian(250, 500, seed = 1)' --input y=y.npy --output x=x.npy
  ipc run programs/ista.ipx --target unrolled --steps 50 --bind 'A=matrix("A.npy")' --input y=y.npy
  ipc run programs/lista.ipx --weights runs/lista/weights.safetensors --bind 'A=gaussian(250, 500, seed = 1)' \\
    --input y=y.npy --output x=x.npy --json`,
    )
    .action(async (file: string, options: RunOptions) => {
      const { runProgram } = await import("../run/runProgram.ts");
      context.finish(await runProgram(context, file, options));
    });
}
