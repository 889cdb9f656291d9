import { access, constants, realpath } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Expression } from "../../compiler/ast/tree.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { DataError } from "../../runtime/io/dataError.ts";
import {
  type EncodedFile,
  encodeArray,
  encodeBatch,
  formatOf,
  locateArray,
  locateTarget,
} from "../../runtime/io/format.ts";
import { type HostArray, requireFinite, reshape } from "../../runtime/io/hostArray.ts";
import { writeBytes } from "../../runtime/io/node/files.ts";
import { download } from "../../runtime/program/transfer.ts";
import { parseExpression } from "../binding/assignment.ts";
import { evaluateValue, type Scope } from "../binding/evaluate.ts";
import { fault } from "../binding/faults.ts";
import { UsageError } from "../failure.ts";
import { located, locatedNow, placeOf } from "../report.ts";
import type { Sources } from "../sources.ts";

/** `--output EXPR=FILE`: what is written where. */
export interface OutputRequest {
  readonly expression: Expression;
  readonly file: string;
}

/**
 * Parses `EXPR=FILE`, split at the last `=`, and sees to it that the file can be written.
 * @throws UsageError, Failure
 */
export async function parseOutput(sources: Sources, text: string): Promise<OutputRequest> {
  const at = text.lastIndexOf("=");
  const [expression, file] = [text.slice(0, Math.max(0, at)), text.slice(at + 1).trim()];
  if (expression.trim() === "" || file === "")
    throw new UsageError(`--output wants EXPR=FILE, not '${text}'.`);
  await requireWritable(file);
  return { expression: parseExpression(sources, "--output", expression), file };
}

/**
 * Fails before a computation where its result could not be written after it.
 * @throws Failure that ends with 2
 */
export async function requireWritable(file: string): Promise<void> {
  await located(placeOf(file), async () => {
    const { path } = locateTarget(file);
    try {
      await access(dirname(path), constants.W_OK);
    } catch (error) {
      const what = `${path} cannot be written.`;
      const why = `The folder ${dirname(path)} does not exist or may not be written to.`;
      throw new DataError("IPX8110", { what, why }, { file: path }, { cause: error });
    }
  });
}

/**
 * Refuses to write over what the same command reads, by whatever name. `inputs` are names of arrays and of other files.
 * @throws UsageError
 */
export async function requireApart(inputs: readonly string[], outputs: readonly string[]): Promise<void> {
  const read = new Map<string, string>();
  for (const name of inputs) read.set(await trueName(formatOf(name) === null ? pathIn(name) : name), name);
  for (const output of outputs) {
    const input = read.get(await trueName(locateTarget(output).path));
    if (input === undefined) continue;
    throw new UsageError(
      `${output} is written, and ${input} is read: it would be lost. Write to another file.`,
    );
  }
}

function pathIn(name: string): string {
  try {
    return locateArray(name).path;
  } catch {
    return name;
  }
}

/** The path behind links, absolute; of a file that is not there, the path as it is given. */
async function trueName(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

/** Why a result that is not finite is not written. */
export const RESULT_HINT = {
  why: "It was computed from finite numbers: they grew beyond what the engine can hold, or 0 was divided by 0.",
  hint: "Scale the data or the operator; `--engine reference` computes in double precision.",
} as const;

/**
 * The files of the results; nothing is written before all are encoded. `single`: the batch is one sample's own axis.
 * @throws Failure where a result is not finite
 */
export async function encodeOutputs(
  scope: Scope,
  requests: readonly OutputRequest[],
  single: boolean,
): Promise<readonly EncodedFile[]> {
  return encodeEach(scope, requests, single, (array, { span }) =>
    locatedNow(span, () => requireFinite(array, "The result", RESULT_HINT)),
  );
}

/**
 * Fails where the outputs could not be written: for names and shapes, not for values. `read`: what the command reads.
 * @throws Failure, UsageError
 */
export async function rehearseOutputs(
  scope: Scope,
  requests: readonly OutputRequest[],
  single: boolean,
  read: readonly string[],
): Promise<void> {
  const files = await encodeEach(scope, requests, single, ({ field, shape, data }) => ({
    field,
    shape,
    data: new Float64Array(data.length),
  }));
  await requireApart(
    read,
    files.map(({ path }) => path),
  );
}

async function encodeEach(
  scope: Scope,
  requests: readonly OutputRequest[],
  single: boolean,
  change: (array: HostArray, expression: Expression) => HostArray,
): Promise<readonly EncodedFile[]> {
  const files: EncodedFile[] = [];
  for (const { expression, file } of requests) {
    const { array, batched } = await valueToArray(scope, expression, single);
    const changed = change(array, expression);
    files.push(...(await located(placeOf(file), async () => encode(file, changed, batched))));
  }
  return files;
}

/**
 * Writes files that are encoded, each whole or not at all; none where one of them, such as a numbered picture of a
 * batch, is what the command has read.
 * @throws UsageError
 */
export async function writeFiles(files: readonly EncodedFile[], read: readonly string[]): Promise<void> {
  await requireApart(
    read,
    files.map(({ path }) => path),
  );
  for (const { path, bytes } of files) await located(placeOf(path), () => writeBytes(path, bytes));
}

function encode(file: string, array: HostArray, batched: boolean): readonly EncodedFile[] {
  const location = locateTarget(file);
  return batched
    ? encodeBatch(location, array)
    : [{ path: location.path, bytes: encodeArray(location, array) }];
}

async function valueToArray(
  scope: Scope,
  expression: Expression,
  single: boolean,
): Promise<{ readonly array: HostArray; readonly batched: boolean }> {
  const value = evaluateValue(scope, expression);
  if (value.kind === "product") {
    throw fault(
      expression.span,
      "A tuple is not written to one file",
      "Write its parts, each to a file of its own.",
    );
  }
  return downloaded(scope.operations, value, single);
}

/** An array of the engine; of one sample alone without the axis of samples. */
export async function downloaded(
  operations: Operations,
  value: Parameters<typeof download>[1],
  single: boolean,
): Promise<{ readonly array: HostArray; readonly batched: boolean }> {
  const array = await download(operations, value);
  const batched = value.batch !== null && !single;
  return { array: value.batch !== null && single ? reshape(array, array.shape.slice(1)) : array, batched };
}
