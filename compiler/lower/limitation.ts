import type { Span } from "../source/span.ts";

/** Something that the language allows and this compiler cannot lower yet; the driver makes a diagnostic of it. */
export class Limitation extends Error {
  override readonly name = "Limitation";
  readonly what: string;
  readonly span: Span;
  /** what to write instead, where the program is not to wait for a later version */
  readonly hint: string | null;

  constructor(what: string, span: Span, hint: string | null = null) {
    super(what);
    this.what = what;
    this.span = span;
    this.hint = hint;
  }
}
