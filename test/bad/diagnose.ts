import { existsSync, readFileSync } from "node:fs";
import { analyse, compileProgram, planProgram } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { SourceFile } from "../../compiler/source/span.ts";
import { programs } from "../programs.ts";

const fixtures = new URL("../fixtures/", import.meta.url);

function networkFile(path: string): Uint8Array | null {
  const at = new URL(path, fixtures);
  return existsSync(at) ? readFileSync(at) : null;
}

/**
 * What is wrong with a file, by all stages that look at one file. Notes are for those who ask, by a file name that
 * starts with `note_`; files that start with `compile_` are compiled for their first targets, too.
 */
export function diagnose(source: SourceFile): readonly Diagnostic[] {
  const { file, checked, diagnostics } = analyse(
    source,
    (path) => programs.find((program) => `./${program.path}` === path) ?? null,
    networkFile,
  );
  if (source.path.startsWith("note_")) return diagnostics;
  const found = diagnostics.filter(({ severity }) => severity !== "note");
  if (!source.path.startsWith("compile_")) return found;
  const refused = checked.programs.flatMap((program) => {
    const compiled = compileProgram(file, program);
    const plan = compiled.kind === "done" ? planProgram(compiled.value, "first") : compiled;
    return plan.kind === "refused" ? [plan.diagnostic] : [];
  });
  return [...found, ...refused];
}

/** The codes that `diagnose` can find. */
export function isReached(code: string): boolean {
  return !code.startsWith("IPX8");
}

/**
 * Codes without a case: IPX0017 is about the file itself, IPX6011 about a target that is asked for, IPX9003 about the
 * compiler.
 */
export function hasNoText(code: string): boolean {
  return ["IPX0017", "IPX6011", "IPX9003"].includes(code);
}
