/** A place where a line may be broken; the lower its rank, the sooner. */
interface Break {
  /** What stands there if the line is not broken. */
  readonly flat: string;
  /** Twice the number of brackets around it, and one more if it stands before an operator. */
  readonly rank: number;
}

/** Behind this bracket broken lines continue. */
interface Opening {
  readonly opening: string;
}

/** Text, an opening bracket, or a place for a line break. */
type Piece = string | Opening | Break;

/** A text that is laid out once its place is known. */
export type Pieces = readonly Piece[];

/** The widest line. */
export const lineWidth = 120;

const continuation = 4;

/** Puts pieces between brackets; breaks within get a higher rank. */
export function bracketed(open: string, inner: Pieces, close: string): Pieces {
  return [
    { opening: open },
    ...inner.map((piece) => (isBreak(piece) ? { ...piece, rank: piece.rank + 2 } : piece)),
    close,
  ];
}

/** Joins lists with commas, behind which the line may be broken. */
export function commaSeparated(parts: readonly Pieces[]): Pieces {
  return parts.flatMap((part, index) => (index === 0 ? part : [",", { flat: " ", rank: 0 }, ...part]));
}

/** The pieces on one line. */
export function flat(pieces: Pieces): string {
  return pieces.map(textOf).join("");
}

function isBreak(piece: Piece): piece is Break {
  return typeof piece !== "string" && "rank" in piece;
}

function textOf(piece: Piece): string {
  if (typeof piece === "string") return piece;
  return isBreak(piece) ? piece.flat : piece.opening;
}

/** Lays pieces out from a column on; further lines begin behind the bracket that is open, or four columns in. */
export function layOut(pieces: Pieces, column: number, indent: number): readonly string[] {
  const whole = flat(pieces);
  const ranks = [...new Set(pieces.flatMap((piece) => (isBreak(piece) ? [piece.rank] : [])))];
  if (column + whole.length <= lineWidth || ranks.length === 0) return [whole];
  let lines: readonly string[] = [whole];
  for (const rank of ranks.sort((a, b) => a - b)) {
    lines = fill(pieces, column, indent, rank);
    if (lines.every((line, index) => line.length + (index === 0 ? column : 0) <= lineWidth)) break;
  }
  return lines;
}

function fill(pieces: Pieces, column: number, indent: number, rank: number): readonly string[] {
  const lines: string[] = [];
  const open: number[] = [];
  let line = "";
  let offset = column;
  pieces.forEach((piece, index) => {
    if (!isBreak(piece)) {
      line += textOf(piece);
      if (typeof piece !== "string") open.push(offset + line.length);
      else if (piece === ")" || piece === "]") open.pop();
      return;
    }
    const next = chunkWidth(pieces, index + 1, rank);
    if (piece.rank > rank || offset + line.length + piece.flat.length + next <= lineWidth) {
      line += piece.flat;
      return;
    }
    lines.push(line.trimEnd());
    line = " ".repeat(open[open.length - 1] ?? indent + continuation);
    offset = 0;
  });
  return [...lines, line];
}

/** The width up to the next place where the line may be broken. */
function chunkWidth(pieces: Pieces, from: number, rank: number): number {
  let width = 0;
  for (let index = from; index < pieces.length; index += 1) {
    const piece = pieces[index];
    if (piece === undefined || (isBreak(piece) && piece.rank <= rank)) break;
    width += textOf(piece).length;
  }
  return width;
}
