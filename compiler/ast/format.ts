import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../source/span.ts";
import { parseFile } from "./parse.ts";
import { printFile } from "./print/file.ts";

/** The formatted text; null, with the reasons, for a file that does not parse. */
export interface Formatted {
  readonly text: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Formats a file. */
export function formatFile(source: SourceFile): Formatted {
  const { file, diagnostics } = parseFile(source);
  if (diagnostics.some(({ severity }) => severity === "error")) return { text: null, diagnostics };
  return { text: printFile(file, source), diagnostics };
}
