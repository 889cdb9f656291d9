import { analyse } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { SourceFile } from "../../compiler/source/span.ts";
import { programs } from "../programs.ts";

/** What is wrong with a file, by all stages that look at one file; notes are for those who ask. */
export function diagnose(source: SourceFile): readonly Diagnostic[] {
  const { diagnostics } = analyse(
    source,
    (path) => programs.find((program) => `./${program.path}` === path) ?? null,
  );
  return source.path.startsWith("note_")
    ? diagnostics
    : diagnostics.filter(({ severity }) => severity !== "note");
}

/** The codes that `diagnose` can find. */
export function isReached(code: string): boolean {
  return !code.startsWith("IPX8") && !code.startsWith("IPX9");
}

/** Codes that are about no program's text: they have no case here. */
export function hasNoText(code: string): boolean {
  return code === "IPX0017";
}
