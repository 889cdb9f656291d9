import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { FORMATS, locateArray } from "../../runtime/io/format.ts";
import { type HostArray, lanes, product, requireFinite } from "../../runtime/io/hostArray.ts";
import { openArray, type StoredArray } from "../../runtime/io/node/arrays.ts";
import type { SparseMatrix } from "../../runtime/io/sparse.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import { Failure, UsageError } from "../failure.ts";
import { located, placeOf } from "../report.ts";
import type { Assignment } from "../binding/assignment.ts";
import type { FileInput } from "../binding/bindProgram.ts";
import { type FileArrays, openFiles, type OpenFiles, readOpenFiles } from "../binding/readFiles.ts";

/** What the header of a file says of its array. */
type Header = Pick<StoredArray, "field" | "shape">;

/** A file of `--input NAME=FILE`, known by its header where its format has one. */
export interface InputFile {
  readonly name: string;
  readonly file: string;
  readonly stored: Header;
  /** @throws Failure */
  readonly read: () => Promise<FileInput>;
}

/**
 * Opens the files of `--input NAME=FILE`.
 * @throws UsageError, Failure
 */
export async function openInputs(
  definition: ProgramDefinition,
  options: readonly string[],
): Promise<readonly InputFile[]> {
  return Promise.all(options.map((option) => openInput(definition, option)));
}

/** @throws Failure where an axis of a file's array has no entries */
export function requireEntries(file: string, shape: readonly number[]): void {
  if (!shape.includes(0)) return;
  const what = `${file} holds an array without entries: its shape is [${shape.join(", ")}].`;
  const hint = "Data have an entry or more on each axis; a batch has a sample or more.";
  throw new Failure([diagnose("IPX8004", placeOf(file), { what, hint })]);
}

async function openInput(definition: ProgramDefinition, option: string): Promise<InputFile> {
  const at = option.indexOf("=");
  const [name, file] = [option.slice(0, Math.max(0, at)).trim(), option.slice(at + 1)];
  if (at === -1 || name === "" || file === "")
    throw new UsageError(`--input wants NAME=FILE, not '${option}'.`);
  const stored = await located(placeOf(file), () => openArray(file));
  requireEntries(file, stored.shape);
  const type = definition.inputs.find((input) => input.name === name)?.type;
  const isColour = FORMATS[locateArray(file).format].picture && stored.shape.at(-1) === 3;
  if (isColour && type?.kind === "array" && stored.shape.length === type.dimensions.length + 1) {
    const what = `${file} is a picture in colour, and \`${name}\` has ${type.dimensions.length} axes`;
    const hint =
      "Convert it to grey, or declare an axis for the colours. Colours are never taken for a batch.";
    throw new Failure([diagnose("IPX8004", placeOf(file), { what, hint })]);
  }
  const read = async (): Promise<FileInput> => {
    const array = await located(placeOf(file), async () => requireFinite(await stored.read(), file));
    return { name, file, array, batched: null };
  };
  return { name, file, stored, read };
}

/** Files of inputs and of bindings, open. */
export interface OpenGiven {
  readonly inputs: readonly InputFile[];
  readonly files: OpenFiles;
}

/** The same as they are bound. */
export interface GivenFiles {
  readonly inputs: readonly FileInput[];
  readonly files: FileArrays;
}

/**
 * Opens the files that `--bind` names.
 * @throws Failure
 */
export async function openBindings(assignments: readonly Assignment[]): Promise<OpenFiles> {
  const opened = await Promise.all(assignments.map(({ expression }) => openFiles(expression, ".")));
  return new Map(opened.flatMap((files) => [...files]));
}

/**
 * Reads what is open.
 * @throws Failure
 */
export async function readGiven({ inputs, files }: OpenGiven): Promise<GivenFiles> {
  return { inputs: await Promise.all(inputs.map(({ read }) => read())), files: await readOpenFiles(files) };
}

/** Zeros of the shapes of what is open, which take no memory unless they are read. */
export function hollowGiven({ inputs, files }: OpenGiven): GivenFiles {
  const stored = [...inputs.map((input) => input.stored), ...files.values()];
  const zeros = new Float32Array(
    Math.max(0, ...stored.map((each) => ("kind" in each ? 0 : numbersOf(each)))),
  );
  const hollow = (each: Header): HostArray => ({
    field: each.field,
    shape: each.shape,
    data: zeros.subarray(0, numbersOf(each)),
  });
  return {
    inputs: inputs.map(({ name, file, stored: each }) => ({
      name,
      file,
      array: hollow(each),
      batched: null,
    })),
    files: new Map([...files].map(([call, each]) => [call, "kind" in each ? each : hollow(each)] as const)),
  };
}

/** How many numbers open files hold. */
export function numbersIn({ inputs, files }: OpenGiven): number {
  const ofFile = (file: StoredArray | SparseMatrix): number =>
    "kind" in file ? file.values.length : numbersOf(file);
  return [...inputs.map(({ stored }) => numbersOf(stored)), ...[...files.values()].map(ofFile)].reduce(
    (sum, count) => sum + count,
    0,
  );
}

function numbersOf({ field, shape }: Header): number {
  return product(shape) * lanes(field);
}
