import type { Span } from "../source/span.ts";
import type { Fact } from "../types/property.ts";

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

/** A bound that a learned network is declared with, and that it does not have with any weights. */
export class UnreachableBound extends Limitation {
  readonly fact: Fact;
  /** the constant with weights that are 0 */
  readonly least: number;

  /** `span`: that of the declaration of the network */
  constructor(fact: Fact, least: number, span: Span) {
    super("a bound below what the network has without its weights", span);
    this.fact = fact;
    this.least = least;
  }
}
