/** What can be wrong with data from outside; each code has one meaning, so that callers may branch on it. */
export const DATA_ERROR_CODES = {
  IPX8101: "the data end before they should",
  IPX8102: "not a file of this format",
  IPX8103: "a kind of number or a feature that is not supported",
  IPX8104: "a header that contradicts itself or the data",
  IPX8105: "an array larger than can be read",
  IPX8106: "NaN or infinity where finite numbers are needed",
  IPX8107: "an array that the file does not hold",
  IPX8108: "an array that a format, a measure or a noise cannot take",
  IPX8109: "a file that cannot be read",
  IPX8110: "a file that cannot be written",
  IPX8111: "a file name that says no known format",
} as const;

/** A code of `DATA_ERROR_CODES`. */
export type DataErrorCode = keyof typeof DATA_ERROR_CODES;

/** The facts of an error, for machines; `file` is added by whoever knows the name. */
export type DataErrorFacts = Readonly<Record<string, string | number | boolean | readonly number[]>>;

/** The text of an error in its parts: what is wrong (with the place), why, and what to try. */
export interface DataErrorText {
  readonly what: string;
  readonly why?: string;
  readonly hint?: string;
}

/** An error of the user's data: never of the program that reads them. */
export class DataError extends Error {
  readonly code: DataErrorCode;
  readonly text: DataErrorText;
  readonly facts: DataErrorFacts;

  constructor(code: DataErrorCode, text: DataErrorText, facts: DataErrorFacts = {}, options?: ErrorOptions) {
    super([text.what, text.why, text.hint].filter((part) => part !== undefined).join(" "), options);
    this.name = "DataError";
    this.code = code;
    this.text = text;
    this.facts = facts;
  }

  /** The same error with more facts. */
  of(facts: DataErrorFacts): DataError {
    return new DataError(this.code, this.text, { ...this.facts, ...facts }, { cause: this.cause ?? this });
  }

  /** The same error, said of a named file. */
  inFile(file: string): DataError {
    const text = { ...this.text, what: `${file}: ${this.text.what}` };
    return new DataError(this.code, text, { ...this.facts, file }, { cause: this.cause ?? this });
  }
}

/**
 * Runs a decoder of a library and turns whatever it throws into a DataError, for a damaged file must not look
 * like a bug. DataErrors pass unchanged.
 */
export function decoding<T>(format: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DataError) throw error;
    const said = (error instanceof Error ? error.message : String(error)).replace(/[\s.:]+$/u, "");
    throw new DataError(
      "IPX8104",
      {
        what: `This ${format} file cannot be decoded.`,
        ...(said === "" ? {} : { why: `The decoder says: ${said}.` }),
        hint: "The file may be incomplete or damaged.",
      },
      { format },
      { cause: error },
    );
  }
}
