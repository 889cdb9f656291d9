import { equilibriumProxFactor } from "../factors.ts";
import { isBelow, isPositive, witnessValue } from "../scalar/bounds.ts";
import { ONE, scale, type Scalar, subtract, valueOf } from "../scalar/polynomial.ts";
import { text } from "../scalar/unknowns.ts";
import { same, stateOf } from "../symbolic/combination.ts";
import type { NormalStep } from "../symbolic/step.ts";
import type { CertificateRule, Verdict } from "../verdict.ts";
import { type GradientStep, gradientStep, wholeLipschitz } from "./smoothPart.ts";
import { isRelaxation, type NetworkAtom, notFound, outermost, type Relaxed, vectorStates } from "./steps.ts";

const DE_PROX = "DE-Prox (Gilton, Ongie, Willett, 2021)";

/**
 * A network in the place of the prox: D(x - t grad f(x)). With D - I eps-Lipschitz a contraction for
 * (1 + eps) max(|1 - t mu|, |1 - t L|) < 1, and with D c-Lipschitz for c max(|1 - t mu|, |1 - t L|) < 1; with an averaged
 * or relaxed nonexpansive D averaged for t L < 2.
 */
export const networkProx: CertificateRule = {
  name: DE_PROX,
  citation:
    "Gilton, Ongie, Willett (2021); Ryu et al. (2019); Banach's theorem, Bauschke and Combettes, Theorem 1.50 (2017)",
  recognise: (step) => {
    const [state] = vectorStates(step, 1) ?? [];
    if (state === undefined || outermost(state.next, "prox") !== null) return null;
    const { unknowns } = step.context;
    const own = stateOf(state.symbol);
    const relaxed = outermost(state.next, "network");
    if (relaxed === null || same(unknowns, relaxed.outer.point, own)) return null;
    const { point } = relaxed.outer;
    if (!isRelaxation(unknowns, relaxed, own) && !isRelaxation(unknowns, relaxed, point)) return null;
    const found = gradientStep(unknowns, point, own);
    if (found === null || found.network !== null) return null;
    return verdict(step, found, relaxed);
  },
};

function verdict(step: NormalStep, found: GradientStep, relaxed: Relaxed<NetworkAtom>): Verdict {
  const { unknowns } = step.context;
  const { name } = relaxed.outer.symbol;
  const { lipschitz: bound, residual, averaged } = relaxed.outer.bounds;
  const whole = wholeLipschitz(unknowns, found);
  const plain = valueOf(relaxed.weight) === 1;
  const relaxes = !plain && isBelow(unknowns, relaxed.weight, 1);
  if (bound !== null && bound < 1 && (plain || (relaxes && isBelow(unknowns, whole, 2)))) {
    const contraction = contractive(step, found, bound, name);
    if (contraction !== null) return contraction;
  }
  if (!isBelow(unknowns, whole, 2)) {
    return notFound(
      DE_PROX,
      `the step size is not bounded: t*L = ${text(unknowns, whole)} has to stay below 2`,
    );
  }
  if (residual !== null && plain && contracts(step, found, 1 + residual)) {
    return {
      kind: "proved",
      algorithm: DE_PROX,
      statement: `the step is a contraction${factorText(step, found, residual)}, as \`${name}\` - I is ${residual}-Lipschitz and f strongly convex; the iterates converge to its one fixed point`,
      about: "values",
      conditions: ["(1 + eps)*max(|1 - t*mu|, |1 - t*L|) < 1", `\`${name}\` keeps its bound`],
      minimises: null,
    };
  }
  if ((averaged !== null && averaged < 1 && plain) || (bound !== null && bound <= 1 && relaxes)) {
    return {
      kind: "proved",
      algorithm: "proximal gradient with an averaged denoiser",
      statement: `the step is averaged, since t*L = ${text(unknowns, whole)} stays below 2 and \`${name}\` is ${relaxes ? "nonexpansive and relaxed" : "averaged"}; the iterates converge`,
      about: "iterates",
      conditions: ["t < 2/L", "a fixed point exists", `\`${name}\` keeps its bound`],
      minimises: null,
    };
  }
  if (bound !== null && bound <= 1 && plain && isPositive(unknowns, found.shrink)) {
    return {
      kind: "proved",
      algorithm: "proximal gradient with a nonexpansive denoiser",
      statement: `the step is a contraction, since f is strongly convex, t*L = ${text(unknowns, whole)} stays below 2 and \`${name}\` is nonexpansive; the iterates converge to its one fixed point`,
      about: "values",
      conditions: ["t < 2/L", `\`${name}\` is nonexpansive`],
      minimises: null,
    };
  }
  return notFound(DE_PROX, obstructionOf(found, residual !== null, bound, name));
}

/** A c-Lipschitz map with c < 1 behind a gradient step; null where the product of their constants may be 1. */
function contractive(step: NormalStep, found: GradientStep, bound: number, name: string): Verdict | null {
  if (!contracts(step, found, bound)) return null;
  return {
    kind: "proved",
    algorithm: "proximal gradient with a contractive denoiser",
    statement: `the step is a contraction, since \`${name}\` is ${bound}-Lipschitz and ${bound}*max(|1 - t*mu|, |1 - t*L|) stays below 1 with t*L = ${text(step.context.unknowns, wholeLipschitz(step.context.unknowns, found))}; the iterates converge to its one fixed point`,
    about: "values",
    conditions: ["lipschitz*max(|1 - t*mu|, |1 - t*L|) < 1", `\`${name}\` keeps its bound`],
    minimises: null,
  };
}

function obstructionOf(
  found: GradientStep,
  hasResidual: boolean,
  bound: number | null,
  name: string,
): string {
  const repairs = "Try a Tikhonov term, DE-Grad with eps < 1, or an averaged denoiser";
  if (!hasResidual && bound === null) {
    return `\`${name}\` has no bound: a fixed point is not proved. Declare \`with averaged <= 0.5\` or \`with residual_lipschitz <= 0.9\``;
  }
  if (!hasResidual) {
    const known =
      bound !== null && bound > 1
        ? `is ${bound}-Lipschitz, and above 1 nothing bounds the step`
        : "is known as nonexpansive only, which gives no fixed point";
    const relaxed =
      bound !== null && bound > 1 ? "" : `Relax it, (1 - theta)*x + theta*${name}(x), or declare`;
    return `\`${name}\` ${known}. ${relaxed === "" ? "Declare" : relaxed} \`with lipschitz <= 0.9\` or \`with averaged <= 0.5\``;
  }
  return found.shrink.terms.size === 0
    ? `f need not be strongly convex, so mu = 0 and (1 + eps)*max|1 - t*l| >= 1: a fixed point is not proved. ${repairs}`
    : `(1 + eps)*max(|1 - t*mu|, |1 - t*L|) is not known to stay below 1: a fixed point is not proved. ${repairs}`;
}

/** Whether c max(1 - t mu, t L - 1) < 1, with mu from the part of f that is written as a multiple of |x|^2. */
function contracts(step: NormalStep, found: GradientStep, constant: number): boolean {
  const { unknowns } = step.context;
  const whole = wholeLipschitz(unknowns, found);
  const low: Scalar = scale(subtract(ONE, found.shrink), constant);
  const high: Scalar = scale(subtract(whole, ONE), constant);
  return isBelow(unknowns, low, 1) && isBelow(unknowns, high, 1);
}

function factorText(step: NormalStep, found: GradientStep, eps: number): string {
  const { unknowns } = step.context;
  const mu = witnessValue(unknowns, found.shrink);
  const L = witnessValue(unknowns, wholeLipschitz(unknowns, found));
  if (mu === null || L === null) return "";
  const factor = equilibriumProxFactor(1, { mu, L }, eps);
  return factor < 1 ? ` with factor ${Number(factor.toPrecision(4))} at the start` : "";
}
