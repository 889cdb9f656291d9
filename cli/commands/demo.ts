import { Command } from "commander";
import type { Context } from "../context.ts";
import { engineOption } from "./engineOption.ts";

interface DemoOptions {
  readonly images?: string;
  readonly out: string;
  readonly engine?: string;
}

/** `ipc demo` */
export function demoCommand(context: Context): Command {
  return new Command("demo")
    .description("Trains LISTA against ISTA and FISTA, and restores pictures, in some minutes.")
    .option("--images <folder>", "pictures (.png) to restore instead of a generated one")
    .option("--out <folder>", "where figures and pictures are written", "demo-out")
    .addOption(engineOption())
    .addHelpText("after", "\nExamples:\n  ipc demo\n  ipc demo --images ~/pictures --out results")
    .action(async (options: DemoOptions) => {
      const { demo } = await import("../demo/demo.ts");
      context.finish(await demo(context, options));
    });
}
