import { isAbsolute, join } from "node:path";
import { partsOf } from "../../compiler/ast/parts.ts";
import type { CallExpression, Expression, Parsed } from "../../compiler/ast/tree.ts";
import { type HostArray, requireFinite } from "../../runtime/io/hostArray.ts";
import { readArray } from "../../runtime/io/node/arrays.ts";
import { located } from "../report.ts";
import { fault } from "./faults.ts";

/** The functions of the language that read a file. */
export const READERS = ["matrix", "array", "image"] as const;
export type Reader = (typeof READERS)[number];

/** The arrays of the files that expressions name, by the calls that read them. */
export type FileArrays = ReadonlyMap<Expression, HostArray>;

/** The reader that an expression calls, or null. */
export function readerOf(expression: Expression): Reader | null {
  if (expression.kind !== "call" || expression.callee.kind !== "name") return null;
  const { name } = expression.callee;
  return READERS.find((reader) => reader === name) ?? null;
}

/**
 * Reads the files that an expression names; paths are relative to `folder`.
 * @throws Failure that points to the name of the file.
 */
export async function readFiles(expression: Expression, folder: string): Promise<FileArrays> {
  const found = new Map<Expression, HostArray>();
  const visit = async (part: Expression): Promise<void> => {
    if (part.kind === "call" && readerOf(part) !== null) found.set(part, await readNamed(part, folder));
    else for (const inner of partsOf(part)) await visit(inner);
  };
  await visit(expression);
  return found;
}

async function readNamed(call: CallExpression<Parsed>, folder: string): Promise<HostArray> {
  const [argument, ...more] = call.arguments;
  const file = argument?.value;
  if (file?.kind !== "string" || more.length > 0) {
    throw fault(call.span, "A reader takes the name of one file", 'Write, for example, `array("y.npy")`.');
  }
  const path = isAbsolute(file.value) ? file.value : join(folder, file.value);
  return located(file.span, async () => requireFinite(await readArray(path), path));
}
