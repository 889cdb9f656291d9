import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import type { FileInput } from "../binding/bindProgram.ts";
import { Failure } from "../failure.ts";

/** Codes of data whose shape does not fit: what a batch looks like that was taken for one sample. */
const SHAPE_CODES: ReadonlySet<string> = new Set([
  "IPX8004",
  "IPX8005",
  "IPX8203",
  "IPX8204",
  "IPX8206",
  "IPX8209",
]);

/**
 * Binds; where shapes do not fit and a file stands for a type of any number of axes, the message also says how a batch
 * is told.
 * @throws Failure
 */
export async function hintingAtBatch<T>(
  { inputs: declared }: ProgramDefinition,
  inputs: readonly FileInput[],
  batched: boolean,
  bind: () => Promise<T>,
): Promise<T> {
  try {
    return await bind();
  } catch (error) {
    const open = inputs.find(({ name, array }) => {
      const type = declared.find((declaration) => declaration.name === name)?.type;
      return type?.kind === "space" && array.shape.length > 1 && !array.shape.includes(0);
    });
    if (batched || open === undefined || !(error instanceof Failure)) throw error;
    const more = `If the first axis of ${open.file} counts samples, add \`--batch\`.`;
    const diagnostics = error.diagnostics.map((diagnostic) =>
      SHAPE_CODES.has(diagnostic.code)
        ? { ...diagnostic, hint: diagnostic.hint === undefined ? more : `${diagnostic.hint} ${more}` }
        : diagnostic,
    );
    throw new Failure(diagnostics, error.exitCode);
  }
}
