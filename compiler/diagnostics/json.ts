import { lineIndex } from "../source/lines.ts";
import type { Span } from "../source/span.ts";
import type { Diagnostic, Severity } from "./diagnostic.ts";

/** A place as other tools read it: lines and columns from 1, columns in UTF-16 units, the end exclusive. */
export interface JsonPlace {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A diagnostic as `ipc check --json` gives it. */
export interface JsonDiagnostic extends JsonPlace {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  readonly labels: readonly (JsonPlace & { readonly message: string; readonly file?: string })[];
  readonly hint?: string;
  readonly fix?: {
    readonly message: string;
    readonly edits: readonly (JsonPlace & { readonly newText: string })[];
  };
}

/**
 * A diagnostic in the form of the command's contract. The words of the main place are the first label.
 * `text` gives the text of a file by its path; without it all places are line 1, column 1.
 */
export function toJson(diagnostic: Diagnostic, text: (path: string) => string | null): JsonDiagnostic {
  const place = ({ file, start, end }: Span): JsonPlace => {
    const lines = lineIndex(text(file) ?? "");
    const [first, last] = [lines.position(start), lines.position(end)];
    return { line: first.line, column: first.column, endLine: last.line, endColumn: last.column };
  };
  const { code, severity, message, span, mark, labels, hint, fix } = diagnostic;
  const elsewhere = (file: string): { file?: string } => (file === span.file ? {} : { file });
  return {
    code,
    severity,
    message,
    file: span.file,
    ...place(span),
    labels: [
      ...(mark === "" ? [] : [{ ...place(span), message: mark }]),
      ...labels.map((label) => ({
        ...place(label.span),
        message: label.message,
        ...elsewhere(label.span.file),
      })),
    ],
    ...(hint === undefined ? {} : { hint }),
    ...(fix === undefined
      ? {}
      : {
          fix: {
            message: fix.message,
            edits: fix.edits.map(({ span: edited, newText }) => ({ ...place(edited), newText })),
          },
        }),
  };
}
