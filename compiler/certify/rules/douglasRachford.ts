import { plugAndPlayFactor } from "../factors.ts";
import { isBelow, isPositive } from "../scalar/bounds.ts";
import { number, valueOf } from "../scalar/polynomial.ts";
import { varies } from "../scalar/unknowns.ts";
import { minus, of, PLACEHOLDER, same, stateOf, times } from "../symbolic/combination.ts";
import type { NormalStep } from "../symbolic/step.ts";
import type { CertificateRule, Verdict } from "../verdict.ts";
import { isProper, joined, type NetworkAtom, notFound, type ProxAtom, vectorStates } from "./steps.ts";

/**
 * z+ = z + w (Q(2 p - z) - p) with p = prox_f(z). For Q the prox of g, or any firmly nonexpansive map, with 0 < w < 2: as
 * 2 Q - I and 2 prox_f - I are nonexpansive, their composition is, and the step is its w/2-averaged relaxation. For a
 * network with Q - I Lipschitz w = 1.
 */
export const douglasRachford: CertificateRule = {
  name: "Douglas-Rachford",
  citation:
    "Lions and Mercier, SIAM J. Numerical Analysis 16 (1979); Bauschke and Combettes, Proposition 4.4 and Theorems 5.15 and 28.3 (2017)",
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
      const admissible = isPositive(unknowns, weight) && isBelow(unknowns, weight, 2);
      if (outer.kind === "prox") return withProx(step, inner, outer, admissible);
      return isFirm(outer) && admissible
        ? withFirmMap(outer)
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

/** Whether a map is 1/2-averaged, that is firmly nonexpansive, as a prox is. */
function isFirm({ bounds }: NetworkAtom): boolean {
  return bounds.averaged !== null && bounds.averaged <= 1 / 2;
}

function withFirmMap({ symbol, bounds }: NetworkAtom): Verdict {
  return {
    kind: "proved",
    algorithm: "plug-and-play Douglas-Rachford",
    statement: `the step is averaged, as \`${symbol.name}\` is ${bounds.averaged}-averaged and so firmly nonexpansive, like a prox; the iterates converge`,
    about: "iterates",
    conditions: ["a fixed point exists", `\`${symbol.name}\` keeps its bound`],
    minimises: null,
  };
}

function withNetwork(inner: ProxAtom, outer: NetworkAtom, plain: boolean): Verdict {
  const { name } = outer.symbol;
  const eps = outer.bounds.residual;
  const modulus = inner.of.gradient.parts.get([...PLACEHOLDER.parts.keys()][0] ?? "")?.weight;
  const a = modulus === undefined ? 0 : valueOf(modulus);
  const algorithm = "plug-and-play Douglas-Rachford";
  if (eps === null) {
    const { averaged, lipschitz } = outer.bounds;
    const known =
      averaged !== null && averaged <= 1 / 2
        ? `\`${name}\` is ${averaged}-averaged, and the relaxation has to stay in (0, 2)`
        : averaged !== null
          ? `\`${name}\` is ${averaged}-averaged, and 0.5 is needed`
          : lipschitz !== null
            ? `a Lipschitz constant of \`${name}\` is not enough`
            : `\`${name}\` has no bound`;
    return notFound(
      algorithm,
      `${known}. Declare \`with averaged <= 0.5\`, or \`with residual_lipschitz <= 0.6\` and a strongly convex f`,
    );
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
