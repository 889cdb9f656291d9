import { type LineIndex, lineIndex } from "../source/lines.ts";
import type { Span } from "../source/span.ts";
import { columnsOf, printable, type ShownLine, showLine } from "./columns.ts";
import type { Diagnostic, Severity } from "./diagnostic.ts";

/** How diagnostics are written. `text` gives the text of a file by its path; null if it is not at hand. */
export interface RenderOptions {
  readonly text: (path: string) => string | null;
  readonly colour?: boolean;
}

/** A place to be marked, on one line. */
interface Mark {
  readonly line: number;
  /** Offsets in the line; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly main: boolean;
}

type Paint = (style: "main" | "label" | "quiet" | "title", text: string) => string;

/** The width at which hints are broken. */
const hintWidth = 96;

/** Writes a diagnostic as text, without a line break at its end. */
export function renderDiagnostic(diagnostic: Diagnostic, { text, colour = false }: RenderOptions): string {
  const paint = painter(diagnostic.severity, colour);
  const head =
    paint("main", `${diagnostic.severity}[${diagnostic.code}]`) +
    paint("title", `: ${printable(diagnostic.message)}`);
  const files = [...new Set([diagnostic.span.file, ...diagnostic.labels.map(({ span }) => span.file)])];
  const sections = files.map((file) => ({
    file,
    marks: marksIn(diagnostic, file, text(file)),
    text: text(file),
  }));
  const gutter = Math.max(
    1,
    ...sections.flatMap(({ marks }) => marks.map(({ line }) => String(line).length)),
  );
  const lines = [head];
  for (const section of sections) {
    const arrow = section.file === diagnostic.span.file ? "-->" : ":::";
    lines.push(
      `${" ".repeat(gutter)}${paint("quiet", arrow)} ${placeOf(diagnostic, section.file, section.text)}`,
    );
    if (section.text !== null) lines.push(...excerpt(lineIndex(section.text), section.marks, gutter, paint));
  }
  if (diagnostic.hint !== undefined) lines.push(...hint(diagnostic.hint, gutter, paint));
  return lines.join("\n");
}

/** Writes diagnostics one below the other, with a blank line between. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, options)).join("\n\n");
}

function painter(severity: Severity, colour: boolean): Paint {
  if (!colour) return (_style, text) => text;
  const main = { error: "31", warning: "33", note: "36" }[severity];
  const codes = { main: `1;${main}`, label: "1;34", quiet: "34", title: "1" };
  return (style, text) => (text === "" ? "" : `\u001b[${codes[style]}m${text}\u001b[0m`);
}

function placeOf(diagnostic: Diagnostic, file: string, text: string | null): string {
  const own = diagnostic.span.file === file;
  const span = own ? diagnostic.span : diagnostic.labels.find((label) => label.span.file === file)?.span;
  const name = file === "" ? '""' : printable(file);
  if (text === null || span === undefined) return name;
  const { line, column } = lineIndex(text).position(span.start);
  return `${name}:${line}:${column}`;
}

function marksIn(diagnostic: Diagnostic, file: string, text: string | null): readonly Mark[] {
  if (text === null) return [];
  const lines = lineIndex(text);
  const all = [
    { span: diagnostic.span, message: diagnostic.mark, main: true },
    ...diagnostic.labels.map(({ span, message }) => ({ span, message, main: false })),
  ];
  return all
    .filter(({ span }) => span.file === file)
    .map(({ span, message, main }) => ({ ...onOneLine(lines, span), message, main }));
}

/** The part of a place that lies on its first line; at least one character. */
function onOneLine(lines: LineIndex, span: Span): { line: number; start: number; end: number } {
  const { line, column } = lines.position(span.start);
  const start = column - 1;
  const length = lines.lineText(line).trimEnd().length;
  const end = Math.min(start + span.end - span.start, Math.max(length, start + 1));
  return { line, start, end: Math.max(end, start + 1) };
}

function excerpt(lines: LineIndex, marks: readonly Mark[], gutter: number, paint: Paint): readonly string[] {
  const blank = `${" ".repeat(gutter)} ${paint("quiet", "|")}`;
  const shown = [...new Set(marks.map(({ line }) => line))].sort((a, b) => a - b);
  const output = [blank];
  shown.forEach((line, index) => {
    const previous = shown[index - 1];
    if (previous !== undefined && line > previous + 1) output.push("...");
    const here = marks.filter((mark) => mark.line === line).sort((a, b) => a.start - b.start);
    const from = Math.min(...here.map(({ start }) => start));
    const to = Math.max(...here.map(({ end }) => end));
    const source = showLine(lines.lineText(line), [from, to]);
    output.push(`${paint("quiet", `${String(line).padStart(gutter)} |`)} ${source.text}`.trimEnd());
    for (const row of markRows(source, here, paint)) output.push(`${blank} ${row}`);
  });
  return output;
}

/** The row of `^` and `-`, with the words of the last mark, and a row for the words of each other one. */
function markRows(source: ShownLine, marks: readonly Mark[], paint: Paint): readonly string[] {
  const last = marks[marks.length - 1];
  const signs = underline(source, marks, paint);
  const rows = [last === undefined || last.message === "" ? signs : `${signs} ${painted(last, paint)}`];
  for (const mark of marks.slice(0, -1).reverse()) {
    if (mark.message !== "") rows.push(" ".repeat(source.columnAt(mark.start)) + painted(mark, paint));
  }
  return rows;
}

function painted(mark: Mark, paint: Paint): string {
  return paint(mark.main ? "main" : "label", mark.message);
}

/** Where marks overlap, the shorter one is seen. */
function underline(source: ShownLine, marks: readonly Mark[], paint: Paint): string {
  const signs: string[] = [];
  for (const mark of [...marks].sort((a, b) => b.end - b.start - (a.end - a.start))) {
    const start = source.columnAt(mark.start);
    const end = Math.max(source.columnAt(mark.end), start + 1);
    for (let column = start; column < end; column += 1) signs[column] = mark.main ? "^" : "-";
  }
  const text = Array.from(signs, (sign) => sign ?? " ").join("");
  return text.replace(/\^+|-+/gu, (run) => paint(run.startsWith("^") ? "main" : "label", run));
}

function hint(text: string, gutter: number, paint: Paint): readonly string[] {
  const indent = " ".repeat(gutter);
  const [first = "", ...rest] = wrap(text, hintWidth);
  return [
    `${indent} ${paint("quiet", "|")}`,
    `${indent} ${paint("quiet", "=")} ${paint("title", "hint")}: ${first}`,
    ...rest.map((line) => `${indent}         ${line}`),
  ];
}

/** Breaks a text at blanks; what stands between backticks is kept together. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.match(/(?:`[^`]*`|[^\s`]|`)+/gu) ?? []) {
    if (line !== "" && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
