import { plugAndPlayFactor } from "../factors.ts";
import { isBelow, isPositive } from "../scalar/bounds.ts";
import { number, valueOf } from "../scalar/polynomial.ts";
import { varies } from "../scalar/unknowns.ts";
import { minus, of, PLACEHOLDER, same, stateOf, times } from "../symbolic/combination.ts";
import type { NormalStep } from "../symbolic/step.ts";
import type { CertificateRule, Verdict } from "../verdict.ts";
import { isProper, joined, type NetworkAtom, notFound, type ProxAtom, vectorStates } from "./steps.ts";

/** z+ = z + w (Q(2 p - z) - p) with p = prox_f(z), and for Q the prox of g with 0 < w < 2, or a network with w = 1. */
export const douglasRachford: CertificateRule = {
  name: "Douglas-Rachford",
  citation:
    "Lions and Mercier, SIAM J. Numerical Analysis 16 (1979); Bauschke and Combettes, Theorem 28.3 (2017)",
  recognise: (step) => {
    const [state] = vectorStates(step, 1) ?? [];
    if (state === undefined) return null;
    const { unknowns } = step.context;
    const own = stateOf(state.symbol);
    const moved = minus(state.next, own);
    for (const { weight, atom: outer } of moved.parts.values()) {
      if (outer.kind !== "prox" && outer.kind !== "network") continue;
      const inner = [...moved.parts.values()].find(({ atom }) => atom !== outer)?.atom;
      if (inner?.kind !== "prox" || varies(unknowns, weight) || !same(unknowns, inner.point, own)) continue;
      const reflected = minus(times(number(2), of(inner)), own);
      const expected = times(weight, minus(of(outer), of(inner)));
      if (!same(unknowns, outer.point, reflected) || !same(unknowns, moved, expected)) continue;
      if (!isProper(unknowns, inner)) return null;
      return outer.kind === "prox"
        ? withProx(step, inner, outer, isPositive(unknowns, weight) && isBelow(unknowns, weight, 2))
        : withNetwork(inner, outer, valueOf(weight) === 1);
    }
    return null;
  },
};

function withProx(step: NormalStep, inner: ProxAtom, outer: ProxAtom, admissible: boolean): Verdict | null {
  if (!isProper(step.context.unknowns, outer)) return null;
  if (!admissible) return notFound("Douglas-Rachford", "the relaxation has to stay in (0, 2)");
  return {
    kind: "proved",
    algorithm: "Douglas-Rachford",
    statement:
      "the step is averaged, for every weight of the two functions; the iterates converge to a point whose prox is a minimiser, if there is one",
    about: "values",
    conditions: ["a solution exists"],
    minimises: { of: joined(inner.of, outer.of), states: [] },
  };
}

function withNetwork(inner: ProxAtom, outer: NetworkAtom, plain: boolean): Verdict {
  const { name } = outer.symbol;
  const eps = outer.bounds.residual;
  const modulus = inner.of.gradient.parts.get([...PLACEHOLDER.parts.keys()][0] ?? "")?.weight;
  const a = modulus === undefined ? 0 : valueOf(modulus);
  const algorithm = "plug-and-play Douglas-Rachford";
  if (eps === null) {
    return notFound(algorithm, `\`${name}\` has no bound. Declare \`with residual_lipschitz <= 0.6\``);
  }
  if (a === 0) {
    return notFound(
      algorithm,
      "f need not be strongly convex, so mu = 0: a fixed point is not proved. " +
        "Try a Tikhonov term in f, DE-Grad with eps < 1, or an averaged denoiser",
    );
  }
  if (a === null || !plain) {
    return notFound(algorithm, "alpha*mu is not known, so the factor of the step is not");
  }
  const factor = plugAndPlayFactor(a, eps);
  const shown = Number(factor.toPrecision(4));
  return factor < 1
    ? {
        kind: "proved",
        algorithm,
        statement: `the step is a contraction with factor ${shown}, as alpha*mu = ${a} and \`${name}\` - I is ${eps}-Lipschitz; the iterates converge to its one fixed point`,
        about: "values",
        conditions: ["alpha*mu > 0", `\`${name}\` keeps its bound`],
        minimises: null,
      }
    : notFound(algorithm, `the factor of the step is ${shown}, and 1 or more proves nothing`);
}
