import type { Argument, Expression } from "../../ast/tree.ts";
import type { Span } from "../../source/span.ts";
import type { Interval } from "../../types/interval.ts";
import { type Space, spaceText } from "../../types/space.ts";
import { UNKNOWN } from "../../types/type.ts";
import type { CallMeaning, Typed, Typing } from "../../types/typing.ts";
import { typing } from "../typed.ts";

/** What flows into a layer. */
export interface Flowing {
  /** null where it is not known, after an error */
  readonly space: Space | null;
  /** what the last layer is to give, where a declaration says so */
  readonly expected: Space | null;
  /** the inputs of a learned network as it declares them, which for its layers are one array */
  readonly declared?: string;
  readonly span: Span;
}

/** What flows in, as the program writes it where it does. */
export function textOf({ declared, space }: Flowing): string {
  return declared ?? (space === null ? "no array" : spaceText(space));
}

/** A layer in its place. */
export interface PlacedLayer {
  readonly tree: Expression<Typed>;
  readonly call: CallMeaning;
  readonly output: Space | null;
  readonly interval: Interval;
}

/** A name in an expression. */
export type Name = Extract<Expression, { kind: "name" }>;

/** The name at the head of a layer: of `conv(8)` and of `relu`. */
export function headOf(expression: Expression): Name | null {
  const head = expression.kind === "call" ? expression.callee : expression;
  return head.kind === "name" ? head : null;
}

/** The note of a layer between two spaces. */
export function layerNote(domain: Space | null, codomain: Space | null): Typing {
  if (codomain === null || domain === null) return typing(UNKNOWN, 2);
  return typing({ kind: "layer", domain, codomain }, 2);
}

/** A layer's expression with its meaning, whether it has brackets or not. */
export function layerTree(
  expression: Expression,
  head: Name,
  reference: Extract<Expression<Typed>, { kind: "name" }>["reference"],
  args: readonly Argument<Typed>[],
  call: CallMeaning,
  note: Typing,
): Expression<Typed> {
  const name: Expression<Typed> = { ...head, reference, note };
  return expression.kind === "call" ? { ...expression, callee: name, arguments: args, call, note } : name;
}
