import { ascent } from "../lints/ascent.ts";
import { isPositive, witnessValue } from "../scalar/bounds.ts";
import { number, type Scalar, valueOf } from "../scalar/polynomial.ts";
import type { Unknowns } from "../scalar/unknowns.ts";
import { type Combination, minus, stateOf, times } from "../symbolic/combination.ts";
import type { CertificateRule } from "../verdict.ts";
import { gradientStep } from "./smoothPart.ts";
import { isProper, outermost, vectorStates } from "./steps.ts";
import { undampedOperator } from "./undampedOperator.ts";

/**
 * A gradient step in the wrong direction: x+ = x + t grad f(x) for f = 1/2 |A x - b|^2 and t > 0, perhaps inside a prox
 * that damps nothing. Along a right singular vector of A the distance to a minimiser grows by the factor 1 + t s^2.
 */
export const gradientAscent: CertificateRule = {
  name: "gradient ascent",
  citation: "x+ - x* = (I + t A'A)(x - x*), where A'(A x* - b) = 0",
  recognise: (step, program) => {
    const [state] = vectorStates(step, 1) ?? [];
    if (state === undefined) return null;
    const { unknowns } = step.context;
    const own = stateOf(state.symbol);
    const relaxed = outermost(state.next, "prox");
    if (relaxed !== null && (valueOf(relaxed.weight) !== 1 || relaxed.rest.parts.size > 0)) return null;
    if (relaxed !== null && !isProper(unknowns, relaxed.outer)) return null;
    const mirrored = minus(times(number(2), own), relaxed === null ? state.next : relaxed.outer.point);
    const found = gradientStep(unknowns, mirrored, own);
    if (found === null || found.network !== null) return null;
    const operator = undampedOperator(program, unknowns, found, relaxed?.outer ?? null);
    if (operator === null || witnessValue(unknowns, operator.norm) === 0) return null;
    const weight = found.gradient && weightOfNormal(found.gradient);
    if (weight === null || !isSomewherePositive(unknowns, weight)) return null;
    const diagnostic = ascent(program, state.symbol);
    if (diagnostic === null) return null;
    return {
      kind: "refuted",
      algorithm: "gradient ascent",
      statement: `the step climbs: for a singular value s > 0 of ${operator.key} it multiplies the distance to a minimiser by 1 + t*s^2`,
      diagnostic,
    };
  },
};

/** t of t A'A. */
function weightOfNormal(gradient: Combination): Scalar | null {
  const [part] = [...gradient.parts.values()].filter(({ atom }) => atom.kind === "normal");
  return part?.weight ?? null;
}

function isSomewherePositive(unknowns: Unknowns, weight: Scalar): boolean {
  const worst = witnessValue(unknowns, weight);
  return isPositive(unknowns, weight) || (worst !== null && worst > 0);
}
