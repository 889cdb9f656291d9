import { type Place, placedText } from "../engine/place.ts";

/** What can be wrong where data meet a program; each code has one meaning, so that callers may branch on it. */
export const BINDING_ERROR_CODES = {
  IPX8001: "a binding for a name that the program does not declare",
  IPX8003: "a name that must be bound and is not",
  IPX8004: "data of another shape than declared",
  IPX8005: "a size or a space that the data leave open or contradict",
  IPX8006: "complex data where real data are declared",
  IPX8007: "a value outside its declared interval",
  IPX8008: "a declared property that the data refute",
  IPX8009: "an array, an operator or a map where another of them is declared",
  IPX8010: "weights that are not this program's",
  IPX8011: "more steps than there are values for",
  IPX8012: "a checkpoint or data set that does not fit the training",
  IPX8013: "sizes that the program divides, and that leave a rest",
} as const;

/** A code of `BINDING_ERROR_CODES`. */
export type BindingErrorCode = keyof typeof BINDING_ERROR_CODES;

/** An error's text in its parts: what is wrong and where, why it matters, and what to try. */
export interface BindingErrorText {
  readonly what: string;
  readonly why?: string;
  readonly hint?: string;
}

/**
 * What the user bound does not fit what the program declares, `declaration`, or what it asks at a place of it, where
 * that is known.
 */
export class BindingError extends Error {
  override readonly name = "BindingError";
  readonly code: BindingErrorCode;
  readonly declaration: string;
  readonly text: BindingErrorText;
  readonly place: Place | null;

  constructor(
    code: BindingErrorCode,
    declaration: string,
    text: BindingErrorText,
    place: Place | null = null,
  ) {
    super(placedText(place, [text.what, text.why, text.hint].filter((part) => part !== undefined).join(" ")));
    this.code = code;
    this.declaration = declaration;
    this.text = text;
    this.place = place;
  }
}
