import { formOfFunction } from "../../library/calculus/analyse.ts";
import type { FunctionForm } from "../../library/calculus/form.ts";
import { isAtMost, isBelow, isPositive } from "../scalar/bounds.ts";
import {
  add,
  cofactor,
  keysOf,
  multiply,
  power,
  type Scalar,
  subtract,
  valueOf,
} from "../scalar/polynomial.ts";
import { equal, isZero, reciprocal, simplified, varies } from "../scalar/unknowns.ts";
import {
  type Combination,
  type ConvexFunction,
  mapParts,
  minus,
  of,
  PLACEHOLDER,
  plus,
  same,
  stateOf,
  times,
} from "../symbolic/combination.ts";
import { comparisonsOf } from "../symbolic/conditions.ts";
import type { Context } from "../symbolic/context.ts";
import { convexOf, isConvex } from "../symbolic/convex.ts";
import { dotOf, kinkedPart, valueOfForm } from "../symbolic/functions.ts";
import { substitute } from "../symbolic/linear.ts";
import type { Event, NormalStep, VectorState } from "../symbolic/step.ts";
import { hasSlack, withoutSlack } from "./backtracking.ts";

/** x+ = x + c z with c from a loop that shrinks it until F(x + c z) <= F(x) + c beta D. */
export interface LineSearch {
  readonly x: VectorState;
  readonly direction: Combination;
  /** F, which the loop tests */
  readonly form: FunctionForm;
  readonly tested: ConvexFunction;
  /** beta D */
  readonly slope: Scalar;
  readonly slack: boolean;
  readonly context: Context;
}

type Loop = Extract<Event, { kind: "while" }>;

/** The line search that ends a step of one vector, if there is one. */
export function lineSearchOf(step: NormalStep, x: VectorState): LineSearch | null {
  for (const event of step.events) {
    const found = event.kind === "while" ? recognise(step, event, x) : null;
    if (found !== null) return found;
  }
  return null;
}

function recognise(step: NormalStep, event: Loop, x: VectorState): LineSearch | null {
  const { unknowns } = step.context;
  const moved = minus(x.next, stateOf(x.symbol));
  for (const [symbol, length] of event.loop.numbers) {
    const [key] = [...keysOf(length)];
    const before = event.entry.numbers.get(symbol);
    const after = event.bodyEnd.numbers.get(symbol);
    if (key === undefined || before === undefined || after === undefined) continue;
    const direction = dividedBy(moved, key);
    if (direction === null || direction.parts.size === 0) continue;
    const shrink = cofactor(after, key, 1);
    const starts = isPositive(unknowns, before) && isAtMost(unknowns, before, 1) && !varies(unknowns, before);
    const shrinks =
      equal(unknowns, after, multiply(shrink, length)) &&
      !varies(unknowns, shrink) &&
      isPositive(unknowns, shrink) &&
      isBelow(unknowns, shrink, 1);
    if (starts && shrinks) return testOf(event, x, direction, key);
  }
  return null;
}

/** z with a = c z, for the unknown c of that key. */
function dividedBy(a: Combination, key: string): Combination | null {
  const whole = [...a.parts.values()].every(({ weight }) => {
    const part = cofactor(weight, key, 1);
    return subtract(weight, multiply(part, power(key, 1))).terms.size === 0 && !keysOf(part).has(key);
  });
  return whole ? mapParts(a, ({ weight, atom }) => times(cofactor(weight, key, 1), of(atom))) : null;
}

function testOf(event: Loop, x: VectorState, direction: Combination, length: string): LineSearch | null {
  const { loop, statement } = event;
  const { condition } = statement;
  if (condition.kind !== "comparison" || (condition.operator !== ">" && condition.operator !== ">="))
    return null;
  if (condition.left.kind !== "call" || condition.left.call.kind !== "function") return null;
  const form = formOfFunction(condition.left.call.callee, loop.definitions);
  const value = form && valueOfForm(loop, form, PLACEHOLDER);
  const tested = value && convexOf(loop, value);
  const [test, ...others] = comparisonsOf(loop, condition) ?? [];
  if (form === null || tested === null || test === undefined || others.length > 0) return null;
  const here = valueOfForm(loop, form, stateOf(x.symbol));
  const there = valueOfForm(loop, form, x.next);
  if (here === null || there === null || !isConvex(loop.unknowns, tested)) return null;
  if (!isZero(loop.unknowns, subtract(test.left, there))) return null;
  const allowed = subtract(test.right, here);
  const rest = withoutSlack(loop.unknowns, allowed);
  if (rest === null) return null;
  const slope = cofactor(rest, length, 1);
  if (!equal(loop.unknowns, rest, multiply(slope, power(length, 1)))) return null;
  return { x, direction, form, tested, slope, slack: hasSlack(allowed), context: loop };
}

/** D(z) = <grad f(x), z> + g(x + z) - g(x) for F = f + g. */
export function slopeAlong({ x, form, tested, context }: LineSearch, z: Combination): Scalar | null {
  const own = stateOf(x.symbol);
  const [there, here] = [valueOfForm(context, form, plus(own, z)), valueOfForm(context, form, own)];
  if (there === null || here === null) return null;
  const smooth = dotOf(context, substitute(tested.gradient, own), z);
  const kinked = subtract(kinkedPart(context, there), kinkedPart(context, here));
  return add(smooth, kinked);
}

/** c with a = c b, read off at one unknown of b; null where there is none, or where it changes. */
export function multipleOf(context: Context, a: Scalar, b: Scalar): Scalar | null {
  const { unknowns } = context;
  const key = [...keysOf(b)].find((each) => context.applications.has(each));
  if (key === undefined) return null;
  const inverse = reciprocal(unknowns, cofactor(b, key, 1));
  const by = simplified(unknowns, multiply(cofactor(a, key, 1), inverse));
  return !varies(unknowns, by) && equal(unknowns, a, multiply(by, b)) ? by : null;
}

/** Whether the search asks for a share beta of the slope D(z), 0 < beta < 1. */
export function asksForDescent(search: LineSearch): boolean {
  const { unknowns } = search.context;
  const slope = slopeAlong(search, search.direction);
  const beta = slope && multipleOf(search.context, search.slope, slope);
  return beta !== null && isPositive(unknowns, beta) && isBelow(unknowns, beta, 1);
}

/** A step z2 = prox_{t g}(x - t grad f(x)) - x along which F = f + g descends. */
export interface ProxDirection {
  readonly t: Scalar;
  /** whether g is 0 or infinity, and not part of F */
  readonly projects: boolean;
}

/** Reads a direction as one of the prox of g after a gradient step of f, for the F = f + g that is tested. */
export function proxDirectionOf(search: LineSearch, z: Combination): ProxDirection | null {
  const { context, tested, x } = search;
  const { unknowns } = context;
  const own = stateOf(x.symbol);
  const target = plus(z, own);
  const [only, ...others] = [...target.parts.values()].flatMap(({ atom, weight }) =>
    atom.kind === "prox" && valueOf(weight) === 1 ? [atom] : [],
  );
  const prox = only !== undefined && others.length === 0 && same(unknowns, target, of(only)) ? only : null;
  if (only !== undefined && prox === null) return null;
  const point = prox === null ? target : prox.point;
  const t = stepAlong(context, minus(own, point), substitute(tested.gradient, own));
  if (t === null || !isPositive(unknowns, t)) return null;
  if (prox === null) return tested.nonsmooth.size === 0 ? { t, projects: false } : null;
  if (prox.of.gradient.parts.size > 0) return null;
  const terms = [...prox.of.nonsmooth];
  if (tested.nonsmooth.size === 0) {
    const projects = terms.every(([, { indicator }]) => indicator);
    return projects ? { t, projects } : null;
  }
  const scaled = terms.every(([key, term]) => {
    const plain = tested.nonsmooth.get(key);
    return plain !== undefined && (term.indicator || equal(unknowns, term.weight, multiply(t, plain.weight)));
  });
  return scaled && terms.length === tested.nonsmooth.size ? { t, projects: false } : null;
}

/** t with a = t b, the same in every step. */
function stepAlong(context: Context, a: Combination, b: Combination): Scalar | null {
  const { unknowns } = context;
  const [first] = [...b.parts];
  if (first === undefined) return null;
  const [key, part] = first;
  const weight = a.parts.get(key)?.weight;
  if (weight === undefined) return null;
  const t = simplified(unknowns, multiply(weight, reciprocal(unknowns, part.weight)));
  return !varies(unknowns, t) && same(unknowns, a, times(t, b)) ? t : null;
}
