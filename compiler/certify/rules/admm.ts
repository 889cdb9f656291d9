import type { Atom } from "../combination.ts";
import { isState, minus, of, onlyAtom, plus, sameCombination } from "../combination.ts";
import { equal, multiply, ONE, type Scalar, simplified } from "../scalar.ts";
import type { CertificateRule } from "../verdict.ts";

/** x+ = prox_{f/r}(z - u), z+ = prox_{g/r}(x+ + u), u+ = u + x+ - z+, for any r > 0. */
export const admm: CertificateRule = {
  name: "ADMM",
  citation: "Eckstein and Bertsekas, Math. Programming 55 (1992), Theorem 8",
  recognise: (step) => {
    const [x, z, u] = step.states;
    if (x?.next == null || z?.next == null || u?.next == null || step.states.length !== 3) return null;
    const first = onlyAtom(x.next);
    const second = onlyAtom(z.next);
    const multiplier = of({ kind: "state", symbol: u.symbol });
    const split = of({ kind: "state", symbol: z.symbol });
    if (first === null || second === null) return null;
    const penalties = [penaltyOf(first), penaltyOf(second)];
    if (!hasPoint(first) || !hasPoint(second)) return null;
    if (!sameCombination(first.point, minus(split, multiplier))) return null;
    if (!sameCombination(second.point, plus(x.next, multiplier))) return null;
    if (!sameCombination(u.next, minus(plus(multiplier, x.next), z.next))) return null;
    if (isState(x.next, x.symbol)) return null;
    if (second.kind === "network" || first.kind === "network") {
      return {
        kind: "not_found",
        algorithm: "plug-and-play ADMM",
        obstruction:
          "f need not be strongly convex, which the contraction of a network with a residual bound needs",
      };
    }
    const [left, right] = penalties;
    if (left === null || left === undefined || right === null || right === undefined) return null;
    const one = simplified(step.context.unknowns, multiply(left.penalty, right.penalty));
    if (left.known && right.known && !equal(one, ONE)) {
      return {
        kind: "not_found",
        algorithm: "ADMM",
        obstruction: "the two proxes have different penalties, so the fixed point is none of the objective's",
      };
    }
    return {
      kind: "proved",
      algorithm: "ADMM",
      statement:
        "the iterates converge to a minimiser for every penalty > 0, if a saddle point exists; inner solves are inexact",
      conditions: ["rho > 0", "errors of the inner solves are summable"],
    };
  },
};

type Pointed = Extract<Atom, { readonly point: unknown }>;

function hasPoint(atom: Atom): atom is Pointed {
  return "point" in atom;
}

/** The penalty r of a resolvent, or the 1/r of a prox: their product is 1 where they agree. */
function penaltyOf(atom: Atom): { readonly penalty: Scalar; readonly known: boolean } | null {
  if (atom.kind === "resolvent" || atom.kind === "prox") return { penalty: atom.weight, known: false };
  if (atom.kind === "projection") return { penalty: ONE, known: false };
  return atom.kind === "network" ? { penalty: ONE, known: false } : null;
}
