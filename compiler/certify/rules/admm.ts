import { isBelow, isPositive } from "../scalar/bounds.ts";
import { ONE, type Scalar, subtract } from "../scalar/polynomial.ts";
import { isZero, reciprocal, type Unknowns, varies } from "../scalar/unknowns.ts";
import {
  type Combination,
  minus,
  of,
  onlyAtom,
  plus,
  same,
  stateOf,
  times,
} from "../symbolic/combination.ts";
import type { NormalStep, VectorState } from "../symbolic/step.ts";
import type { CertificateRule, Verdict } from "../verdict.ts";
import { isProper, joined, type NetworkAtom, notFound, permutations, type ProxAtom } from "./steps.ts";

/**
 * x+ = prox_{f/r}(z - c u), z+ = prox_{g/r}(h + c u), u+ = u + (h - z+)/c with h = a x+ + (1 - a) z, for any r > 0,
 * c and 0 < a < 2; x is a state or a name of the step. c = 1 is the scaled form.
 */
export const admm: CertificateRule = {
  name: "ADMM",
  citation: "Eckstein and Bertsekas, Mathematical Programming 55 (1992), Theorem 8",
  recognise: (step) => {
    if (step.vectors.length < 2 || step.vectors.length > 3) return null;
    for (const [z, u, x] of permutations(step.vectors)) {
      const found = z === undefined || u === undefined ? null : splittingOf(step, z, u, x ?? null);
      if (found !== null && z !== undefined) return verdict(step, z, found);
    }
    return null;
  },
};

interface Splitting {
  readonly first: ProxAtom | NetworkAtom;
  readonly second: ProxAtom | NetworkAtom;
  /** a */
  readonly relaxation: Scalar;
  readonly x: VectorState | null;
}

function splittingOf(
  step: NormalStep,
  z: VectorState,
  u: VectorState,
  x: VectorState | null,
): Splitting | null {
  const { unknowns } = step.context;
  const second = oracleOf(z.next);
  const multiplier = stateOf(u.symbol);
  const own = second?.point.parts.get([...multiplier.parts.keys()][0] ?? "");
  if (second === null || own === undefined || varies(unknowns, own.weight)) return null;
  const scaled = times(own.weight, multiplier);
  const h = minus(second.point, scaled);
  const read = relaxedOf(unknowns, h, stateOf(z.symbol));
  if (read === null || !same(unknowns, read.first.point, minus(stateOf(z.symbol), scaled))) return null;
  const gap = times(reciprocal(unknowns, own.weight), minus(h, z.next));
  if (!same(unknowns, u.next, plus(multiplier, gap))) return null;
  if (x !== null && !same(unknowns, x.next, of(read.first))) return null;
  return { first: read.first, second, relaxation: read.relaxation, x };
}

function oracleOf(a: Combination): ProxAtom | NetworkAtom | null {
  const atom = onlyAtom(a);
  return atom?.kind === "prox" || atom?.kind === "network" ? atom : null;
}

/** The oracle x+ and a in h = a x+ + (1 - a) z. */
function relaxedOf(
  unknowns: Unknowns,
  h: Combination,
  z: Combination,
): { readonly first: ProxAtom | NetworkAtom; readonly relaxation: Scalar } | null {
  for (const { weight, atom } of h.parts.values()) {
    if (atom.kind !== "prox" && atom.kind !== "network") continue;
    const expected = plus(times(weight, of(atom)), times(subtract(ONE, weight), z));
    if (same(unknowns, h, expected)) return { first: atom, relaxation: weight };
  }
  return null;
}

function verdict(
  step: NormalStep,
  z: VectorState,
  { first, second, relaxation, x }: Splitting,
): Verdict | null {
  const { unknowns } = step.context;
  if (first.kind === "network" || second.kind === "network") {
    return throughNetwork([first, second]);
  }
  if (!isProper(unknowns, first) || !isProper(unknowns, second)) return null;
  const admissible =
    !varies(unknowns, relaxation) && isPositive(unknowns, relaxation) && isBelow(unknowns, relaxation, 2);
  if (!admissible) return notFound("ADMM", "the relaxation has to stay in (0, 2)");
  return {
    kind: "proved",
    algorithm: isZero(unknowns, subtract(relaxation, ONE)) ? "ADMM" : "over-relaxed ADMM",
    statement: "for every penalty rho > 0 the iterates converge",
    about: "iterates",
    conditions: ["rho > 0", "a saddle point exists"],
    minimises: {
      of: joined(first.of, second.of),
      states: x === null ? [z.symbol] : [z.symbol, x.symbol],
    },
  };
}

function throughNetwork(oracles: readonly (ProxAtom | NetworkAtom)[]): Verdict {
  const network = oracles.find((oracle): oracle is NetworkAtom => oracle.kind === "network");
  const prox = oracles.find((oracle): oracle is ProxAtom => oracle.kind === "prox");
  const name = network?.symbol.name ?? "the network";
  const strongly = [...(prox?.of.gradient.parts.values() ?? [])].some(
    ({ atom }) => atom.kind === "placeholder",
  );
  return notFound(
    "plug-and-play ADMM",
    strongly
      ? `a contraction is proved for the form z + ${name}(2*p - z) - p with p = prox(alpha*f)(z) only. Write the step so, as Douglas-Rachford`
      : "f need not be strongly convex, so mu = 0: a fixed point is not proved. " +
          "Try a Tikhonov term in f, DE-Grad with eps < 1, or an averaged denoiser",
  );
}
