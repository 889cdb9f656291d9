import { expressionText } from "../../check/expressionText.ts";
import type { CheckedProgram } from "../../check/program.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import type { Symbol } from "../../types/typing.ts";
import { type Combination, isState, onlyAtom, plus, sameCombination, times, of } from "../combination.ts";
import { add, isAtMost, ONE, subtract, text } from "../scalar.ts";
import type { NormalState, NormalStep } from "../step.ts";
import type { CertificateRule, Verdict } from "../verdict.ts";
import { gradientStep } from "./smoothPart.ts";

/** x+ = prox(z - t grad f(z)), z+ = x+ + b (x+ - x), with t_k+1 = (1 + sqrt(1 + 4 t_k^2))/2, b = (t_k - 1)/t_k+1. */
export const fista: CertificateRule = {
  name: "FISTA",
  citation: "Beck and Teboulle, SIAM J. Imaging Sciences 2 (2009), Theorem 4.4",
  recognise: (step, program) => {
    const vectors = step.states.filter((state) => state.next !== null);
    const [x, z] = vectors;
    if (x?.next == null || z?.next == null || vectors.length !== 2) return null;
    const outer = onlyAtom(x.next);
    const inner = outer?.kind === "prox" || outer?.kind === "projection" ? outer.point : x.next;
    const found = gradientStep(step.context.unknowns, inner, of({ kind: "state", symbol: z.symbol }));
    if (found === null || !found.moves) return null;
    const momentum = momentumOf(z.next, x);
    if (momentum === null) return null;
    if (!hasSequence(program, step)) return inertial("its momentum is not FISTA's");
    if (!isAtMost(step.context.unknowns, found.lipschitz, 1)) {
      return inertial(`its step is not at most 1/L: t*L = ${text(found.lipschitz)}`);
    }
    return {
      kind: "proved",
      algorithm: "FISTA",
      statement: "F(x_k) - F* <= 2 L |x_0 - x*|^2/(k + 1)^2, by the Lyapunov function of Beck and Teboulle",
      conditions: ["t <= 1/L", "t_1 = 1, t_{k+1}^2 - t_{k+1} <= t_k^2"],
    };
  },
};

function inertial(reason: string): Verdict {
  return {
    kind: "not_found",
    algorithm: null,
    obstruction: `an inertial step, not averaged in the Euclidean metric; ${reason}. This is no proof of divergence`,
  };
}

/** b where z+ = x+ + b (x+ - x). */
function momentumOf(next: Combination, x: NormalState): Combination | null {
  if (x.next === null) return null;
  const [key] = [...x.next.parts.keys()];
  const forward = key === undefined ? undefined : next.parts.get(key);
  if (forward === undefined) return null;
  const b = subtract(forward.weight, ONE);
  const expected = plus(
    times(add(ONE, b), x.next),
    times(subtract(subtract(ONE, ONE), b), stateOf(x.symbol)),
  );
  return sameCombination(next, expected) || isState(next, x.symbol) ? next : null;
}

function stateOf(symbol: Symbol): Combination {
  return of({ kind: "state", symbol });
}

const SEQUENCE = /^\(1 \+ sqrt\(1 \+ 4\*(\w+)\^2\)\)\/2$/u;

/** Whether the step updates a number by FISTA's rule, from 1, and weighs the difference by (old s - 1)/s. */
function hasSequence(program: CheckedProgram, step: NormalStep): boolean {
  const updates = program.step?.body.statements.filter((statement) => statement.kind === "update") ?? [];
  return step.states.some(({ symbol, next }) => {
    if (next !== null) return false;
    const own = updates.find(
      (update) => update.reference.kind === "symbol" && update.reference.symbol === symbol,
    );
    const state = program.states.find((each) => symbolOf(each.declaration) === symbol);
    const starts = state?.initial.kind === "number" && state.initial.value === 1;
    const rule = own === undefined ? null : SEQUENCE.exec(expressionText(own.value));
    const weighs = updates.some((update) =>
      expressionText(update.value).includes(`(old ${symbol.name} - 1)/${symbol.name}*(`),
    );
    return starts && rule?.[1] === symbol.name && weighs;
  });
}
