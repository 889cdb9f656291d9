import { join } from "node:path";
import { sampleAt, type SampleGenerator } from "../../runtime/data/sample.ts";
import { formatOf, locateTarget } from "../../runtime/io/format.ts";
import { stack } from "../../runtime/io/hostArray.ts";
import {
  filesIn,
  makeFolder,
  readBytes,
  removeFile,
  writeArray,
  writeText,
} from "../../runtime/io/node/files.ts";
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
  readonly force?: true;
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
  { output, count, seed, format, force }: MakeOptions,
): Promise<void> {
  await located(placeOf(output), () => makeFolder(output));
  const digits = Math.max(3, String(count - 1).length);
  const names = Array.from(
    { length: count },
    (_, index) => `${String(index).padStart(digits, "0")}.${format}`,
  );
  const record = `${JSON.stringify({ version: 1, generator, seed, count }, null, 2)}\n`;
  await clear(output, { names, record, force: force === true });
  for (const [index, name] of names.entries()) {
    const file = join(output, name);
    await located(placeOf(file), () => writeArray(file, sampleAt(generate, seed, index)));
  }
  const file = join(output, RECORD);
  await located(placeOf(file), () => writeText(file, record));
}

const RECORD = "set.json";
/** What a set's files are called. */
const OF_A_SET = /^\d{3,}\.(?:npy|png)$/u;

/**
 * Sees to it that a folder will hold one set: what is there is nothing, the same set, or, with `force`, a set whose files
 * go.
 * @throws UsageError
 */
async function clear(
  folder: string,
  {
    names,
    record,
    force,
  }: { readonly names: readonly string[]; readonly record: string; readonly force: boolean },
): Promise<void> {
  const present = await located(placeOf(folder), () => filesIn(folder));
  const others = present.filter((name) => name !== RECORD && !names.includes(name));
  const same = present.includes(RECORD) && (await textOf(join(folder, RECORD))) === record;
  if (present.length === 0 || (same && others.length === 0)) return;
  if (!force) {
    throw new UsageError(
      `${folder} is not empty: files of two sets would be mixed. Name another folder; --force removes the set that is there.`,
    );
  }
  for (const name of present) {
    const file = join(folder, name);
    if (name === RECORD || OF_A_SET.test(name)) await located(placeOf(file), () => removeFile(file));
  }
}

async function textOf(file: string): Promise<string> {
  return new TextDecoder().decode(await located(placeOf(file), () => readBytes(file)));
}
