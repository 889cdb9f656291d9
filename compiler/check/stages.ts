import type { Expression } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Level, Symbol, Typed } from "../types/typing.ts";
import type { DeclaredBounds } from "./bounds.ts";
import { type Environment, report } from "./context.ts";
import { expressionText, operandOf, within } from "./expressionText.ts";
import { wordOf } from "./symbols.ts";
import { blame } from "./walk.ts";

const SOURCES: { readonly [L in Level]: string } = {
  0: "a constant",
  1: "given once for the run",
  2: "learned",
  3: "another one for each sample",
  4: "known only while the program runs",
};

/** Asks for an expression that is known by a stage. */
export function checkStage(
  environment: Environment,
  value: Expression<Typed>,
  limit: Level,
  what: string,
): boolean {
  if (value.note.level <= limit || value.note.type.kind === "unknown") return true;
  const symbol = blame(environment.run.knowledge, value, limit);
  const args = {
    what,
    name: symbol?.name ?? expressionText(value),
    source: SOURCES[value.note.level],
  };
  report(environment, diagnose("IPX4001", value.span, args, { declared: symbol?.span ?? null }));
  return false;
}

/** The interval of a learnable is the same for all samples. */
export function checkLearnBounds(environment: Environment, bounds: DeclaredBounds): boolean {
  if (bounds.level <= 2) return true;
  const { low, high } = bounds.tree;
  const end = high.note.level > 2 ? high : low;
  if (end.note.type.kind === "unknown") return false;
  const symbol = blame(environment.run.knowledge, end, 2);
  const { factor, varying } = split(end);
  const args = { source: sourceOf(symbol), factor, varying };
  report(environment, diagnose("IPX4002", end.span, args, { source: symbol?.span ?? null }));
  return false;
}

function sourceOf(symbol: Symbol | null): "operator" | "array" {
  return symbol !== null && symbol.typing.type.kind === "operator" && wordOf(symbol.origin) !== "fun"
    ? "operator"
    : "array";
}

/** "2" and "/L" of 2/L; "1" and "*b" of any other end b. */
function split(end: Expression<Typed>): { readonly factor: string; readonly varying: string } {
  if (end.kind === "product" && end.operator === "/" && end.left.note.level <= 2) {
    return { factor: expressionText(end.left), varying: `/${within(end.right, operandOf.factor)}` };
  }
  return { factor: "1", varying: `*${within(end, operandOf.factor)}` };
}
