import { partsOf } from "../../ast/parts.ts";
import { pieces } from "../../ast/print/expressions.ts";
import { flat } from "../../ast/print/pieces.ts";
import type { Expression } from "../../ast/tree.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import type { Atom, Factor, FormTerm, Link } from "./form.ts";

/** Whether two expressions are written alike and read the same symbols, so that they have one value in one place. */
export function sameExpression(a: Expression<Typed>, b: Expression<Typed>): boolean {
  if (flat(pieces(a)) !== flat(pieces(b))) return false;
  const [first, second] = [symbolsIn(a), symbolsIn(b)];
  return first.length === second.length && first.every((symbol, at) => symbol === second[at]);
}

function symbolsIn(expression: Expression<Typed>): readonly Symbol[] {
  if (expression.kind === "name" || expression.kind === "old") {
    return expression.reference.kind === "symbol" ? [expression.reference.symbol] : [];
  }
  return partsOf(expression).flatMap(symbolsIn);
}

/** Whether two factors are one number. */
export function sameFactor(a: Factor, b: Factor): boolean {
  if (a.kind === "number") return b.kind === "number" && a.value === b.value;
  return b.kind === "expression" && a.inverse === b.inverse && sameExpression(a.value, b.value);
}

/** Whether two terms are multiples of one function: the same atom behind the same links. */
export function alike(a: FormTerm, b: FormTerm): boolean {
  if (a === b) return true;
  return (
    sameAtom(a.atom, b.atom) &&
    a.links.length === b.links.length &&
    a.links.every((link, at) => {
      const other = b.links[at];
      return other !== undefined && sameLink(link, other);
    })
  );
}

function sameLink(a: Link, b: Link): boolean {
  switch (a.kind) {
    case "scale":
      return b.kind === "scale" && sameFactor(a.by, b.by);
    case "diagonal":
      return b.kind === "diagonal" && sameExpression(a.by, b.by);
    case "operator":
      return b.kind === "operator" && sameExpression(a.operator, b.operator);
    case "shift":
      return b.kind === "shift" && a.sign === b.sign && sameExpression(a.by, b.by);
  }
}

function sameAtom(a: Atom, b: Atom): boolean {
  switch (a.kind) {
    case "library":
      return b.kind === "library" && a.name === b.name && sameMade(a, b);
    case "indicator":
      return b.kind === "indicator" && sameExpression(a.set, b.set);
    case "opaque":
      return b.kind === "opaque" && a.symbol === b.symbol;
    case "constant":
      return b.kind === "constant";
    case "conjugate":
    case "linear":
    case "general":
      return false;
  }
}

type Made = Extract<Atom, { readonly kind: "library" }>;

function sameMade(a: Made, b: Made): boolean {
  return (
    a.arguments.length === b.arguments.length &&
    a.arguments.every((argument, at) => {
      const other = b.arguments[at];
      return other !== undefined && sameExpression(argument, other);
    }) &&
    Object.entries(a.settings).every(([name, setting]) => {
      const other = b.settings[name];
      if (setting.kind === "expression") {
        return other?.kind === "expression" && sameExpression(setting.value, other.value);
      }
      return JSON.stringify(setting) === JSON.stringify(other);
    })
  );
}
