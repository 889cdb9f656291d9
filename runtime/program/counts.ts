import type { Operations } from "../arrays/operations.ts";
import { parse } from "../arrays/parse.ts";
import { operations as operationsOn } from "../arrays/create.ts";
import type { ElementwiseExpression } from "../arrays/expression.ts";
import { EngineError } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference.ts";
import { BindingError } from "./bindingError.ts";
import { isValue } from "./bound.ts";
import type { Bound, Count, Known } from "./definition.ts";
import { openSizesHint } from "./openHint.ts";

/** How far a quotient in double precision may lie above the count that it means. */
const ROUNDING = 1e-9;

/**
 * A count of a target once sizes and givens are bound, rounded up, at least 1.
 * @throws BindingError IPX8005 where a size of it is not bound, or it is no count; EngineError where a number that is
 * given cannot be read at once
 */
export function countOf(operations: Operations, known: Known, count: Count): number {
  if (typeof count === "number") return count;
  const host = operationsOn(referenceEngine());
  const inputs = Object.fromEntries(
    [...namesIn(parse(count))].map((name) => [
      name,
      host.number(numberOf(operations, name, known[name], count)),
    ]),
  );
  const [value = Number.NaN] = host.engine.readNow(host.sum(host.map(count, inputs)).handle) ?? [];
  if (Number.isFinite(value)) return Math.max(1, Math.ceil(value - ROUNDING * Math.abs(value)));
  throw new BindingError("IPX8005", count, { what: `The count ${count} is ${value}.` });
}

function namesIn(expression: ElementwiseExpression): ReadonlySet<string> {
  switch (expression.kind) {
    case "input":
      return new Set([expression.name]);
    case "constant":
      return new Set();
    case "apply":
      return new Set(expression.arguments.flatMap((argument) => [...namesIn(argument)]));
  }
}

function numberOf(operations: Operations, name: string, bound: Bound | undefined, count: string): number {
  if (typeof bound === "number") return bound;
  if (bound !== undefined && isValue(bound) && bound.kind === "array" && bound.shape.length === 0) {
    const { engine } = operations;
    const [value] = engine.readNow(bound.handle) ?? [];
    if (value !== undefined) return value;
    throw new EngineError(engine.name, "a count", [bound.handle.shape], "it reads later");
  }
  throw new BindingError("IPX8005", name, {
    what: `The data leave \`${name}\` of the count ${count} open.`,
    hint: openSizesHint([name]),
  });
}
