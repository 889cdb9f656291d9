import type { CheckedProgram } from "../../check/program.ts";
import { of, onlyAtom } from "../combination.ts";
import { add, isBelow, number, type Scalar, supremum, text, valueOf } from "../scalar.ts";
import type { NormalState, NormalStep } from "../step.ts";
import type { CertificateRule, Verdict } from "../verdict.ts";
import { inadmissibleStep } from "../stepSize.ts";
import { type GradientStep, gradientStep } from "./smoothPart.ts";

/** Gradient descent, projected and proximal gradient, and the same with a network in place of the prox. */
export const forwardBackward: CertificateRule = {
  name: "proximal gradient",
  citation: "Bauschke and Combettes, Corollary 28.9 (2017); Beck and Teboulle (2009)",
  recognise: (step, program) => {
    const state = onlyVector(step);
    if (state?.next == null) return null;
    const own = of({ kind: "state", symbol: state.symbol });
    const outer = onlyAtom(state.next);
    const wrapped = outer?.kind === "prox" || outer?.kind === "projection" || outer?.kind === "network";
    const inner = wrapped && outer.point.parts.size > 0 ? outer.point : state.next;
    const found = gradientStep(step.context.unknowns, inner, own);
    if (found === null || !(found.moves || wrapped)) return null;
    if (wrapped && outer.kind === "network") return throughNetwork(step, found, outer);
    if (found.network !== null) return withNetwork(step, found);
    const name =
      outer?.kind === "prox"
        ? "proximal gradient"
        : outer?.kind === "projection"
          ? "projected gradient"
          : "gradient descent";
    return admissible(step, program, found.lipschitz, name);
  },
};

/** The one state that is no number, if the others do not matter to it. */
function onlyVector(step: NormalStep): NormalState | null {
  const [first, ...others] = step.states;
  return first !== undefined && others.length === 0 ? first : null;
}

function admissible(step: NormalStep, program: CheckedProgram, lipschitz: Scalar, name: string): Verdict {
  const { unknowns } = step.context;
  if (isBelow(unknowns, lipschitz, 2)) {
    return {
      kind: "proved",
      algorithm: name,
      statement: `the step is averaged, since t*L = ${text(lipschitz)} stays below 2: the iterates converge to a minimiser, if there is one`,
      conditions: ["t < 2/L"],
    };
  }
  const worst = valueOf(supremum(unknowns, lipschitz).value);
  if (worst !== null && worst >= 2) {
    const statement = `t*L = ${text(number(worst))} is not below 2: an operator of exactly the declared norm makes the step diverge`;
    const diagnostic = inadmissibleStep(program, worst);
    if (diagnostic !== null) return { kind: "refuted", algorithm: name, statement, diagnostic };
  }
  return {
    kind: "not_found",
    algorithm: name,
    obstruction: `the step size is not bounded: t*L = ${text(lipschitz)} has to stay below 2`,
  };
}

/** x - t (grad f(x) + x - N(x)) with an eps-Lipschitz N: contractive for t (1 + L + eps) < 2 (theory, DE-Grad). */
function withNetwork(step: NormalStep, found: GradientStep): Verdict {
  const { network } = found;
  const { unknowns } = step.context;
  if (network === null || network.bound === null || network.bound >= 1) {
    return {
      kind: "not_found",
      algorithm: "gradient descent with a network",
      obstruction: `\`${network?.symbol.name ?? "the network"}\` has no Lipschitz bound below 1: a fixed point is not proved. Declare \`with lipschitz <= 0.9\``,
    };
  }
  const total = add(found.lipschitz, { terms: scaledTerms(network.weight, network.bound) });
  if (isBelow(unknowns, total, 2)) {
    return {
      kind: "proved",
      algorithm: "DE-Grad (Gilton, Ongie, Willett, 2021)",
      statement: `the step is a contraction, since ${text(total)} stays below 2 and the network is ${network.bound}-Lipschitz`,
      conditions: ["t*(1 + L + eps) < 2", "eps < 1"],
    };
  }
  return {
    kind: "not_found",
    algorithm: "DE-Grad (Gilton, Ongie, Willett, 2021)",
    obstruction: `the step size is not bounded: ${text(total)} has to stay below 2`,
  };
}

function scaledTerms(weight: Scalar, by: number): Scalar["terms"] {
  return new Map(
    [...weight.terms].map(([key, term]) => [key, { ...term, coefficient: term.coefficient * by }] as const),
  );
}

/** D(x - t grad f(x)) with D - I eps-Lipschitz needs mu > 0: (1 + eps) max(|1 - t mu|, |1 - t L|) < 1. */
function throughNetwork(
  _step: NormalStep,
  _found: GradientStep,
  outer: Extract<ReturnType<typeof onlyAtom>, { kind: "network" }>,
): Verdict {
  return {
    kind: "not_found",
    algorithm: "DE-Prox (Gilton, Ongie, Willett, 2021)",
    obstruction:
      `f need not be strongly convex (mu = 0), and then (1 + eps)*max|1 - t*l| >= 1 for the network \`${outer.symbol.name}\`: ` +
      "a fixed point is not proved. A Tikhonov term, DE-Grad with eps < 1, or an averaged denoiser has a proof",
  };
}
