import type { Variable } from "../../ir/block.ts";
import { intervalOfFactor } from "../../library/calculus/convexity.ts";
import type { Factor } from "../../library/calculus/form.ts";
import type { Multiple } from "../../library/calculus/gram.ts";
import { areDisjoint, point } from "../../types/interval.ts";
import { lowerValue } from "../recursion.ts";
import type { Site } from "../site.ts";

/** The number by which a term is multiplied, times `start`. */
export function scaledBy(site: Site, start: Variable, factors: readonly Factor[]): Variable {
  return factors.reduce((product, factor) => multiplied(site, product, factor), start);
}

/** `product` times a factor. */
export function multiplied(site: Site, product: Variable, factor: Factor): Variable {
  const { builder } = site;
  if (factor.kind === "number") return builder.elementwise("mul", [product, builder.constant(factor.value)]);
  return builder.elementwise(factor.inverse ? "div" : "mul", [product, lowerValue(site, factor.value)]);
}

/** The number that a multiple of the identity is. */
export function multipleOf(site: Site, multiple: Multiple): Variable {
  const { builder } = site;
  switch (multiple.kind) {
    case "one":
      return builder.constant(1);
    case "square":
      return builder.elementwise("square", [multiplied(site, builder.constant(1), multiple.of)]);
    case "size":
      return builder.size(multiple.of);
    case "product":
    case "sum": {
      const parts = multiple.parts.map((part) => multipleOf(site, part));
      return parts.reduce((all, part) =>
        builder.elementwise(multiple.kind === "sum" ? "add" : "mul", [all, part]),
      );
    }
  }
}

/** Whether a number by which something is multiplied is known not to be 0. */
export function isNonzero(factor: Factor): boolean {
  return areDisjoint(intervalOfFactor(factor, []), point(0));
}

/** Whether the c of A A' = c I is known not to be 0. */
export function isPositive(multiple: Multiple): boolean {
  switch (multiple.kind) {
    case "one":
    case "size":
      return true;
    case "square":
      return isNonzero(multiple.of);
    case "product":
      return multiple.parts.every(isPositive);
    case "sum":
      return multiple.parts.some(isPositive);
  }
}
