import type { Span } from "../source/span.ts";

/**
 * What is in the way of a derivative, so that a hint may say what to do about it: an operator by an array that it is
 * made of, a pseudo-inverse by its operator at a chosen rank, another operator by what it depends on, a norm by
 * its operator, a loop, or an operation.
 */
export type Obstacle = "array" | "rank" | "operator" | "norm" | "loop" | "operation";

/** An operation on the way of a derivative has none that this compiler knows. */
export class NotDifferentiable extends Error {
  override readonly name = "NotDifferentiable";
  /** what has no derivative, to follow "the derivative of" */
  readonly what: string;
  readonly span: Span | null;
  readonly obstacle: Obstacle;

  constructor(what: string, span: Span | null, obstacle: Obstacle = "operation") {
    super(`the derivative of ${what}`);
    this.what = what;
    this.span = span;
    this.obstacle = obstacle;
  }
}

/** Takes a derivative that the program writes at a span; what cannot be differentiated is said of that place. */
export function derivativeAt<T>(span: Span, take: () => T): T {
  try {
    return take();
  } catch (error) {
    throw error instanceof NotDifferentiable && error.span === null
      ? new NotDifferentiable(error.what, span, error.obstacle)
      : error;
  }
}
