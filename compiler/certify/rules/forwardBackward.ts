import type { CheckedProgram } from "../../check/program.ts";
import { inadmissibleStep, normForItsSquare } from "../lints/stepSize.ts";
import { isBelow, witnessValue } from "../scalar/bounds.ts";
import { add, scale, type Scalar, valueOf } from "../scalar/polynomial.ts";
import { text, type Unknowns } from "../scalar/unknowns.ts";
import { type ConvexFunction, NOTHING, plus, stateOf } from "../symbolic/combination.ts";
import type { NormalStep } from "../symbolic/step.ts";
import type { CertificateRule, Minimised, Verdict } from "../verdict.ts";
import { type GradientStep, gradientStep, wholeGradient, wholeLipschitz } from "./smoothPart.ts";
import {
  isProper,
  isRelaxation,
  notFound,
  outermost,
  type ProxAtom,
  type Relaxed,
  vectorStates,
} from "./steps.ts";
import { undampedOperator } from "./undampedOperator.ts";

/**
 * Gradient descent, projected and proximal gradient, with relaxation: x+ = (1 - w) x + w prox(x - t grad f(x)) is
 * averaged for t L < 2 and w < 2 - t L/2.
 */
export const forwardBackward: CertificateRule = {
  name: "proximal gradient",
  citation: "Bauschke and Combettes, Convex Analysis and Monotone Operator Theory, Corollary 28.9 (2017)",
  recognise: (step, program) => {
    const [state] = vectorStates(step, 1) ?? [];
    if (state === undefined) return null;
    const { unknowns } = step.context;
    const own = stateOf(state.symbol);
    const relaxed = outermost(state.next, "prox");
    if (relaxed !== null && !isRelaxation(unknowns, relaxed, own)) return null;
    if (relaxed !== null && !isProper(unknowns, relaxed.outer)) return null;
    const found = gradientStep(unknowns, relaxed === null ? state.next : relaxed.outer.point, own);
    if (found === null || found.network !== null) return null;
    if (relaxed === null && valueOf(wholeLipschitz(unknowns, found)) === 0) return null;
    return admissible(step, program, found, relaxed, minimised(found, relaxed?.outer ?? null, state.symbol));
  },
};

function minimised(
  found: GradientStep,
  outer: ProxAtom | null,
  state: Minimised["states"][number],
): Minimised | null {
  const gradient = wholeGradient(found);
  if (gradient === null) return null;
  const of: ConvexFunction = {
    gradient: plus(gradient, outer?.of.gradient ?? NOTHING),
    nonsmooth: outer?.of.nonsmooth ?? new Map(),
  };
  return { of, states: [state] };
}

/** How a step with that prox is called. */
function nameOf(outer: ProxAtom | null): string {
  if (outer === null) return "gradient descent";
  const terms = [...outer.of.nonsmooth.values()];
  const projects = terms.length > 0 && terms.every(({ indicator }) => indicator);
  return projects && outer.of.gradient.parts.size === 0 ? "projected gradient" : "proximal gradient";
}

function admissible(
  step: NormalStep,
  program: CheckedProgram,
  found: GradientStep,
  relaxed: Relaxed<ProxAtom> | null,
  limit: Minimised | null,
): Verdict {
  const { unknowns } = step.context;
  const lipschitz = wholeLipschitz(unknowns, found);
  const name = nameOf(relaxed?.outer ?? null);
  if (relaxed === null || valueOf(relaxed.weight) === 1) {
    if (!isBelow(unknowns, lipschitz, 2)) {
      return (
        refuted(step, program, found, relaxed, name) ?? tooLong(program, unknowns, name, found, lipschitz)
      );
    }
    return {
      kind: "proved",
      algorithm: name,
      statement: `the step is averaged, since t*L = ${text(unknowns, lipschitz)} stays below 2; the iterates converge`,
      about: "iterates",
      conditions: ["t < 2/L", EXISTS],
      minimises: limit,
    };
  }
  const whole = add(scale(relaxed.weight, 2), lipschitz);
  if (!isBelow(unknowns, lipschitz, 2) || !isBelow(unknowns, whole, 4)) {
    const relaxation = text(unknowns, relaxed.weight);
    return notFound(
      `relaxed ${name}`,
      `the relaxation ${relaxation} has to stay below 2 - t*L/2, and t*L = ${text(unknowns, lipschitz)} below 2`,
    );
  }
  return {
    kind: "proved",
    algorithm: `relaxed ${name}`,
    statement: `the relaxed step is averaged, since t*L = ${text(unknowns, lipschitz)} stays below 2 and the relaxation ${text(unknowns, relaxed.weight)} below 2 - t*L/2; the iterates converge`,
    about: "iterates",
    conditions: ["t < 2/L", "relaxation < 2 - t*L/2", EXISTS],
    minimises: limit,
  };
}

/** A step with t L < 2 has no fixed point where its function has no minimiser: <c, x>, say. */
const EXISTS = "a minimiser exists";

function tooLong(
  program: CheckedProgram,
  unknowns: Unknowns,
  name: string,
  found: GradientStep,
  lipschitz: Scalar,
): Verdict {
  const diagnostic = normForItsSquare(program, unknowns, found);
  const answer = notFound(
    name,
    `the step size is not bounded: t*L = ${text(unknowns, lipschitz)} has to stay below 2`,
  );
  return diagnostic === null || answer.kind !== "not_found" ? answer : { ...answer, diagnostic };
}

/** Where norms are computed, not declared, they may be too large by half a per cent. */
const COMPUTED = 1.01;

/** A step that some operator of the declared norm makes oscillate or diverge: t L >= 2 for 1/2 |A x - b|^2. */
function refuted(
  step: NormalStep,
  program: CheckedProgram,
  found: GradientStep,
  relaxed: Relaxed<ProxAtom> | null,
  name: string,
): Verdict | null {
  const { unknowns } = step.context;
  const leaf = undampedOperator(program, unknowns, found, relaxed?.outer ?? null);
  if (leaf === null) return null;
  const lipschitz = wholeLipschitz(unknowns, found);
  const worst = witnessValue(unknowns, lipschitz);
  const declared = witnessValue(unknowns, leaf.norm) !== null;
  if (worst === null || !Number.isFinite(worst) || worst < (declared ? 2 : 2 * COMPUTED ** 2)) return null;
  const diagnostic = inadmissibleStep(program, worst, leaf.key);
  if (diagnostic === null) return null;
  const shown = Number(worst.toPrecision(4));
  return {
    kind: "refuted",
    algorithm: name,
    statement: `t*L = ${shown} is not below 2: an operator of exactly that norm makes the step oscillate or diverge`,
    diagnostic,
  };
}
