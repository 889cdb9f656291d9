import { diagnose } from "../diagnostics/diagnose.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../source/span.ts";

/** The largest file that is read, in characters. */
const sizeLimit = 1_000_000;

/** What makes a file no text that could be parsed: its size, or what only binary files contain. Null if nothing. */
export function textDiagnostic({ path, text }: SourceFile): Diagnostic | null {
  const start = { file: path, start: 0, end: 0 };
  const binary = binaryPlace(text.slice(0, sizeLimit));
  if (binary !== null) return diagnose("IPX0018", { ...start, ...binary.place }, { what: binary.what });
  if (text.length <= sizeLimit) return null;
  return diagnose("IPX0017", start, { size: megabytes(text.length), limit: megabytes(sizeLimit) });
}

function binaryPlace(
  text: string,
): { readonly what: string; readonly place: { start: number; end: number } } | null {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const found = /[\0-\x08\x0e-\x1f\x7f\uFFFD]/u.exec(text);
  if (found === null) return null;
  const character = found[0];
  const what =
    character === "\uFFFD" ? "bytes that are not UTF-8" : `the control character ${codePoint(character)}`;
  return { what, place: { start: found.index, end: found.index + 1 } };
}

/** A character in Unicode's notation, such as `U+0000`. */
export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function megabytes(characters: number): string {
  return `${Number((characters / 1_000_000).toFixed(1))} MB`;
}
