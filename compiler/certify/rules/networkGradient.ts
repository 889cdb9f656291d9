import { equilibriumGradientFactor } from "../factors.ts";
import { isBelow, isPositive, witnessValue } from "../scalar/bounds.ts";
import { add, scale, type Scalar, subtract, valueOf } from "../scalar/polynomial.ts";
import { equal, text, varies } from "../scalar/unknowns.ts";
import { stateOf } from "../symbolic/combination.ts";
import type { NormalStep } from "../symbolic/step.ts";
import type { CertificateRule, Verdict } from "../verdict.ts";
import { type GradientStep, gradientStep, type Network, wholeLipschitz } from "./smoothPart.ts";
import { isProper, notFound, outermost, vectorStates } from "./steps.ts";

const DE_GRAD = "DE-Grad (Gilton, Ongie, Willett, 2021)";

/**
 * Gradient descent with a learned part: x - t (grad f(x) + x - N(x)), perhaps under a prox. With c the weight of x and
 * v that of N, of either sign: a contraction for c > |v| eps and c + t L + |v| eps < 2; averaged for an N that is only
 * nonexpansive where c >= |v|.
 */
export const networkGradient: CertificateRule = {
  name: DE_GRAD,
  citation: "Gilton, Ongie, Willett (2021); Romano, Elad, Milanfar (2017)",
  recognise: (step) => {
    const [state] = vectorStates(step, 1) ?? [];
    if (state === undefined) return null;
    const { unknowns } = step.context;
    const prox = outermost(state.next, "prox");
    const proper =
      prox === null ||
      (valueOf(prox.weight) === 1 && prox.rest.parts.size === 0 && isProper(unknowns, prox.outer));
    if (!proper) return null;
    const inner = prox === null ? state.next : prox.outer.point;
    const found = gradientStep(unknowns, inner, stateOf(state.symbol));
    if (found?.network == null || varies(unknowns, found.network.weight)) return null;
    return verdict(step, found, found.network);
  },
};

function verdict(step: NormalStep, found: GradientStep, network: Network): Verdict {
  const { unknowns } = step.context;
  const { name } = network.symbol;
  const eps = network.bounds.lipschitz;
  const algorithm = "gradient descent with a network";
  if (eps === null) {
    return notFound(
      algorithm,
      `\`${name}\` has no Lipschitz bound: a fixed point is not proved. Declare \`with lipschitz <= 0.9\``,
    );
  }
  const adds = isPositive(unknowns, network.weight);
  const weight = adds ? network.weight : scale(network.weight, -1);
  if (!isPositive(unknowns, weight)) {
    const signless = text(unknowns, network.weight);
    return notFound(algorithm, `the weight of \`${name}\` is ${signless}, of which the sign is not known`);
  }
  const pull = scale(weight, eps);
  const whole = add(wholeLipschitz(unknowns, found), pull);
  const bounded = isBelow(unknowns, whole, 2);
  const shown = text(unknowns, whole);
  if (bounded && isPositive(unknowns, subtract(found.shrink, pull))) {
    return {
      kind: "proved",
      algorithm: DE_GRAD,
      statement: `the step is a contraction${factorText(step, found, weight, eps)}, since ${shown} stays below 2 and \`${name}\` is ${eps}-Lipschitz; the iterates converge to its one fixed point`,
      about: "values",
      conditions: [...sizes(equal(unknowns, found.shrink, weight)), `\`${name}\` keeps its bound`],
      minimises: null,
    };
  }
  const nonexpansive = subtract(found.shrink, weight);
  const covered = nonexpansive.terms.size === 0 || isPositive(unknowns, nonexpansive);
  if (bounded && eps <= 1 && covered) {
    return {
      kind: "proved",
      algorithm: "gradient descent with a denoiser (RED)",
      statement: `the step is averaged, since ${shown} stays below 2 and \`${name}\` is nonexpansive; the iterates converge`,
      about: "iterates",
      conditions: ["t*(L + 2*mu) < 2", `\`${name}\` is nonexpansive`, "a fixed point exists"],
      minimises: null,
    };
  }
  if (bounded && !covered) {
    return notFound(
      DE_GRAD,
      `\`${name}\` outweighs x: a contraction needs x ${adds ? "-" : "+"} ${name}(x), the gradient of the regulariser, in the step`,
    );
  }
  if (bounded) {
    return notFound(
      DE_GRAD,
      `\`${name}\` is ${eps}-Lipschitz, and a fixed point is proved only below 1. Declare \`with lipschitz <= 0.9\``,
    );
  }
  return notFound(DE_GRAD, `the step size is not bounded: ${shown} has to stay below 2`);
}

/** What a contraction rests on, for t (grad f(x) + x - N(x)) and for t (grad f(x) + mu x - N(x)). */
function sizes(plain: boolean): readonly string[] {
  return plain ? ["t*(1 + L + eps) < 2", "eps < 1"] : ["t*(mu + L + eps) < 2", "eps < mu"];
}

/** The factor at the declared bounds and the starts of the learnables, for t (grad f(x) + x - N(x)). */
function factorText(step: NormalStep, found: GradientStep, size: Scalar, eps: number): string {
  const { unknowns } = step.context;
  const values = [found.lipschitz, found.shrink, size].map((each: Scalar) => witnessValue(unknowns, each));
  const [lipschitz, shrink, weight] = values;
  if (lipschitz == null || shrink == null || weight == null || Math.abs(shrink - weight) > 1e-12) return "";
  const factor = equilibriumGradientFactor(weight, { mu: 0, L: lipschitz / weight }, eps);
  return factor < 1 ? ` with factor ${Number(factor.toPrecision(4))} at the start` : "";
}
