import type { Span } from "./span.ts";

/** A place in a text: line and column from 1, the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where the lines of a text begin, and how its offsets and positions correspond. */
export interface LineIndex {
  /** The number of lines; an empty text has one. */
  readonly count: number;
  /** The position of an offset; offsets beyond the text are clamped to its end. */
  position(offset: number): Position;
  /** The text of a line (from 1) without its line break; empty beyond the last line. */
  lineText(line: number): string;
  /** The offset at which a line (from 1) begins. */
  lineStart(line: number): number;
}

/** Builds the line index of a text; `\n`, `\r\n` and a lone `\r` end a line. */
export function lineIndex(text: string): LineIndex {
  const starts = lineStarts(text);
  const startOf = (line: number): number => starts[line - 1] ?? text.length;
  return {
    count: starts.length,
    position(offset) {
      const clamped = Math.max(0, Math.min(offset, text.length));
      const line = lastAtMost(starts, clamped) + 1;
      return { line, column: clamped - startOf(line) + 1 };
    },
    lineText: (line) => text.slice(startOf(line), startOf(line + 1)).replace(/\r?\n$|\r$/u, ""),
    lineStart: startOf,
  };
}

/** The begin of a stretch of a text as `file:line:column`. */
export function placeText({ file, start }: Span, text: string): string {
  const { line, column } = lineIndex(text).position(start);
  return `${file}:${line}:${column}`;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/gu)) starts.push(match.index + match[0].length);
  return starts;
}

/** The index of the last entry that is at most `value`, in an ascending list that begins with 0. */
function lastAtMost(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
