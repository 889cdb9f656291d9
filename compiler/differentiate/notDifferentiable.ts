import type { Span } from "../source/span.ts";

/** An operation on the way of a derivative has none that this compiler knows. */
export class NotDifferentiable extends Error {
  override readonly name = "NotDifferentiable";
  /** what has no derivative, to follow "the derivative of" */
  readonly what: string;
  readonly span: Span | null;

  constructor(what: string, span: Span | null) {
    super(`the derivative of ${what}`);
    this.what = what;
    this.span = span;
  }
}

/** Takes a derivative that the program writes at a span; what cannot be differentiated is said of that place. */
export function derivativeAt<T>(span: Span, take: () => T): T {
  try {
    return take();
  } catch (error) {
    throw error instanceof NotDifferentiable && error.span === null
      ? new NotDifferentiable(error.what, span)
      : error;
  }
}
