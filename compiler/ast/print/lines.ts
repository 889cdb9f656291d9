import type { Comment } from "../tree.ts";
import { flat, layOut, type Pieces } from "./pieces.ts";

/** Where a line may be padded: before the sign behind a name, an arrow, `per step`, `=`, or the first `|>`. */
export type ColumnKey = "name" | "sign" | "arrow" | "per" | "initial" | "pipe";

/** A stretch of a line that may be aligned with its like in the lines around. */
export interface Cell {
  readonly key: ColumnKey;
  readonly pieces: Pieces;
  /** Whether it was written with more than one blank before it. */
  readonly padded: boolean;
}

/** Which lines are alike: only those are aligned with each other. */
export type Family = "member" | "typedLet" | "let" | "var" | "fun" | "update" | "programFor";

/** A line of the printed file before alignment. */
export interface Line {
  readonly indent: number;
  readonly head: Pieces;
  readonly cells: readonly Cell[];
  readonly tail: Pieces;
  readonly family: Family | null;
  /** Whether a blank line goes before. */
  readonly spaced: boolean;
  readonly trailing: TrailingComment | null;
}

/** A comment behind the code, and the column in which it was written; null if it is to be put in its place. */
interface TrailingComment {
  readonly text: string;
  readonly column: number | null;
}

/** A line of its own. */
export function plainLine(indent: number, pieces: Pieces): Line {
  return { indent, head: pieces, cells: [], tail: [], family: null, spaced: false, trailing: null };
}

/** A comment as a line. */
export function commentLine(indent: number, { text }: Comment): Line {
  return plainLine(indent, [text]);
}

/** The column of comments behind short lines. */
const commentColumn = 47;

/** A line whose cells have their place. */
export interface PlacedLine extends Line {
  /** Blanks before each cell. */
  readonly gaps: readonly number[];
}

/** Writes lines as text; each ends with a line break. */
export function writeLines(lines: readonly PlacedLine[]): string {
  const laid = lines.map(layOutLine);
  const ends = laid.map((rows) => rows[rows.length - 1]?.length ?? 0);
  const columns = commentColumns(lines, ends);
  return lines
    .map((line, index) => {
      const rows = [...(laid[index] ?? [])];
      const end = ends[index] ?? 0;
      if (line.trailing !== null) {
        const column = columns[index] ?? end;
        rows.push(`${rows.pop() ?? ""}${" ".repeat(Math.max(column - end, 0))}${line.trailing.text}`);
      }
      return `${line.spaced ? "\n" : ""}${rows.map((row) => `${row.trimEnd()}\n`).join("")}`;
    })
    .join("");
}

function layOutLine(line: PlacedLine): readonly string[] {
  const pieces = [...line.head];
  line.cells.forEach((cell, index) => pieces.push(" ".repeat(line.gaps[index] ?? 1), ...cell.pieces));
  const [first = "", ...rest] = layOut([...pieces, ...line.tail], line.indent, line.indent);
  return [`${" ".repeat(line.indent)}${first}`, ...rest];
}

/** Comments of adjacent lines that stood in one column stay in one column. */
function commentColumns(lines: readonly Line[], ends: readonly number[]): readonly number[] {
  const columns = lines.map(({ trailing }, index) => {
    const least = (ends[index] ?? 0) + 2;
    return Math.max(trailing?.column ?? commentColumn, least);
  });
  for (let from = 0; from < lines.length; from += 1) {
    const wanted = lines[from]?.trailing;
    if (wanted === null || wanted === undefined) continue;
    let to = from;
    while (
      lines[to + 1]?.trailing?.column === wanted.column &&
      lines[to + 1]?.trailing &&
      !lines[to + 1]?.spaced
    )
      to += 1;
    const column = Math.max(...columns.slice(from, to + 1));
    for (let index = from; index <= to; index += 1) columns[index] = column;
    from = to;
  }
  return columns;
}

/** The width of a line up to a cell, without the blank before it. */
export function widthBefore(line: PlacedLine, cell: number): number {
  let width = line.indent + flat(line.head).length;
  for (let index = 0; index < cell; index += 1) {
    width += (line.gaps[index] ?? 1) + flat(line.cells[index]?.pieces ?? []).length;
  }
  return width;
}
