import type { Comment } from "../tree.ts";

/** What the printer asks of the text that was parsed: what the tree does not say. */
export interface Written {
  /** Whether a line ends between two offsets. */
  breaks(start: number, end: number): boolean;
  /** Whether a blank line lies between two offsets. */
  blankLine(start: number, end: number): boolean;
  /** Whether the gap between two offsets has more than one blank before the sign that stands in it. */
  padded(start: number, end: number, sign: string): boolean;
  /** The column, from 0, of an offset. */
  column(offset: number): number;
  /** The text of a place. */
  slice(start: number, end: number): string;
  /** Comments between two offsets, in order. */
  comments(start: number, end: number): readonly Comment[];
}

/** For trees that were never written. */
export const unwritten: Written = {
  breaks: () => true,
  blankLine: () => false,
  padded: () => false,
  column: () => 0,
  slice: () => "",
  comments: () => [],
};

/** Reads a text with its comments. */
export function writtenIn(text: string, all: readonly Comment[]): Written {
  return {
    breaks: (start, end) => /[\n\r]/u.test(text.slice(start, end)),
    blankLine: (start, end) => /(?:\r\n|\n|\r)[^\S\n\r]*(?:\r\n|\n|\r)/u.test(text.slice(start, end)),
    padded(start, end, sign) {
      const gap = text.slice(start, end);
      const place = gap.indexOf(sign);
      return place >= 0 && /^[^\S\n\r]{2,}$/u.test(gap.slice(0, place));
    },
    column: (offset) =>
      offset - (Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1),
    slice: (start, end) => text.slice(start, end),
    comments: (start, end) => between(all, start, end),
  };
}

function between(comments: readonly Comment[], start: number, end: number): readonly Comment[] {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle]?.span.start ?? Infinity) < start) low = middle + 1;
    else high = middle;
  }
  const found: Comment[] = [];
  for (let index = low; index < comments.length; index += 1) {
    const comment = comments[index];
    if (comment === undefined || comment.span.end > end) break;
    found.push(comment);
  }
  return found;
}
