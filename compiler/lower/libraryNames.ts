import type { Expression } from "../ast/tree.ts";
import type { LibraryName } from "../library/names.ts";
import type { Typed } from "../types/typing.ts";
import { ENTRYWISE } from "./entrywise.ts";
import { isFunctionName } from "../library/functions/entry.ts";
import { isOperatorName, libraryOperator } from "./operators/libraryOperators.ts";
import { Limitation } from "./limitation.ts";
import type { Lowered } from "./lowered.ts";
import type { Site } from "./site.ts";
import { value } from "./values.ts";

/** A name of the library without a call: `pi`, `ones`, `I`, `fourier`, `norm21`, `relu`. */
export function libraryName(site: Site, name: LibraryName, expression: Expression<Typed>): Lowered {
  const { type } = expression.note;
  if (name === "pi") return value(site.builder.constant(Math.PI));
  if (name === "ones") {
    if (type.kind !== "value") throw new Limitation("`ones` without a type", expression.span);
    return value(site.builder.fill(site.builder.constant(1), type.space));
  }
  if (isOperatorName(name)) {
    if (type.kind !== "operator") throw new Limitation(`\`${name}\` without a type`, expression.span);
    return { kind: "operator", operator: libraryOperator(site, name, {}, [], type, expression.span) };
  }
  if (isFunctionName(name)) return { kind: "function", of: { kind: "library", name, settings: {} } };
  if (ENTRYWISE[name] !== undefined) {
    return { kind: "function", of: { kind: "expression", expression, scope: site.scope } };
  }
  throw new Limitation(`\`${name}\` at this place`, expression.span);
}
