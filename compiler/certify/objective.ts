import type { CheckedProgram } from "../check/program.ts";
import { equal, reciprocal, simplified, text, type Unknowns } from "./scalar/unknowns.ts";
import { add, multiply, type Scalar, valueOf } from "./scalar/polynomial.ts";
import {
  type Combination,
  combinationKey,
  combinationText,
  type ConvexFunction,
  filterParts,
  isConstant,
  type NonsmoothTerm,
  NOTHING,
  of,
  PLACEHOLDER,
  plus,
  same,
  stateOf,
  times,
} from "./symbolic/combination.ts";
import { type Context, isNumberType, withVector } from "./symbolic/context.ts";
import { convexOf } from "./symbolic/convex.ts";
import { substitute } from "./symbolic/linear.ts";
import { scalarOf } from "./symbolic/numbers.ts";
import type { NormalStep } from "./symbolic/step.ts";
import type { Minimised } from "./verdict.ts";

/** Whether what a step minimises is the declared objective; "unclear" where one of them is beyond the rules. */
export function agreement(
  step: NormalStep,
  program: CheckedProgram,
  minimised: Minimised | null,
): "same" | "different" | "unclear" {
  const wanted = minimised && wantedOf(step, program, minimised);
  if (minimised === null || wanted === null) return "unclear";
  const [found, objective] = inOneWriting(minimised.of, wanted);
  return proportional(step.context.unknowns, found, objective) ? "same" : "different";
}

/** The terms with kinks that only one of the two functions has: the objective, and what the step minimises. */
export interface Difference {
  /** of the objective, none of which the step has */
  readonly missing: readonly string[];
  /** of the step, none of which the objective has */
  readonly added: readonly string[];
  /** whether the two would agree without what stands for data */
  readonly dataOnly: boolean;
}

/** By which terms with kinks what a step minimises differs from the objective, as `lambda*norm1(x)`. */
export function difference(
  step: NormalStep,
  program: CheckedProgram,
  minimised: Minimised | null,
): Difference {
  const objective = minimised && wantedOf(step, program, minimised);
  if (minimised === null || objective === null) return { missing: [], added: [], dataOnly: false };
  const { unknowns } = step.context;
  const [found, wanted] = inOneWriting(minimised.of, objective);
  const [state] = minimised.states;
  const variable = state === undefined ? PLACEHOLDER : stateOf(state);
  const beyond = (a: ConvexFunction, b: ConvexFunction): readonly [string, NonsmoothTerm][] =>
    [...a.nonsmooth].filter(([key]) => !b.nonsmooth.has(key));
  const shown = ([key, term]: readonly [string, NonsmoothTerm]): string =>
    termText(unknowns, key, term, variable);
  return {
    missing: beyond(wanted, found).map(shown),
    added: beyond(found, wanted)
      .filter(([, { indicator }]) => !indicator)
      .map(shown),
    dataOnly: proportional(unknowns, withoutData(unknowns, found), withoutData(unknowns, wanted)),
  };
}

/** Two functions in which the total variation is written in the same way: tv(z), or norm21(gradient*z). */
function inOneWriting(a: ConvexFunction, b: ConvexFunction): readonly [ConvexFunction, ConvexFunction] {
  const first = withVariation(a, b);
  const second = withVariation(b, first);
  return [withVariation(first, second), second];
}

/** A function with tv(z) in place of norm21(gradient*z), where the other has tv(z). */
function withVariation(a: ConvexFunction, other: ConvexFunction): ConvexFunction {
  const nonsmooth = new Map<string, NonsmoothTerm>();
  for (const [key, term] of a.nonsmooth) {
    const argument = key.startsWith("norm21[") ? withoutGradient(term.argument) : null;
    const variation = argument && `tv[${combinationKey(argument)}]`;
    const isShared = argument !== null && variation !== null && other.nonsmooth.has(variation);
    const [name, own] = isShared ? [variation, { ...term, argument }] : [key, term];
    const before = nonsmooth.get(name);
    nonsmooth.set(name, before === undefined ? own : { ...own, weight: add(before.weight, own.weight) });
  }
  return { ...a, nonsmooth };
}

/** z of gradient*z; null where anything else stands there. */
function withoutGradient(a: Combination): Combination | null {
  let inner = NOTHING;
  for (const { weight, atom } of a.parts.values()) {
    if (atom.kind !== "operator" || atom.adjoint || atom.leaf.key !== "gradient") return null;
    inner = plus(inner, times(weight, of(atom.at)));
  }
  return inner;
}

function withoutData(unknowns: Unknowns, a: ConvexFunction): ConvexFunction {
  return { ...a, gradient: filterParts(a.gradient, ({ atom }) => !isConstant(unknowns, of(atom))) };
}

function termText(unknowns: Unknowns, key: string, term: NonsmoothTerm, variable: Combination): string {
  const name = key.slice(0, -`[${combinationKey(term.argument)}]`.length);
  const inside = combinationText(unknowns, substitute(term.argument, variable));
  const weight = term.indicator || valueOf(term.weight) === 1 ? "" : `${text(unknowns, term.weight)}*`;
  return `${weight}${name}(${inside})`;
}

/** The objective as a function of what the step minimises over; null where it is beyond the rules. */
function wantedOf(step: NormalStep, program: CheckedProgram, minimised: Minimised): ConvexFunction | null {
  const { objective } = program;
  if (objective === null || minimised.states.length === 0) return null;
  const others = step.vectors.filter(({ symbol }) => !minimised.states.includes(symbol));
  const at = minimised.states.reduce<Context>(
    (inner, symbol) => withVector(inner, symbol, PLACEHOLDER),
    step.start,
  );
  if (!isNumberType(objective.note.type)) return null;
  const wanted = convexOf(at, scalarOf(at, objective));
  const names = others.map(({ symbol }) => symbol.name);
  return wanted !== null && (names.length === 0 || isReadable(wanted, names)) ? wanted : null;
}

function isReadable(wanted: ConvexFunction, names: readonly string[]): boolean {
  const keys = [...wanted.gradient.parts.keys(), ...wanted.nonsmooth.keys()];
  return !keys.some((key) => names.some((name) => key.includes(`state ${name}`)));
}

/** Whether a = c b for a positive c; what is 0 or infinity may stand in a alone. */
function proportional(unknowns: Unknowns, a: ConvexFunction, b: ConvexFunction): boolean {
  const c = factorBetween(unknowns, a, b);
  if (c === null || !same(unknowns, a.gradient, times(c, b.gradient))) return false;
  const finite = [...a.nonsmooth].filter(([, { indicator }]) => !indicator);
  return (
    finite.every(([key, { weight }]) => {
      const other = b.nonsmooth.get(key);
      return other !== undefined && equal(unknowns, weight, multiply(c, other.weight));
    }) && [...b.nonsmooth.keys()].every((key) => a.nonsmooth.has(key))
  );
}

function factorBetween(unknowns: Unknowns, a: ConvexFunction, b: ConvexFunction): Scalar | null {
  const pairs = [
    ...[...b.gradient.parts].map(([key, { weight }]) => [a.gradient.parts.get(key)?.weight, weight] as const),
    ...[...b.nonsmooth].flatMap(([key, { weight, indicator }]) =>
      indicator ? [] : [[a.nonsmooth.get(key)?.weight, weight] as const],
    ),
  ];
  const [pair] = pairs;
  if (pair?.[0] === undefined) return null;
  return simplified(unknowns, multiply(pair[0], reciprocal(unknowns, pair[1])));
}
