import { parseFile } from "../../compiler/ast/parse.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { SourceFile } from "../../compiler/source/span.ts";

/** What is wrong with a file, by all stages that look at one file. */
export function diagnose(source: SourceFile): readonly Diagnostic[] {
  return parseFile(source).diagnostics;
}

/** The codes that `diagnose` can find. */
export function isReached(code: string): boolean {
  return code.startsWith("IPX00");
}

/** Codes that are about no program's text: they have no case here. */
export function hasNoText(code: string): boolean {
  return code.startsWith("IPX8") || code === "IPX0017";
}
