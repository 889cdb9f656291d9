import type { CheckedProgram } from "../check/program.ts";
import { reciprocal, simplified, equal, type Unknowns } from "./scalar/unknowns.ts";
import { multiply, type Scalar } from "./scalar/polynomial.ts";
import { type ConvexFunction, PLACEHOLDER, same, times } from "./symbolic/combination.ts";
import { type Context, isNumberType, withVector } from "./symbolic/context.ts";
import { convexOf } from "./symbolic/convex.ts";
import { scalarOf } from "./symbolic/numbers.ts";
import type { NormalStep } from "./symbolic/step.ts";
import type { Minimised } from "./verdict.ts";

/** Whether what a step minimises is the declared objective; "unclear" where one of them is beyond the rules. */
export function agreement(
  step: NormalStep,
  program: CheckedProgram,
  minimised: Minimised | null,
): "same" | "different" | "unclear" {
  const { objective } = program;
  if (objective === null || minimised === null || minimised.states.length === 0) return "unclear";
  const others = step.vectors.filter(({ symbol }) => !minimised.states.includes(symbol));
  const at = minimised.states.reduce<Context>(
    (inner, symbol) => withVector(inner, symbol, PLACEHOLDER),
    step.start,
  );
  if (!isNumberType(objective.note.type)) return "unclear";
  const wanted = convexOf(at, scalarOf(at, objective));
  const reads =
    wanted !== null &&
    others.length > 0 &&
    !isReadable(
      wanted,
      others.map(({ symbol }) => symbol.name),
    );
  if (wanted === null || reads) return "unclear";
  return proportional(step.context.unknowns, minimised.of, wanted) ? "same" : "different";
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
