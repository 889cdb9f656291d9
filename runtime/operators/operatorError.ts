import { type Place, placedText } from "../engine/place.ts";

/** What can be wrong with an operator and its data; each code has one meaning, so that callers may branch on it. */
export type OperatorErrorCode =
  /** a setting that the operator does not have */
  | "IPX8201"
  /** a setting that is missing, or has a value that it cannot have */
  | "IPX8202"
  /** a domain that the operator cannot have */
  | "IPX8203"
  /** arrays that the operator cannot take */
  | "IPX8204"
  /** numbers that the engine cannot read at once */
  | "IPX8205"
  /** operators whose spaces do not fit */
  | "IPX8206"
  /** an operator that has no inverse that is known */
  | "IPX8207"
  /** a matrix that is singular, or too large to be written out */
  | "IPX8208"
  /** a value that is not in the operator's space */
  | "IPX8209";

/** The text of an error in its parts: what is wrong, why, and what to try. */
export interface OperatorErrorText {
  readonly what: string;
  readonly why?: string;
  readonly hint?: string;
}

/**
 * An operator that cannot be had from these settings, spaces and arrays: an error of the user's. `place` is where the
 * program asks for it, where that is known.
 */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
  readonly code: OperatorErrorCode;
  readonly text: OperatorErrorText;
  readonly place: Place | null;

  constructor(
    code: OperatorErrorCode,
    text: OperatorErrorText,
    options?: ErrorOptions,
    place: Place | null = null,
  ) {
    const words = [text.what, text.why, text.hint].filter((part) => part !== undefined).join(" ");
    super(placedText(place, words), options);
    this.code = code;
    this.text = text;
    this.place = place;
  }
}
