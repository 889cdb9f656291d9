import type { Expression } from "../../ast/tree.ts";
import { formOfFunction } from "../../library/calculus/analyse.ts";
import type { Typed } from "../../types/typing.ts";
import { isNonnegative } from "../scalar/bounds.ts";
import {
  add,
  monomial,
  multiply,
  number,
  type Scalar,
  scale,
  termsOf,
  valueOf,
} from "../scalar/polynomial.ts";
import type { Unknowns } from "../scalar/unknowns.ts";
import {
  type Combination,
  combinationKey,
  type ConvexFunction,
  isConstant,
  type NonsmoothTerm,
  NOTHING,
  of,
  PLACEHOLDER,
  plus,
  readsPlaceholder,
  times,
} from "./combination.ts";
import type { Application, Context } from "./context.ts";
import { gradientLipschitz, valueOfForm } from "./functions.ts";
import { isAffine, linearNorm, pullBack, substitute } from "./linear.ts";

/**
 * The function of the placeholder behind a number: its gradient, and its terms with kinks. Null where a term is beyond
 * the rules. The signs of the weights are for the reader to check.
 */
export function convexOf(context: Context, value: Scalar): ConvexFunction | null {
  let gradient = NOTHING;
  const nonsmooth = new Map<string, NonsmoothTerm>();
  for (const term of termsOf(value)) {
    const found = applicationIn(context, term);
    if (found === null) continue;
    if (found === "unclear") return null;
    const { weight, application } = found;
    const smooth = gradientOf(context, weight, application);
    if (smooth !== null) gradient = plus(gradient, smooth);
    else if (application.kind === "function" && isAffine(application.argument)) {
      const key = `${application.key}[${combinationKey(application.argument)}]`;
      const indicator = application.name === "indicator";
      const before = nonsmooth.get(key)?.weight ?? number(0);
      const total = indicator ? number(1) : add(before, weight);
      nonsmooth.set(key, { weight: total, argument: application.argument, indicator });
    } else return null;
  }
  return { gradient, nonsmooth };
}

/** The one function of the placeholder in a product, and its weight; null in a constant. */
function applicationIn(
  context: Context,
  term: Scalar,
): { readonly weight: Scalar; readonly application: Application } | null | "unclear" {
  const [only] = [...term.terms.values()];
  if (only === undefined) return null;
  const moving = [...only.powers].filter(([key]) => context.unknowns.get(key)?.moves === true);
  const [first, ...others] = moving;
  if (first === undefined) return null;
  const [key, exponent] = first;
  const application = context.applications.get(key);
  if (application === undefined || exponent !== 1 || others.length > 0) return "unclear";
  const powers = new Map(only.powers);
  powers.delete(key);
  return { weight: monomial(only.coefficient, powers), application };
}

/** weight times the gradient of a smooth function of an affine image of the placeholder; null where it has a kink. */
function gradientOf(context: Context, weight: Scalar, application: Application): Combination | null {
  const { unknowns } = context;
  if (application.kind === "dot") {
    const [moving, fixed] = readsPlaceholder(application.left)
      ? [application.left, application.right]
      : [application.right, application.left];
    return isAffine(moving) && !readsPlaceholder(fixed) ? times(weight, pullBack(moving, fixed)) : null;
  }
  const { argument } = application;
  const constant = gradientLipschitz(application.name);
  if (constant === null || !isAffine(argument)) return null;
  if (application.name === "norm2sq") return times(scale(weight, 2), pullBack(argument, argument));
  const norm = linearNorm(argument, (size) => absolute(unknowns, size));
  if (norm === null) return null;
  const lipschitz = scale(multiply(norm, norm), constant);
  return times(
    weight,
    of({ kind: "gradient", of: application.key, argument, lipschitz, point: PLACEHOLDER }),
  );
}

function absolute(unknowns: Unknowns, a: Scalar): Scalar | null {
  const plain = valueOf(a);
  if (plain !== null) return number(Math.abs(plain));
  if (isNonnegative(unknowns, a)) return a;
  return isNonnegative(unknowns, scale(a, -1)) ? scale(a, -1) : null;
}

/** The gradient of a function expression at a point; null where it has a kink or is beyond the rules. */
export function gradientAt(context: Context, f: Expression<Typed>, point: Combination): Combination | null {
  const form = formOfFunction(f, context.definitions);
  const value = form && valueOfForm(context, form, PLACEHOLDER);
  const convex = value && convexOf(context, value);
  return convex === null || convex.nonsmooth.size > 0 ? null : substitute(convex.gradient, point);
}

/** Whether all weights of a function are nonnegative, so that it is convex. */
export function isConvex(unknowns: Unknowns, a: ConvexFunction): boolean {
  return (
    [...a.nonsmooth.values()].every(({ weight }) => isNonnegative(unknowns, weight)) &&
    [...a.gradient.parts.values()].every(({ weight, atom }) => {
      const isMonotone =
        atom.kind === "placeholder" ||
        (atom.kind === "normal" && atom.at.kind === "placeholder") ||
        atom.kind === "gradient";
      return isMonotone ? isNonnegative(unknowns, weight) : isConstant(unknowns, of(atom));
    })
  );
}
