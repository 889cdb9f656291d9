import type { Atom, Combination } from "../combination.ts";
import { isState, minus, of, onlyAtom, plus, sameCombination, times } from "../combination.ts";
import {
  add,
  equal,
  isBelow,
  multiply,
  number,
  type Scalar,
  simplified,
  subtract,
  text,
  ZERO,
} from "../scalar.ts";
import type { NormalState, NormalStep } from "../step.ts";
import type { CertificateRule, Verdict } from "../verdict.ts";

/** p_i+ = prox_{s g_i*}(p_i + s K_i xb), x+ = x - t sum K_i' p_i+, xb+ = 2 x+ - x, with t s sum |K_i|^2 < 1. */
export const chambollePock: CertificateRule = {
  name: "Chambolle-Pock",
  citation: "Chambolle and Pock, J. Math. Imaging and Vision 40 (2011), Theorem 1",
  recognise: (step) => {
    const duals = step.states.filter(
      (state) => state.next !== null && onlyAtom(state.next)?.kind === "conjugateProx",
    );
    const primals = step.states.filter((state) => !duals.includes(state));
    const [x, relaxed] = primals;
    if (x?.next == null || relaxed?.next == null || primals.length !== 2 || duals.length === 0) return null;
    const own = of({ kind: "state", symbol: x.symbol });
    const expected = minus(times(number(2), x.next), own);
    if (!sameCombination(relaxed.next, expected)) return null;
    return verdict(step, x, relaxed, duals);
  },
};

function verdict(
  step: NormalStep,
  x: NormalState,
  relaxed: NormalState,
  duals: readonly NormalState[],
): Verdict | null {
  const { unknowns } = step.context;
  const point = of({ kind: "state", symbol: relaxed.symbol });
  let squares: Scalar = ZERO;
  let primal = of({ kind: "state", symbol: x.symbol });
  let tau: Scalar | null = null;
  for (const dual of duals) {
    const read = dualStep(dual, point);
    if (read === null || dual.next === null || x.next === null) return null;
    const back = of({
      kind: "operator",
      operator: read.operator,
      adjoint: true,
      norm: read.norm,
      point: dual.next,
    });
    const weight = [...x.next.parts].find(([key]) => [...back.parts.keys()].includes(key))?.[1].weight;
    if (weight === undefined) return null;
    const down = subtract(ZERO, weight);
    if (tau !== null && !equal(tau, down)) return null;
    tau = down;
    primal = plus(primal, times(weight, back));
    squares = add(squares, multiply(read.step, multiply(read.norm, read.norm)));
  }
  const inside = onlyAtom(x.next ?? primal);
  const plain = inside?.kind === "prox" ? inside.point : x.next;
  if (tau === null || plain === null || !sameCombination(plain, primal) || isState(primal, x.symbol))
    return null;
  const product = simplified(unknowns, multiply(tau, squares));
  if (isBelow(unknowns, product, 1)) {
    return {
      kind: "proved",
      algorithm: "Chambolle-Pock",
      statement: `tau*sigma*|K|^2 = ${text(product)} stays below 1: the iterates converge to a saddle point, if there is one`,
      conditions: ["tau*sigma*|K|^2 < 1"],
    };
  }
  return {
    kind: "not_found",
    algorithm: "Chambolle-Pock",
    obstruction: `tau*sigma*|K|^2 = ${text(product)} is not known to stay below 1`,
  };
}

/** The operator and the step of p+ = prox_{s g*}(p + s K xb). */
function dualStep(
  dual: NormalState,
  point: Combination,
): { readonly operator: string; readonly norm: Scalar; readonly step: Scalar } | null {
  const atom: Atom | null = dual.next && onlyAtom(dual.next);
  if (atom?.kind !== "conjugateProx") return null;
  const parts = [...atom.point.parts.values()];
  const image = parts.find((part) => part.atom.kind === "operator" && !part.atom.adjoint);
  const own = atom.point.parts.get(dual.symbol.name);
  if (image?.atom.kind !== "operator" || own === undefined || parts.length !== 2) return null;
  if (!equal(own.weight, number(1)) || !sameCombination(image.atom.point, point)) return null;
  if (!equal(image.weight, atom.weight)) return null;
  return { operator: image.atom.operator, norm: image.atom.norm, step: image.weight };
}
