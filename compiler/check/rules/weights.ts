import type { Expression } from "../../ast/tree.ts";
import { type Interval, isWithin } from "../../types/interval.ts";
import type { Symbol, Typed } from "../../types/typing.ts";

/** The declared name in a number that is wanted in an interval, where its own interval is wider. */
export function wideName(factor: Expression<Typed>, wanted: Interval): Symbol | null {
  switch (factor.kind) {
    case "name": {
      if (factor.reference.kind !== "symbol") return null;
      const { symbol } = factor.reference;
      return isWithin(symbol.typing.interval ?? wanted, wanted) ? null : symbol;
    }
    case "product":
    case "sum":
      return wideName(factor.left, wanted) ?? wideName(factor.right, wanted);
    case "negate":
      return wideName(factor.operand, wanted);
    case "power":
      return wideName(factor.base, wanted);
    default:
      return null;
  }
}

/** How a number that must be positive is declared, for hints; null for what is not declared with an interval. */
export function declarationText(symbol: Symbol): string | null {
  switch (symbol.origin.kind) {
    case "state":
    case "learn":
      return `${symbol.origin.kind} ${symbol.name} : R in (0, inf) = ...`;
    case "given":
    case "input":
      return `${symbol.origin.kind} ${symbol.name} : R in (0, inf)`;
    case "argument":
      return `${symbol.name} : R in (0, inf)`;
    default:
      return null;
  }
}
