import { join } from "node:path";
import { sampleAt, type SampleGenerator } from "../../runtime/data/sample.ts";
import { formatOf, locateTarget } from "../../runtime/io/format.ts";
import { stack } from "../../runtime/io/hostArray.ts";
import { makeFolder, writeArray, writeText } from "../../runtime/io/node/files.ts";
import { parseExpression } from "../binding/assignment.ts";
import type { Context } from "../context.ts";
import { generatorOf, GENERATORS } from "../experiment/generators.ts";
import { requireMemory } from "../experiment/memory.ts";
import { UsageError } from "../failure.ts";
import { located, placeOf } from "../report.ts";
import { EXIT, writeJson } from "../terminal.ts";

/** The options of `ipc data make`. */
export interface MakeOptions {
  readonly output: string;
  readonly count: number;
  readonly size?: number;
  readonly seed: number;
  readonly format: "npy" | "png";
  readonly json?: true;
}

const SIZE = 128;

/** Draws samples and writes them: a file of all of them, or a folder with a file for each; gives the exit code. */
export async function makeSet(context: Context, text: string, options: MakeOptions): Promise<number> {
  const { terminal, sources } = context;
  const call = callOf(text, options.size);
  const expression = parseExpression(sources, "the generator", call);
  const generate = generatorOf(expression);
  const { output, count, seed } = options;
  const shape = sampleAt(generate, seed, 0).shape;
  if (formatOf(output) === null) await writeFolder(generate, call, options);
  else {
    const numbers = count * shape.reduce((product, extent) => product * extent, 1);
    requireMemory(expression.span, `A file of ${count} samples`, numbers);
    await writeFile(generate, options);
  }
  if (options.json === true) writeJson(terminal, { written: output, generator: call, seed, count, shape });
  else terminal.talk(`wrote ${count} samples of ${shape.join(" x ")} to ${output}\n`);
  return EXIT.fine;
}

/** A generator's call: as it is given, or its name with the size for all of its sizes. */
function callOf(text: string, size: number | undefined): string {
  const name = text.trim();
  if (name.includes("(")) {
    if (size === undefined) return name;
    throw new UsageError("--size goes with a generator's name; a call says its sizes itself.");
  }
  const positions = Object.hasOwn(GENERATORS, name) ? (GENERATORS[name]?.positions ?? []) : [""];
  return `${name}(${positions.map(() => size ?? SIZE).join(", ")})`;
}

async function writeFile(
  generate: SampleGenerator,
  { output, count, seed, format }: MakeOptions,
): Promise<void> {
  const target = await located(placeOf(output), () => Promise.resolve(locateTarget(output)));
  if (target.format === "png" || format === "png") {
    throw new UsageError("Pictures are written to a folder: -o DIR --format png.");
  }
  const samples = Array.from({ length: count }, (_, index) => sampleAt(generate, seed, index));
  await located(placeOf(output), () => writeArray(output, stack(samples)));
}

/** One file a sample, and `set.json` with what draws the same set again. */
async function writeFolder(
  generate: SampleGenerator,
  generator: string,
  { output, count, seed, format }: MakeOptions,
): Promise<void> {
  await located(placeOf(output), () => makeFolder(output));
  const digits = Math.max(3, String(count - 1).length);
  for (let index = 0; index < count; index++) {
    const file = join(output, `${String(index).padStart(digits, "0")}.${format}`);
    await located(placeOf(file), () => writeArray(file, sampleAt(generate, seed, index)));
  }
  const record = { version: 1, generator, seed, count };
  const file = join(output, "set.json");
  await located(placeOf(file), () => writeText(file, `${JSON.stringify(record, null, 2)}\n`));
}
