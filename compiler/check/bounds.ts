import type { Expression, Interval as WrittenInterval } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Span } from "../source/span.ts";
import { type Interval, intersect, isEmpty, isWithin } from "../types/interval.ts";
import type { Level, Symbol, Typed } from "../types/typing.ts";
import { type Environment, latest, report } from "./context.ts";
import { checkExpression } from "./expression.ts";
import { expressionText } from "./expressionText.ts";
import { expectRealNumber } from "./expectations.ts";
import { provesInside, provesOutside } from "./rules/ordering.ts";
import { intervalOf } from "./typed.ts";

/** The interval of a declaration. Its ends are expressions, so that only `inner` is sure, and nothing lies beyond `outer`. */
export interface DeclaredBounds {
  readonly tree: WrittenInterval<Typed>;
  readonly outer: Interval;
  /** null where even the order of the ends is open */
  readonly inner: Interval | null;
  readonly level: Level;
  /** the name that is bounded, once it has a symbol */
  readonly span: Span;
}

/** Checks the ends of a written interval. */
export function checkBounds(environment: Environment, bounds: WrittenInterval): DeclaredBounds {
  const low = expectRealNumber(environment, checkExpression(environment, bounds.low));
  const high = expectRealNumber(environment, checkExpression(environment, bounds.high));
  const lows = intervalOf(low);
  const highs = intervalOf(high);
  const outer = interval(
    lows.low,
    highs.high,
    bounds.lowOpen || lows.lowOpen,
    bounds.highOpen || highs.highOpen,
  );
  const inner = interval(lows.high, highs.low, bounds.lowOpen, bounds.highOpen);
  const tree: WrittenInterval<Typed> = { ...bounds, low, high };
  if (isEmpty(outer)) {
    report(environment, diagnose("IPX3204", bounds.span, { interval: boundsText(tree) }));
  }
  return {
    tree,
    outer,
    inner: isEmpty(inner) ? null : inner,
    level: latest(low.note.level, high.note.level),
    span: bounds.span,
  };
}

function interval(low: number, high: number, lowOpen: boolean, highOpen: boolean): Interval {
  return { low, high, lowOpen: lowOpen || low === -Infinity, highOpen: highOpen || high === Infinity };
}

/** An interval as it was written. */
export function boundsText(tree: WrittenInterval<Typed>): string {
  const open = tree.lowOpen ? "(" : "[";
  const close = tree.highOpen ? ")" : "]";
  return `${open}${expressionText(tree.low)}, ${expressionText(tree.high)}${close}`;
}

/** What is known of a value's membership in declared bounds. */
export type Membership = "inside" | "outside" | "open";

/** Whether a value lies in declared bounds: by its interval, or because its ends compare for all values of the names. */
export function membership(
  value: Expression<Typed>,
  actual: Interval,
  bounds: DeclaredBounds,
  definition: (symbol: Symbol) => Expression<Typed> | null,
): Membership {
  if (bounds.inner !== null && isWithin(actual, bounds.inner)) return "inside";
  if (isEmpty(intersect(actual, bounds.outer))) return "outside";
  if (provesInside(value, actual, bounds.tree, definition)) return "inside";
  return provesOutside(value, bounds.tree, definition) ? "outside" : "open";
}
