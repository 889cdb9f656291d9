import { add, constant, type Dimension, multiply, name as nameDimension, subtract } from "./dimension.ts";
import type { Space } from "./space.ts";

/**
 * A space with free letters, as the reference writes it: `F[h, w, r..]`, `R[q*h, q*w]`, `R[a + size - 1]`, `C[d..]`, `T`, `R`.
 * `F` is R or C, `T` `U` `V` are any spaces, `r..` is any number of axes, other letters are sizes.
 */
export type Scheme = string;

/** Gives the letters of a scheme their meaning: known dimensions by letter, unknowns for all others. */
export interface SchemeLetters {
  /** a text that makes the unknowns of this use different from those of all others */
  readonly key: string;
  readonly known: ReadonlyMap<string, Dimension>;
}

/** The space that a scheme stands for at one use. */
export function instantiate(scheme: Scheme, letters: SchemeLetters): Space {
  const bracket = scheme.indexOf("[");
  const head = bracket < 0 ? scheme : scheme.slice(0, bracket);
  const axes = bracket < 0 ? [] : scheme.slice(bracket + 1, -1).split(",");
  const dimensions = axes.map((axis) => axisOf(axis.trim(), letters));
  switch (head) {
    case "R":
      return { kind: "array", element: "real", dimensions };
    case "C":
      return { kind: "array", element: "complex", dimensions };
    case "F":
      return { kind: "array", element: "real", dimensions, undecided: `?${letters.key}:F` };
    default:
      return { kind: "named", name: `?${letters.key}:${head}`, field: "any" };
  }
}

function axisOf(axis: string, letters: SchemeLetters): Dimension {
  if (axis.endsWith("..")) return nameDimension(`?${letters.key}:${axis}`);
  return axis
    .split(/\s+(?=[+-])/u)
    .map((term) => termOf(term, letters))
    .reduce(add, constant(0));
}

/** `q*h`, `+ size`, `- stride`. */
function termOf(term: string, letters: SchemeLetters): Dimension {
  const product = term
    .replace(/^[+-]\s*/u, "")
    .split("*")
    .map((factor) => factorOf(factor, letters))
    .reduce(multiply, constant(1));
  return term.startsWith("-") ? subtract(constant(0), product) : product;
}

function factorOf(factor: string, letters: SchemeLetters): Dimension {
  if (/^\d+$/u.test(factor)) return constant(Number(factor));
  return letters.known.get(factor) ?? nameDimension(`?${letters.key}:${factor}`);
}
