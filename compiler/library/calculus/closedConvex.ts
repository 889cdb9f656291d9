import { isFunctionName } from "../functions/entry.ts";
import type { Factor, FunctionForm } from "./form.ts";

/**
 * Whether a function is closed and convex by its form: a sum of functions of the library, indicators of sets and linear
 * terms behind affine maps, with weights that are not negative. It is then the conjugate of its conjugate (Fenchel and
 * Moreau; Bauschke and Combettes, Convex Analysis and Monotone Operator Theory, Theorem 13.37, 2017).
 */
export function isClosedConvex({ terms }: FunctionForm): boolean {
  return terms.every(({ atom, factors }) => {
    switch (atom.kind) {
      case "library":
        return isFunctionName(atom.name) && factors.every(isNonnegative);
      case "indicator":
      case "conjugate":
        return factors.every(isNonnegative);
      case "linear":
      case "constant":
        return true;
      case "opaque":
      case "general":
        return false;
    }
  });
}

function isNonnegative(factor: Factor): boolean {
  if (factor.kind === "number") return factor.value >= 0;
  return (factor.value.note.interval?.low ?? -Infinity) >= 0;
}
