import { Argument, Command } from "commander";
import type { Context } from "../context.ts";

/** `ipc setup ENGINE` */
export function setupCommand(context: Context): Command {
  return new Command("setup")
    .description("Builds an optional engine for this computer; it is found from then on.")
    .addArgument(new Argument("<engine>", "the engine").choices(["native"]))
    .addHelpText(
      "after",
      "\n`native` is built from the package's own kernels by the C compiler of this computer (CC, cc, gcc or clang)," +
        "\nkept in the user's cache folder, and compared with WebAssembly before it is taken." +
        "\n\nExamples:\n  ipc setup native\n  CC=clang ipc setup native",
    )
    .action(async () => {
      const { setupNative } = await import("../setup/native.ts");
      context.finish(await setupNative(context));
    });
}
