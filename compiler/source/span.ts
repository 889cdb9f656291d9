/** A stretch of a file, in UTF-16 offsets; `end` is exclusive. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** A text with the path under which the user knows it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The smallest span that covers both; the two lie in one file. */
export function cover(first: Span, last: Span): Span {
  return {
    file: first.file,
    start: Math.min(first.start, last.start),
    end: Math.max(first.end, last.end),
  };
}
