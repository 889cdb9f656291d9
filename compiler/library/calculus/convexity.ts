import type { Expression } from "../../ast/tree.ts";
import {
  type Interval,
  intersect,
  isWithin,
  NONNEGATIVE,
  point,
  POSITIVE,
  power,
  product,
  quotient,
  REALS,
} from "../../types/interval.ts";
import type { Typed } from "../../types/typing.ts";
import { sameExpression, sameFactor } from "./alike.ts";
import type { Definitions } from "./analyse.ts";
import type { BoundArgument, Factor, FormTerm, FunctionForm, Link } from "./form.ts";
import { gramMultiple } from "./gram.ts";

/** Whether a term is a square or linear. */
export function isQuadraticTerm({ atom }: FormTerm): boolean {
  return atom.kind === "linear" || isSquare({ atom });
}

function isSquare({ atom }: Pick<FormTerm, "atom">): boolean {
  return atom.kind === "library" && atom.name === "norm2sq";
}

/** The interval of the number that multiplies a term; `bound` are the arguments of the calls it comes from. */
export function weightOf(factors: readonly Factor[], bound: readonly BoundArgument[]): Interval {
  const [first, ...rest] = factors;
  if (first === undefined) return point(1);
  const own = intervalOfFactor(first, bound);
  const twin = rest.findIndex((other) => sameNumber(first, other));
  const again = rest[twin];
  if (again === undefined) return product(own, weightOf(rest, bound));
  const square = intersect(product(own, intervalOfFactor(again, bound)), NONNEGATIVE);
  return product(square, weightOf(rest.toSpliced(twin, 1), bound));
}

function sameNumber(a: Factor, b: Factor): boolean {
  return a.kind === "expression" && b.kind === "expression" && sameExpression(a.value, b.value);
}

/** The interval of a factor; `bound` are the arguments of the calls it comes from. */
export function intervalOfFactor(factor: Factor, bound: readonly BoundArgument[]): Interval {
  if (factor.kind === "number") return point(factor.value);
  const own = intervalOf(factor.value, bound);
  if (!factor.inverse) return own;
  return isWithin(own, NONNEGATIVE) && !isWithin(own, POSITIVE) ? NONNEGATIVE : quotient(point(1), own);
}

/** What is known of a number; of an argument of a call, what is known of its value, too. */
function intervalOf(expression: Expression<Typed>, bound: readonly BoundArgument[]): Interval {
  const own = expression.note.interval ?? REALS;
  if (expression.kind !== "name" || expression.reference.kind !== "symbol") return own;
  const { symbol } = expression.reference;
  const value = bound.find(({ argument }) => argument === symbol)?.value;
  return value === undefined ? own : intersect(own, intervalOf(value, bound));
}

/**
 * The term because of which a function is not known to be convex once `spare` |x|^2/2 is added to it, which is 1 for
 * what a prox minimises and 0 for a function itself; null where it is. Known is a sum of convex functions with weights
 * in [0, inf), and of squares whose curvatures outweigh those with negative weights for all values of the numbers.
 * Source: Boyd, Vandenberghe, Convex Optimization, 2004, 3.2.
 */
export function unprovenTerm(
  { terms, bound }: FunctionForm,
  definitions: Definitions,
  spare: 0 | 1,
): FormTerm | null {
  const moving = terms.filter(({ atom }) => atom.kind !== "constant" && atom.kind !== "linear");
  const isWeighted = (term: FormTerm): boolean => isWithin(weightOf(term.factors, bound), NONNEGATIVE);
  const other = moving.find((term) => !isSquare(term) && !isWeighted(term));
  if (other !== undefined) return other;
  const squares = moving.filter(isSquare);
  const [worst] = squares.filter((term) => !isWeighted(term));
  if (worst === undefined) return null;
  const positive = worst.factors.filter((factor) => isWithin(intervalOfFactor(factor, bound), NONNEGATIVE));
  const shared = squares.reduce<readonly Factor[]>(
    (common, { factors }) => commonOf(common, factors),
    positive,
  );
  const rest = squares.map((term) => ({ ...term, factors: without(term.factors, shared) }));
  const least = leastCurvature({ terms: rest, bound }, definitions);
  if (least >= 0) return null;
  return spare > 0 && spare + product(point(least), weightOf(shared, bound)).low > 0 ? null : worst;
}

/** A modulus of strong convexity by the squares of a function alone, for all values of its numbers; -inf if none. */
export function leastCurvature({ terms, bound }: FunctionForm, definitions: Definitions): number {
  return terms.filter(isSquare).reduce((sum, { factors, links }) => {
    const weight = product(point(2), weightOf(factors, bound));
    return sum + product(weight, steepness(links, bound, definitions)).low;
  }, 0);
}

/** The factors that both products have, each as often as both have it. */
function commonOf(a: readonly Factor[], b: readonly Factor[]): readonly Factor[] {
  const [first, ...rest] = a;
  if (first === undefined) return [];
  const at = b.findIndex((other) => sameFactor(first, other));
  return at < 0 ? commonOf(rest, b) : [first, ...commonOf(rest, b.toSpliced(at, 1))];
}

/** The factors but one of each of `some`, which are among them. */
function without(factors: readonly Factor[], some: readonly Factor[]): readonly Factor[] {
  return some.reduce((rest, factor) => {
    const at = rest.findIndex((candidate) => sameFactor(candidate, factor));
    return rest.toSpliced(at, 1);
  }, factors);
}

/** The interval of |L v|^2 over |v|^2 for the linear part L of a chain. */
function steepness(
  links: readonly Link[],
  bound: readonly BoundArgument[],
  definitions: Definitions,
): Interval {
  return links.reduce<Interval>((size, link) => {
    switch (link.kind) {
      case "shift":
        return size;
      case "scale":
        return product(size, power(intervalOfFactor(link.by, bound), point(2)));
      case "diagonal":
        return product(size, power(link.by.note.interval ?? REALS, point(2)));
      case "operator": {
        const multiple = gramMultiple(link.operator, "columns", definitions);
        return product(size, multiple?.kind === "one" ? point(1) : NONNEGATIVE);
      }
    }
  }, point(1));
}
