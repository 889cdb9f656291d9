import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { FORMATS, locateArray } from "../../runtime/io/format.ts";
import { requireFinite } from "../../runtime/io/hostArray.ts";
import { readArray } from "../../runtime/io/node/arrays.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import { Failure, UsageError } from "../failure.ts";
import { located, placeOf } from "../report.ts";
import type { FileInput } from "../binding/bindProgram.ts";

/**
 * Reads the files of `--input NAME=FILE`.
 * @throws UsageError, Failure
 */
export async function readInputs(
  definition: ProgramDefinition,
  options: readonly string[],
): Promise<readonly FileInput[]> {
  return Promise.all(options.map((option) => readInput(definition, option)));
}

/** @throws Failure where an axis of a file's array has no entries */
export function requireEntries(file: string, shape: readonly number[]): void {
  if (!shape.includes(0)) return;
  const what = `${file} holds an array without entries: its shape is [${shape.join(", ")}].`;
  const hint = "Data have an entry or more on each axis; a batch has a sample or more.";
  throw new Failure([diagnose("IPX8004", placeOf(file), { what, hint })]);
}

async function readInput(definition: ProgramDefinition, option: string): Promise<FileInput> {
  const at = option.indexOf("=");
  const [name, file] = [option.slice(0, Math.max(0, at)).trim(), option.slice(at + 1)];
  if (at === -1 || name === "" || file === "")
    throw new UsageError(`--input wants NAME=FILE, not '${option}'.`);
  const array = await located(placeOf(file), async () => requireFinite(await readArray(file), file));
  requireEntries(file, array.shape);
  const type = definition.inputs.find((input) => input.name === name)?.type;
  const isColour = FORMATS[locateArray(file).format].picture && array.shape.at(-1) === 3;
  if (isColour && type?.kind === "array" && array.shape.length === type.dimensions.length + 1) {
    const what = `${file} is a picture in colour, and \`${name}\` has ${type.dimensions.length} axes`;
    const hint =
      "Convert it to grey, or declare an axis for the colours. Colours are never taken for a batch.";
    throw new Failure([diagnose("IPX8004", placeOf(file), { what, hint })]);
  }
  return { name, file, array, batched: null };
}
