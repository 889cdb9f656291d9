import { constantValue, type Dimension, type DimensionTerm, roundingOf } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import { fieldOf } from "../plan/declare.ts";
import { spaceKey, sizeKey } from "./locals.ts";
import type { RuntimeName } from "./reserved.ts";

/** A dimension as an expression of TypeScript over the sizes of the run: `2 * h`, `n / 4`. */
export function dimensionCode(dimension: Dimension, size: (name: string) => string): string {
  const fixed = constantValue(dimension);
  if (fixed !== null) return String(fixed);
  return dimension.terms
    .map((term, index) => {
      const text = termCode(term, size);
      if (index === 0) return term.numerator < 0 ? `-${text}` : text;
      return term.numerator < 0 ? ` - ${text}` : ` + ${text}`;
    })
    .join("");
}

function termCode(term: DimensionTerm, size: (name: string) => string): string {
  const magnitude = Math.abs(term.numerator);
  const powers = term.powers.flatMap(([name, exponent]) =>
    new Array<string>(exponent).fill(factorCode(name, size)),
  );
  const factors = magnitude === 1 && powers.length > 0 ? powers : [String(magnitude), ...powers];
  return factors.join(" * ") + (term.denominator === 1 ? "" : ` / ${term.denominator}`);
}

/** A size, or a size rounded up: `Math.ceil(h / 8) * 8`. */
function factorCode(name: string, size: (name: string) => string): string {
  const rounding = roundingOf(name);
  if (rounding === null) return size(name);
  const inner = dimensionCode(rounding.of, size);
  const dividend = /^\w+$/u.test(inner) ? inner : `(${inner})`;
  return `Math.ceil(${dividend} / ${rounding.multiple}) * ${rounding.multiple}`;
}

/** A space as an expression of TypeScript: `R(h, w)`, `X`, `productOf(R(n), X)`. */
export function spaceCode(
  space: Space,
  local: (key: string) => string,
  use: (name: RuntimeName) => void,
): string {
  switch (space.kind) {
    case "array": {
      const letter = fieldOf(space.element) === "complex" ? "C" : "R";
      use(letter);
      return `${letter}(${space.dimensions.map((dimension) => dimensionCode(dimension, (name) => local(sizeKey(name)))).join(", ")})`;
    }
    case "named":
      return local(spaceKey(space.name));
    case "product":
      use("productOf");
      return `productOf(${space.parts.map((part) => spaceCode(part, local, use)).join(", ")})`;
  }
}
