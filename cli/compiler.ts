import { parseFile } from "../compiler/ast/parse.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { SourceFile } from "../compiler/source/span.ts";
import type { Sources } from "./sources.ts";

/** Checks a program's text; files that it imports are read beside it. */
export function checkText(_sources: Sources, source: SourceFile): readonly Diagnostic[] {
  return parseFile(source).diagnostics;
}
