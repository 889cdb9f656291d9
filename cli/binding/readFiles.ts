import { isAbsolute, join } from "node:path";
import { partsOf } from "../../compiler/ast/parts.ts";
import type { CallExpression, Expression, Parsed } from "../../compiler/ast/tree.ts";
import { type HostArray, requireFinite } from "../../runtime/io/hostArray.ts";
import { openArray, type StoredArray } from "../../runtime/io/node/arrays.ts";
import { readSparseFile } from "../../runtime/io/node/sparse.ts";
import type { SparseMatrix } from "../../runtime/io/sparse.ts";
import { located } from "../report.ts";
import { fault } from "./faults.ts";

/** The functions of the language that read a file. */
export const READERS = ["matrix", "sparse", "array", "image"] as const;
export type Reader = (typeof READERS)[number];

/** The arrays of the files that expressions name, by the calls that read them. */
export type FileArrays = ReadonlyMap<Expression, HostArray | SparseMatrix>;

/** The reader that an expression calls, or null. */
export function readerOf(expression: Expression): Reader | null {
  if (expression.kind !== "call" || expression.callee.kind !== "name") return null;
  const { name } = expression.callee;
  return READERS.find((reader) => reader === name) ?? null;
}

/** The files that expressions name, open, by the calls that read them; sparse matrices are read at once. */
export type OpenFiles = ReadonlyMap<Expression, StoredArray | SparseMatrix>;

/**
 * Reads the files that an expression names; paths are relative to `folder`.
 * @throws Failure that points to the name of the file.
 */
export async function readFiles(expression: Expression, folder: string): Promise<FileArrays> {
  return readOpenFiles(await openFiles(expression, folder));
}

/**
 * Opens them, so that the shapes of those with a header are known before they are read.
 * @throws Failure that points to the name of the file.
 */
export async function openFiles(expression: Expression, folder: string): Promise<OpenFiles> {
  const found = new Map<Expression, StoredArray | SparseMatrix>();
  const visit = async (part: Expression): Promise<void> => {
    const reader = readerOf(part);
    if (part.kind === "call" && reader !== null) found.set(part, await openNamed(part, reader, folder));
    else for (const inner of partsOf(part)) await visit(inner);
  };
  await visit(expression);
  return found;
}

/** Reads files that are open. */
export async function readOpenFiles(files: OpenFiles): Promise<FileArrays> {
  const found = new Map<Expression, HostArray | SparseMatrix>();
  for (const [call, file] of files) found.set(call, "read" in file ? await file.read() : file);
  return found;
}

/** The paths of all files that an expression names: of arrays, of programs and of their weights. */
export function filesNamed(expression: Expression, folder: string): readonly string[] {
  if (expression.kind === "string") return [pathOf(expression.value, folder)];
  return partsOf(expression).flatMap((part) => filesNamed(part, folder));
}

function pathOf(name: string, folder: string): string {
  return isAbsolute(name) ? name : join(folder, name);
}

async function openNamed(
  call: CallExpression<Parsed>,
  reader: Reader,
  folder: string,
): Promise<StoredArray | SparseMatrix> {
  const [argument, ...more] = call.arguments;
  const file = argument?.value;
  if (file?.kind !== "string" || more.length > 0) {
    throw fault(call.span, "A reader takes the name of one file", 'Write, for example, `array("y.npy")`.');
  }
  const path = pathOf(file.value, folder);
  return located(file.span, async () => {
    if (reader === "sparse") return readSparseFile(path);
    const stored = await openArray(path);
    const read = (): Promise<HostArray> =>
      located(file.span, async () => requireFinite(await stored.read(), path));
    return { ...stored, read };
  });
}
