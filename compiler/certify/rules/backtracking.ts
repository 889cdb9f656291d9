import { isPositive } from "../scalar/bounds.ts";
import {
  cofactor,
  keysOf,
  multiply,
  ONE,
  power,
  type Scalar,
  scale,
  subtract,
  valueOf,
} from "../scalar/polynomial.ts";
import { equal, isZero, reciprocal, simplified, type Unknowns, varies } from "../scalar/unknowns.ts";
import { formOfFunction } from "../../library/calculus/analyse.ts";
import {
  type Combination,
  type ConvexFunction,
  isFixed,
  mapParts,
  minus,
  of,
  PLACEHOLDER,
  plus,
  same,
  times,
} from "../symbolic/combination.ts";
import { comparisonsOf } from "../symbolic/conditions.ts";
import type { Context } from "../symbolic/context.ts";
import { convexOf, isConvex } from "../symbolic/convex.ts";
import { dotOf, functionValue, valueOfForm } from "../symbolic/functions.ts";
import { substitute } from "../symbolic/linear.ts";
import type { Event, NormalStep } from "../symbolic/step.ts";
import type { ProxAtom } from "./steps.ts";

/** A loop that raises L until f lies below its model at the trial point. */
export interface Backtracking {
  /** f, which the loop tests */
  readonly f: ConvexFunction;
  /** L behind the loop */
  readonly constant: Scalar;
  /** whether L never falls from one step to the next */
  readonly nondecreasing: boolean;
  readonly slack: boolean;
}

type Loop = Extract<Event, { kind: "while" }>;

/** The slack that a test may have for single precision, as a share of |f|. */
const LARGEST_SLACK = 1e-5;

/**
 * Finds the loop behind which f(p) <= f(z) + <grad f(z), p - z> + L/2 |p - z|^2 holds, p the point of the step, z that
 * of its gradient. The loop multiplies L by a factor above 1.
 */
export function backtrackingOf(step: NormalStep, p: Combination, z: Combination): Backtracking | null {
  for (const event of step.events) {
    const found = event.kind === "while" ? recognise(step, event, p, z) : null;
    if (found !== null) return found;
  }
  return null;
}

function recognise(step: NormalStep, event: Loop, p: Combination, z: Combination): Backtracking | null {
  const { condition } = event.statement;
  const { loop } = event;
  if (condition.kind !== "comparison" || !(condition.operator === ">" || condition.operator === ">="))
    return null;
  if (condition.left.kind !== "call" || condition.left.call.kind !== "function") return null;
  const form = formOfFunction(condition.left.call.callee, loop.definitions);
  const value = form && valueOfForm(loop, form, PLACEHOLDER);
  const f = value && convexOf(loop, value);
  if (form === null || f === null || f.nonsmooth.size > 0 || !isConvex(loop.unknowns, f)) return null;
  const [test, ...others] = comparisonsOf(loop, condition) ?? [];
  const at = (point: Combination): Scalar | null => valueOfForm(loop, form, point);
  const [here, there] = [at(z), at(p)];
  if (test === undefined || others.length > 0 || here === null || there === null) return null;
  if (!isZero(loop.unknowns, subtract(test.left, there))) return null;
  const slope = dotOf(loop, substitute(f.gradient, z), minus(p, z));
  const allowed = subtract(subtract(test.right, here), slope);
  const rest = withoutSlack(loop.unknowns, allowed);
  const distance = functionValue(loop, "norm2sq", minus(p, z));
  const constant = rest === null || distance === null ? null : factorOf(rest, distance);
  if (constant === null) return null;
  const L = scale(constant, 2);
  return grows(step, event, L)
    ? { f, constant: L, nondecreasing: neverFalls(step, event, L), slack: hasSlack(allowed) }
    : null;
}

/** Whether a right side has a slack for single precision: c abs(...). */
export function hasSlack(a: Scalar): boolean {
  return [...keysOf(a)].some((key) => key.startsWith("abs("));
}

/** What a proof adds where the test of a search has a slack: each step may lose as much. */
export function slackConditions({ slack }: { readonly slack: boolean }): readonly string[] {
  return slack ? ["up to the slack of the line search"] : [];
}

/** A right side without c abs(...), c <= 1e-5; null where the slack is larger. */
export function withoutSlack(unknowns: Unknowns, a: Scalar): Scalar | null {
  const slack = [...keysOf(a)].find((key) => key.startsWith("abs("));
  if (slack === undefined) return a;
  const share = cofactor(a, slack, 1);
  const value = valueOf(share);
  const rest = subtract(a, multiply(share, power(slack, 1)));
  if (keysOf(rest).has(slack) || value === null || value < 0 || value > LARGEST_SLACK) return null;
  return withoutSlack(unknowns, rest);
}

/** c with a = c b, for a number b that is one unknown. */
function factorOf(a: Scalar, b: Scalar): Scalar | null {
  const [key] = [...keysOf(b)];
  if (key === undefined) return null;
  const factor = cofactor(a, key, 1);
  return subtract(a, multiply(factor, b)).terms.size === 0 && factor.terms.size > 0 ? factor : null;
}

/** Whether each round multiplies L by one number above 1, from a positive start. */
function grows(step: NormalStep, event: Loop, L: Scalar): boolean {
  const { unknowns } = step.context;
  const symbol = symbolWith(event.loop, L);
  if (symbol === null || !isPositive(unknowns, L)) return false;
  const [before, after] = [event.entry.numbers.get(symbol), event.bodyEnd.numbers.get(symbol)];
  const [key] = [...keysOf(L)];
  if (before === undefined || after === undefined || key === undefined) return false;
  const growth = cofactor(after, key, 1);
  return (
    isPositive(unknowns, before) &&
    equal(unknowns, after, multiply(growth, L)) &&
    !varies(unknowns, growth) &&
    isPositive(unknowns, subtract(growth, ONE))
  );
}

function symbolWith(context: Context, value: Scalar): Parameters<Context["numbers"]["get"]>[0] | null {
  const found = [...context.numbers].find(([, own]) => equal(context.unknowns, own, value));
  return found?.[0] ?? null;
}

/** Whether L is a state that enters the loop as it stands, and leaves the step as the loop has left it. */
function neverFalls(step: NormalStep, event: Loop, L: Scalar): boolean {
  const { unknowns } = step.context;
  const symbol = symbolWith(event.loop, L);
  const state = step.numbers.find((each) => each.symbol === symbol);
  const before = symbol === null ? undefined : event.entry.numbers.get(symbol);
  return (
    state !== undefined &&
    before !== undefined &&
    equal(unknowns, before, state.now) &&
    equal(unknowns, state.next, L)
  );
}

/** Whether inner = z - (1/L) grad f(z), and the prox that of g/L, for the function and the constant of the loop. */
export function isBacktracked(
  unknowns: Unknowns,
  inner: Combination,
  z: Combination,
  prox: ProxAtom | null,
  { f, constant }: Backtracking,
): boolean {
  const down = times(reciprocal(unknowns, constant), substitute(f.gradient, z));
  if (!isFixed(unknowns, f) || !same(unknowns, plus(inner, down), z)) return false;
  if (prox === null) return true;
  const g = scaled(unknowns, constant, prox.of);
  return isConvex(unknowns, g) && isFixed(unknowns, g);
}

function scaled(unknowns: Unknowns, by: Scalar, { gradient, nonsmooth }: ConvexFunction): ConvexFunction {
  const weighted = (weight: Scalar): Scalar => simplified(unknowns, multiply(by, weight));
  return {
    gradient: mapParts(gradient, ({ weight, atom }) => times(weighted(weight), of(atom))),
    nonsmooth: new Map(
      [...nonsmooth].map(([key, term]) => [
        key,
        { ...term, weight: term.indicator ? term.weight : weighted(term.weight) },
      ]),
    ),
  };
}
