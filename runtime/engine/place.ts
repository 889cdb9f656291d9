/** A stretch of a program's text, in UTF-16 offsets; in an emitted module `file:line:column`, from 1. */
export type Place = string | { readonly file: string; readonly start: number; readonly end: number };

/** The words of an error at a place that is told in words, too. */
export function placedText(place: Place | null, text: string): string {
  return typeof place === "string" ? `${place}: ${text}` : text;
}
