import type { Expression } from "../../ast/tree.ts";
import { add, constant, type Dimension, subtract } from "../../types/dimension.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import type { Knowledge } from "../context.ts";
import { sizeOf } from "../sizes.ts";

/** The largest value that an index can have, as far as sizes tell; null where nothing bounds it. */
export function largestIndex(knowledge: Knowledge, index: Expression<Typed>): Dimension | null {
  const size = sizeOf(knowledge, index);
  if (size !== null) return size;
  switch (index.kind) {
    case "name":
      return index.reference.kind === "symbol"
        ? largestOfSymbol(knowledge, index.reference.symbol, index)
        : null;
    case "call":
      return largestOfCall(knowledge, index);
    case "sum": {
      const left = largestIndex(knowledge, index.left);
      const right =
        index.operator === "+" ? largestIndex(knowledge, index.right) : sizeOf(knowledge, index.right);
      if (left === null || right === null) return null;
      return index.operator === "+" ? add(left, right) : subtract(left, right);
    }
    default:
      return fromInterval(index);
  }
}

function largestOfSymbol(knowledge: Knowledge, symbol: Symbol, index: Expression<Typed>): Dimension | null {
  const count = knowledge.indexCounts.get(symbol);
  if (count !== undefined) return subtract(count, constant(1));
  const definition = knowledge.definitions.get(symbol);
  const largest = definition?.kind === "let" ? largestIndex(knowledge, definition.initial) : null;
  return largest ?? fromInterval(index);
}

function largestOfCall(
  knowledge: Knowledge,
  index: Extract<Expression<Typed>, { kind: "call" }>,
): Dimension | null {
  const { call } = index;
  if (call.kind === "library" && (call.name === "interleaved" || call.name === "consecutive")) {
    const size = call.arguments[0] === undefined ? null : sizeOf(knowledge, call.arguments[0]);
    return size === null ? null : subtract(size, constant(1));
  }
  if (call.kind !== "library" || call.name !== "mod") return fromInterval(index);
  const [, modulus] = call.arguments;
  const size = modulus === undefined ? null : sizeOf(knowledge, modulus);
  return size === null ? fromInterval(index) : subtract(size, constant(1));
}

function fromInterval(index: Expression<Typed>): Dimension | null {
  const high = index.note.interval?.high ?? Infinity;
  return Number.isFinite(high) ? constant(Math.floor(high)) : null;
}
