import { Command, Option } from "commander";
import type { Context } from "../context.ts";
import type { MakeOptions } from "../data/makeSet.ts";
import type { ShowOptions } from "../data/showSet.ts";
import { countOption } from "./numberOptions.ts";
import { rangeOption } from "./rangeOption.ts";
import { seedOption } from "./seed.ts";

/** `ipc data PATH` and `ipc data make GENERATOR` */
export function dataCommand(context: Context): Command {
  return new Command("data")
    .description("Shows what a set of data holds, or makes one.")
    .enablePositionalOptions()
    .argument("<path>", "a folder of pictures or arrays, or one file (docs/data.md)")
    .option("--key <name>", "the array of files that hold several")
    .option("--slices", "each part along the first axis of a file is a sample")
    .addOption(countOption("--count <n>", "the first samples only"))
    .option("--sheet <file>", "a contact sheet (.png)")
    .addOption(countOption("--pictures <n>", "the most pictures of the sheet").default(24))
    .addOption(rangeOption())
    .option("--json", "one object of JSON on stdout")
    .addHelpText(
      "after",
      `
Every sample is read: exit code 1 if one is damaged, or holds NaN.

Examples:
  ipc data pictures --sheet sheet.png
  ipc data scans --key kspace --slices
  ipc data make ellipses --count 100 --size 128 --seed 1 -o ellipses`,
    )
    .addCommand(makeCommand(context))
    .action(async (path: string, options: ShowOptions) => {
      const { showSet } = await import("../data/showSet.ts");
      context.finish(await showSet(context, path, options));
    });
}

function makeCommand(context: Context): Command {
  return new Command("make")
    .description("Draws samples and writes them, with the seed that draws them again.")
    .argument(
      "<generator>",
      "sparse, dead_leaves, ellipses, shepp_logan, coil_maps, cartesian_mask, radial_mask or variable_density_mask, or a call: 'sparse(500, rate = 0.1)'",
    )
    .requiredOption("-o, --output <path>", "a folder for a file a sample, or one .npy or .npz file of all")
    .addOption(countOption("--count <n>", "how many samples").default(1))
    .addOption(countOption("--size <n>", "the length of vectors, the sides of pictures (128 unless given)"))
    .addOption(seedOption())
    .addOption(
      new Option("--format <format>", "of a folder's files; png clips to [0, 1]")
        .choices(["npy", "png"])
        .default("npy"),
    )
    .option("--force", "remove the set that the folder holds")
    .option("--json", "one object of JSON on stdout")
    .addHelpText(
      "after",
      `
Examples:
  ipc data make ellipses --count 100 --size 128 --seed 1 -o ellipses
  ipc data make 'ellipses(128, distribution = learned_primal_dual)' --count 100 -o ellipses.npy
  ipc data make dead_leaves --count 20 --size 256 --format png -o leaves
  ipc data make 'sparse(500, rate = 0.1)' --count 1000 -o sparse.npy
  ipc data make 'shepp_logan(512, variant = original)' -o phantom
  ipc data make 'cartesian_mask(320, 320, acceleration = 4, origin = middle)' --format png -o masks`,
    )
    .action(async (generator: string, options: MakeOptions) => {
      const { makeSet } = await import("../data/makeSet.ts");
      context.finish(await makeSet(context, generator, options));
    });
}
