import type { Expression } from "../../ast/tree.ts";
import { constant, type Dimension } from "../../types/dimension.ts";
import type { Space } from "../../types/space.ts";
import type { CallMeaning, Typed } from "../../types/typing.ts";
import { type Definitions, factorOf } from "./analyse.ts";
import type { Factor } from "./form.ts";

/** The number c > 0 of A A' = c I, as the program computes it. */
export type Multiple =
  | { readonly kind: "one" }
  | { readonly kind: "square"; readonly of: Factor }
  | { readonly kind: "size"; readonly of: Dimension }
  | { readonly kind: "product" | "sum"; readonly parts: readonly Multiple[] };

/** `rows`: A A' = c I; `columns`: A'A = c I. */
type Side = "rows" | "columns";

const ONE: Multiple = { kind: "one" };

/**
 * The c of A A' = c I, or of A'A = c I, where it is known: of orthonormal operators, of operators that pick entries or
 * repeat them, of their adjoints, multiples, products and stacks. Null for all others; a redundant frame W has W'W = c I
 * and not W W' = c I, so that its adjoint has a rule and itself none.
 */
export function gramMultiple(
  operator: Expression<Typed>,
  side: Side,
  definitions: Definitions,
): Multiple | null {
  if (operator.note.facts.some(({ property }) => property === "orthonormal")) return ONE;
  switch (operator.kind) {
    case "name":
      return ofName(operator, side, definitions);
    case "adjoint":
      return gramMultiple(operator.operand, side === "rows" ? "columns" : "rows", definitions);
    case "negate":
      return gramMultiple(operator.operand, side, definitions);
    case "call":
      return ofCall(operator, side, definitions);
    case "product":
      return ofProduct(operator, side, definitions);
    default:
      return null;
  }
}

function ofName(
  operator: Extract<Expression<Typed>, { kind: "name" }>,
  side: Side,
  definitions: Definitions,
): Multiple | null {
  const { reference, note } = operator;
  if (reference.kind === "symbol") {
    const definition = definitions.get(reference.symbol);
    return definition?.kind === "let" ? gramMultiple(definition.initial, side, definitions) : null;
  }
  if (reference.kind !== "library" || note.type.kind !== "operator") return null;
  const { domain, codomain } = note.type;
  switch (reference.name) {
    case "crop":
    case "real":
    case "imag":
      return side === "rows" ? ONE : null;
    case "over_channels":
    case "over_pixels":
      return side === "columns" ? repetitions(domain, codomain) : null;
    case "over_axes":
      return side === "columns" ? ofAddedAxes(codomain, [0]) : null;
    default:
      return null;
  }
}

/** How often each entry of the domain is repeated: the axes of the codomain that the domain has not. */
function repetitions(domain: Space, codomain: Space): Multiple | null {
  if (domain.kind !== "array" || codomain.kind !== "array") return null;
  const added = codomain.dimensions.length - domain.dimensions.length;
  const axes = added === 1 ? codomain.dimensions.slice(-1) : codomain.dimensions.slice(0, added);
  return product(axes.map((of): Multiple => ({ kind: "size", of })));
}

function ofCall(
  { call }: Extract<Expression<Typed>, { kind: "call" }>,
  side: Side,
  definitions: Definitions,
): Multiple | null {
  if (call.kind !== "library") return null;
  if (call.name === "downsample" || call.name === "crop") return side === "rows" ? ONE : null;
  if (call.name === "patches") return ofPatches(call, side);
  if (call.name === "over_axes" && call.settings["axes"]?.kind === "list") {
    return side === "columns" ? ofAddedAxes(call.operator?.codomain, call.settings["axes"].values) : null;
  }
  const [first] = call.arguments;
  if (call.name === "each" && first !== undefined) return gramMultiple(first, side, definitions);
  const stacked =
    (call.name === "vstack" && side === "columns") || (call.name === "hstack" && side === "rows");
  return stacked ? sum(call.arguments.map((part) => gramMultiple(part, side, definitions))) : null;
}

/** How often each entry is repeated along the axes that are added. */
function ofAddedAxes(codomain: Space | undefined, axes: readonly number[]): Multiple | null {
  if (codomain?.kind !== "array") return null;
  const added = codomain.dimensions.filter((_, axis) => axes.includes(axis));
  return product(added.map((of): Multiple => ({ kind: "size", of })));
}

/**
 * Patches that do not overlap pick entries; periodic ones whose stride divides their size cover every pixel equally
 * often.
 */
function ofPatches(
  { arguments: makers, settings }: Pick<Extract<CallMeaning, { kind: "library" }>, "arguments" | "settings">,
  side: Side,
): Multiple | null {
  const [size, stride] = makers;
  if (size?.kind !== "number" || stride?.kind !== "number") return null;
  if (side === "rows") return stride.value >= size.value ? ONE : null;
  const periodic = settings["boundary"]?.kind === "word" && settings["boundary"].value === "periodic";
  if (!periodic || size.value % stride.value !== 0) return null;
  return { kind: "size", of: constant((size.value / stride.value) ** 2) };
}

function ofProduct(
  operator: Extract<Expression<Typed>, { kind: "product" }>,
  side: Side,
  definitions: Definitions,
): Multiple | null {
  const { left, right, product: meaning } = operator;
  if (meaning === "compose") {
    return product([gramMultiple(left, side, definitions), gramMultiple(right, side, definitions)]);
  }
  if (meaning !== "scaleOperator") return null;
  const divides = operator.operator === "/";
  const [scaled, by] = divides ? [left, right] : [right, left];
  return product([gramMultiple(scaled, side, definitions), { kind: "square", of: factorOf(by, divides) }]);
}

function product(parts: readonly (Multiple | null)[]): Multiple | null {
  const known = parts.filter((part) => part !== null);
  if (known.length < parts.length) return null;
  const others = known.filter(({ kind }) => kind !== "one");
  const [only] = others;
  if (only === undefined) return ONE;
  return others.length === 1 ? only : { kind: "product", parts: others };
}

function sum(parts: readonly (Multiple | null)[]): Multiple | null {
  const known = parts.filter((part) => part !== null);
  return known.length < parts.length || known.length === 0 ? null : { kind: "sum", parts: known };
}
