import type { Span } from "../source/span.ts";

/** Something that the language allows and this compiler cannot lower yet; the driver makes a diagnostic of it. */
export class Limitation extends Error {
  override readonly name = "Limitation";
  readonly what: string;
  readonly span: Span;

  constructor(what: string, span: Span) {
    super(what);
    this.what = what;
    this.span = span;
  }
}
