import { Command } from "commander";
import type { Context } from "../context.ts";

/** `ipc new NAME` */
export function newCommand(context: Context): Command {
  return new Command("new")
    .description("Makes a folder with a program, an experiment and a README that run.")
    .argument("<name>", "the folder, which must not exist")
    .addHelpText("after", "\nExamples:\n  ipc new denoising")
    .action(async (name: string) => {
      const { newProject } = await import("../newProject.ts");
      context.finish(await newProject(context, name));
    });
}
