import { reciprocal } from "../scalar/unknowns.ts";
import { NOTHING, plus, stateOf, times } from "../symbolic/combination.ts";
import type { CertificateRule } from "../verdict.ts";
import { backtrackingOf, isBacktracked, slackConditions } from "./backtracking.ts";
import { outermost, vectorStates } from "./steps.ts";

/** x+ = prox_{g/L}(x - grad f(x)/L) with an L that a loop raises until f lies below its model, and that never falls. */
export const proximalBacktracking: CertificateRule = {
  name: "proximal gradient with backtracking",
  citation: "Beck and Teboulle, SIAM J. Imaging Sciences 2 (2009), Theorem 3.1 and Remark 3.1",
  recognise: (step) => {
    const [state] = vectorStates(step, 1) ?? [];
    if (state === undefined) return null;
    const { unknowns } = step.context;
    const own = stateOf(state.symbol);
    const relaxed = outermost(state.next, "prox");
    if (relaxed !== null && relaxed.rest.parts.size > 0) return null;
    const prox = relaxed?.outer ?? null;
    const inner = prox === null ? state.next : prox.point;
    const searched = backtrackingOf(step, state.next, own);
    if (searched === null || !isBacktracked(unknowns, inner, own, prox, searched)) return null;
    if (!searched.nondecreasing) {
      return {
        kind: "not_found",
        algorithm: "proximal gradient with backtracking",
        obstruction: "L may fall from step to step. Make it a state that only the loop changes",
      };
    }
    const gradient = times(reciprocal(unknowns, searched.constant), searched.f.gradient);
    return {
      kind: "proved",
      algorithm: "proximal gradient with backtracking",
      statement: "F falls in every step, and F(x_k) - F* <= eta*L*R^2/(2*k); the iterates converge",
      about: "iterates",
      conditions: ["L never falls", "the loop ends before its cap", ...slackConditions(searched)],
      minimises: {
        of: {
          gradient: plus(gradient, prox?.of.gradient ?? NOTHING),
          nonsmooth: prox?.of.nonsmooth ?? new Map(),
        },
        states: [state.symbol],
      },
    };
  },
};
