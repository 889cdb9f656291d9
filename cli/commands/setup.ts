import { Command } from "commander";
import type { Context } from "../context.ts";
import { EXIT } from "../terminal.ts";

const HOW: ReadonlyMap<string, string> = new Map([
  ["tfjs-node", "npm install @tensorflow/tfjs-node@4.22.0"],
  ["tfjs-node-gpu", "npm install @tensorflow/tfjs-node-gpu@4.22.0"],
]);

/** `ipc setup ENGINE` */
export function setupCommand(context: Context): Command {
  return new Command("setup")
    .description("Says how an optional engine is installed; it is taken when it is present.")
    .argument("<engine>", "tfjs-node or tfjs-node-gpu")
    .addHelpText("after", "\nExamples:\n  ipc setup tfjs-node")
    .action((engine: string) => {
      const how = HOW.get(engine);
      if (how === undefined) {
        context.terminal.talk(
          `error: There is no optional engine '${engine}'; there are ${[...HOW.keys()].join(" and ")}.\n`,
        );
        context.finish(EXIT.usage);
        return;
      }
      context.terminal.out(`${how}\n`);
      context.terminal.talk("Run this in the folder in which ipc is installed, then `ipc doctor`.\n");
    });
}
