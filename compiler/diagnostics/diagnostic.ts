import type { Span } from "../source/span.ts";

/** How grave a diagnostic is; only errors stop a compilation. */
export type Severity = "error" | "warning" | "note";

/** Whose fault it is: the user's slip, something the compiler cannot do yet, or a bug of the compiler. */
export type DiagnosticClass = "user" | "limitation" | "bug";

/** A second place that explains the first one. */
export interface Label {
  readonly span: Span;
  readonly message: string;
}

/** A replacement of text; an empty span inserts. */
export interface Edit {
  readonly span: Span;
  readonly newText: string;
}

/** Edits that remove the fault; after them the file compiles at this place. */
export interface Fix {
  readonly message: string;
  readonly edits: readonly Edit[];
}

/** One message to the user: a code, a place, and the words of the catalogue. */
export interface Diagnostic {
  readonly code: string;
  readonly class: DiagnosticClass;
  readonly severity: Severity;
  /** The place that the user must change. */
  readonly span: Span;
  /** What stands at `span`; empty for a mark without words. */
  readonly mark: string;
  readonly labels: readonly Label[];
  /** The title: the fault in one sentence. */
  readonly message: string;
  readonly hint?: string;
  readonly fix?: Fix;
}

/** The same diagnostic with another severity (`proof = required`, `--deny warnings`). */
export function withSeverity(diagnostic: Diagnostic, severity: Severity): Diagnostic {
  return { ...diagnostic, severity };
}

/** Orders diagnostics by file, place and code, as `check` prints them. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    compareText(a.span.file, b.span.file) ||
    a.span.start - b.span.start ||
    a.span.end - b.span.end ||
    compareText(a.code, b.code)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
