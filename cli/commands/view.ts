import { Command, Option } from "commander";
import type { Context } from "../context.ts";
import { PARTS } from "../data/planes.ts";
import type { ViewOptions } from "../data/viewFiles.ts";
import { countOption } from "./numberOptions.ts";
import { rangeOption, windowOption } from "./rangeOption.ts";

/** `ipc view FILE... -o PICTURE` */
export function viewCommand(context: Context): Command {
  return new Command("view")
    .description("Writes arrays, sinograms and complex images as a picture.")
    .argument("<file...>", "arrays or pictures (docs/data.md): y.npy, scan.h5:kspace:12, slice.dcm")
    .requiredOption("-o, --output <file>", "the picture that is written (.png)")
    .addOption(rangeOption().conflicts("window"))
    .addOption(windowOption())
    .addOption(
      new Option("--part <part>", "of complex numbers, instead of modulus and phase").choices([...PARTS]),
    )
    .option("--channels", "the last axis counts pictures: coils of maps, features of a network")
    .addOption(countOption("--count <n>", "the most pictures of an array with leading axes").default(16))
    .addOption(countOption("--columns <n>", "pictures in a row"))
    .option("--title <text>", "a heading")
    .option("--json", "one object of JSON on stdout")
    .addHelpText(
      "after",
      `
One picture is written pixel by pixel; several stand side by side, with their names and ranges.

Examples:
  ipc view sinogram.npy -o sinogram.png
  ipc view slice.dcm --window 40,400 -o soft-tissue.png
  ipc view truth.png restored.npy --range 0,1 -o both.png
  ipc view maps.npy:0 --channels -o coils.png
  ipc view scan.h5:kspace:12 --part modulus -o kspace.png`,
    )
    .action(async (files: readonly string[], options: ViewOptions) => {
      const { viewFiles } = await import("../data/viewFiles.ts");
      context.finish(await viewFiles(context, files, options));
    });
}
