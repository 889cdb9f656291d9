import type { ElementwiseExpression, ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import { constantValue, equal, type Dimension } from "../types/dimension.ts";
import type { Element, Space } from "../types/space.ts";
import { isNumber, NUMBER, spaceText } from "./spaces.ts";

/** What the entries of a result are, from those of the arguments; null where the function has no meaning. */
type ElementRule = (elements: readonly Element[]) => Element | null;

/** Types fault: the operation has no meaning for its inputs. The message names spaces, never a place. */
export class ShapeFault extends Error {
  override readonly name = "ShapeFault";
}

const promoted: ElementRule = (elements) => {
  if (elements.includes("complex")) return "complex";
  return elements.length > 0 && elements.every((element) => element === "int") ? "int" : "real";
};
const modulus: ElementRule = ([element]) => (element === "int" ? "int" : "real");
const ordered =
  (result: Element | null): ElementRule =>
  (elements) =>
    elements.includes("complex") ? null : (result ?? promoted(elements));
const always =
  (result: Element): ElementRule =>
  () =>
    result;
const byReal: ElementRule = (elements) => (elements[1] === "complex" ? null : floating(elements.slice(0, 1)));
const floating: ElementRule = (elements) => (elements.includes("complex") ? "complex" : "real");
const thresholded: ElementRule = byReal;
const chosen: ElementRule = ([, a, b]) => {
  if (a === "bool" && b === "bool") return "bool";
  return promoted([a ?? "real", b ?? "real"]);
};

const ELEMENT_RULES: { readonly [F in ElementwiseFunction]: ElementRule } = {
  add: promoted,
  sub: promoted,
  mul: promoted,
  div: byReal,
  pow: byReal,
  neg: promoted,
  abs: modulus,
  conj: promoted,
  real: always("real"),
  imag: always("real"),
  complex: always("complex"),
  imaginary: always("complex"),
  phase: always("real"),
  sign: floating,
  exp: floating,
  log: floating,
  sqrt: floating,
  square: promoted,
  reciprocal: floating,
  tanh: floating,
  sigmoid: floating,
  softplus: floating,
  erf: ordered("real"),
  relu: ordered(null),
  positive: ordered("bool"),
  floor: ordered("int"),
  max: ordered(null),
  min: ordered(null),
  mod: ordered(null),
  soft: thresholded,
  hard: thresholded,
  less: ordered("bool"),
  lessEqual: ordered("bool"),
  equal: always("bool"),
  and: always("bool"),
  or: always("bool"),
  not: always("bool"),
  pairNorm: ordered("real"),
  select: chosen,
};

/** The functions that give real numbers of complex ones, too. */
export const GIVES_REAL: ReadonlySet<ElementwiseFunction> = new Set([
  "abs",
  "real",
  "imag",
  "phase",
  "less",
  "lessEqual",
  "equal",
  "and",
  "or",
  "not",
]);

/** The space of an elementwise function of values of these spaces: arrays align from the last axis. */
export function elementwiseSpace(name: ElementwiseFunction, spaces: readonly Space[]): Space {
  return aligned(spaces, (elements) => {
    const element = ELEMENT_RULES[name](elements);
    if (element === null)
      throw new ShapeFault(`${name} has no meaning for ${spaces.map(spaceText).join(", ")}`);
    return element;
  });
}

/** The space of an elementwise expression, given those of its inputs by name. */
export function expressionSpace(
  expression: ElementwiseExpression,
  inputs: ReadonlyMap<string, Space>,
): Space {
  switch (expression.kind) {
    case "input": {
      const space = inputs.get(expression.name);
      if (space === undefined) throw new ShapeFault(`the expression has no input ${expression.name}`);
      return space;
    }
    case "constant":
      return NUMBER;
    case "apply":
      return elementwiseSpace(
        expression.function,
        expression.arguments.map((argument) => expressionSpace(argument, inputs)),
      );
  }
}

function aligned(spaces: readonly Space[], element: (elements: readonly Element[]) => Element): Space {
  const product = spaces.find((space) => space.kind === "product");
  if (product?.kind === "product") {
    const parts = product.parts.map((_, i) =>
      aligned(
        spaces.map((space) => partOf(space, i, product.parts.length)),
        element,
      ),
    );
    return { kind: "product", parts };
  }
  const named = spaces.find((space) => space.kind === "named");
  if (named?.kind === "named") {
    const fits = spaces.every(
      (space) => isNumber(space) || (space.kind === "named" && space.name === named.name),
    );
    if (!fits) throw new ShapeFault(`${spaces.map(spaceText).join(", ")} do not align`);
    return named;
  }
  const elements = spaces.map((space) => (space.kind === "array" ? space.element : "real"));
  return { kind: "array", element: element(elements), dimensions: alignedDimensions(spaces) };
}

function partOf(space: Space, index: number, count: number): Space {
  if (isNumber(space)) return space;
  const part = space.kind === "product" && space.parts.length === count ? space.parts[index] : undefined;
  if (part === undefined)
    throw new ShapeFault(`${spaceText(space)} does not align with a product of ${count} parts`);
  return part;
}

function alignedDimensions(spaces: readonly Space[]): readonly Dimension[] {
  let result: readonly Dimension[] = [];
  for (const space of spaces) {
    if (space.kind === "array") result = alignPair(result, space.dimensions);
  }
  return result;
}

function alignPair(a: readonly Dimension[], b: readonly Dimension[]): readonly Dimension[] {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const offset = long.length - short.length;
  return long.map((dimension, i) => {
    const other = short[i - offset];
    if (other === undefined || equal(dimension, other) || constantValue(other) === 1) return dimension;
    if (constantValue(dimension) === 1) return other;
    throw new ShapeFault(
      `${spaceText({ kind: "array", element: "real", dimensions: a })} and ` +
        `${spaceText({ kind: "array", element: "real", dimensions: b })} do not align`,
    );
  });
}
