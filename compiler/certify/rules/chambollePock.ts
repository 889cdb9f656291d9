import type { CheckedProgram } from "../../check/program.ts";
import { isPositive } from "../scalar/bounds.ts";
import {
  add,
  multiply,
  number,
  ONE,
  scale,
  type Scalar,
  subtract,
  valueOf,
  ZERO,
} from "../scalar/polynomial.ts";
import { equal, simplified, text, type Unknowns, varies } from "../scalar/unknowns.ts";
import {
  type Combination,
  type Leaf,
  minus,
  NOTHING,
  of,
  onlyAtom,
  PLACEHOLDER,
  plus,
  same,
  stateOf,
  times,
} from "../symbolic/combination.ts";
import { convexOf, isConvex } from "../symbolic/convex.ts";
import { valueOfForm } from "../symbolic/functions.ts";
import { applyLeaf } from "../symbolic/linear.ts";
import type { NormalStep, VectorState } from "../symbolic/step.ts";
import type { CertificateRule, Minimised, Verdict } from "../verdict.ts";
import { refutedPrimalDual } from "./primalDualWitness.ts";
import { gradientStep, wholeGradient, wholeLipschitz } from "./smoothPart.ts";
import { isProper, joined, notFound, outermost, type ProxAtom } from "./steps.ts";

type DualAtom = Extract<NonNullable<ReturnType<typeof onlyAtom>>, { kind: "conjugateProx" }>;

/**
 * p_i+ = prox_{s_i g_i*}(p_i + s_i K_i xb), x+ = prox_{t g}(x - t (grad f(x) + sum K_i' p_i+)), xb+ = 2 x+ - x, or with
 * x first and 2 x+ - x in place of xb, or with x in place of xb and 2 p_i+ - p_i in place of p_i+ (Condat's Algorithm
 * 3.2): converges for t sum s_i |K_i|^2 < 1, and with f for 1 - t sum s_i |K_i|^2 > t L/2.
 */
export const chambollePock: CertificateRule = {
  name: "Chambolle-Pock",
  citation:
    "Chambolle and Pock, J. Math. Imaging and Vision 40 (2011), Theorem 1; Condat, JOTA 158 (2013), Theorem 3.1",
  recognise: (step, program) => {
    const duals = step.vectors.filter(({ next }) => onlyAtom(next)?.kind === "conjugateProx");
    const primals = step.vectors.filter((state) => !duals.includes(state));
    if (duals.length === 0 || primals.length === 0 || primals.length > 2) return null;
    for (const x of primals) {
      const relaxed = primals.find((state) => state !== x) ?? null;
      const orders: readonly Order[] = relaxed === null ? ["primalFirst", "dualFirst"] : ["relaxed"];
      for (const order of orders) {
        const read = blocksOf(step, x, relaxed, duals, order);
        if (read !== null) return verdict(step, program, read);
      }
    }
    return null;
  },
};

/** One dual variable: its operator, its step, and its function. */
export interface DualBlock {
  readonly leaf: Leaf | null;
  readonly step: Scalar;
  readonly atom: DualAtom;
}

export interface PrimalDual {
  readonly x: VectorState;
  readonly tau: Scalar;
  readonly blocks: readonly DualBlock[];
  readonly prox: ProxAtom | null;
  /** t L of the smooth part, and its gradient */
  readonly lipschitz: Scalar;
  readonly gradient: Combination | null;
}

/** What is extrapolated: x, which is then read by the dual; x, in a state of its own; or the dual, read by x. */
type Order = "primalFirst" | "relaxed" | "dualFirst";

function blocksOf(
  step: NormalStep,
  x: VectorState,
  relaxed: VectorState | null,
  duals: readonly VectorState[],
  order: Order,
): PrimalDual | null {
  const { unknowns } = step.context;
  const own = stateOf(x.symbol);
  const extrapolated = minus(times(number(2), x.next), own);
  if (relaxed !== null && !same(unknowns, relaxed.next, extrapolated)) return null;
  const ahead = order === "dualFirst" ? own : extrapolated;
  const point = relaxed === null ? ahead : stateOf(relaxed.symbol);
  const blocks = duals.map((dual) => blockOf(step, dual, point));
  const known = blocks.flatMap((block) => (block === null ? [] : [block]));
  if (known.length !== blocks.length) return null;
  const outer = outermost(x.next, "prox");
  if (outer !== null && (outer.rest.parts.size > 0 || !equal(unknowns, outer.weight, ONE))) return null;
  if (outer !== null && !isProper(unknowns, outer.outer)) return null;
  const inner = outer === null ? x.next : outer.outer.point;
  const back = known.reduce<Combination>((total, { leaf, atom }, k) => {
    const value = readOf(order, duals[k], atom);
    return plus(total, leaf === null ? value : applyLeaf(leaf, true, value));
  }, NOTHING);
  const tau = stepOf(unknowns, inner, back);
  if (tau === null) return null;
  const smooth = gradientStep(unknowns, plus(inner, times(tau, back)), own);
  if (smooth === null || smooth.network !== null) return null;
  return {
    x,
    tau,
    blocks: known,
    prox: outer?.outer ?? null,
    lipschitz: wholeLipschitz(unknowns, smooth),
    gradient: wholeGradient(smooth),
  };
}

/** What the step of x reads of a dual variable. */
function readOf(order: Order, dual: VectorState | undefined, atom: DualAtom): Combination {
  if (dual === undefined || order === "relaxed") return of(atom);
  const own = stateOf(dual.symbol);
  return order === "primalFirst" ? own : minus(times(number(2), of(atom)), own);
}

/** t where a point is t times a combination less than something, by the first part of the combination. */
function stepOf(unknowns: Unknowns, inner: Combination, back: Combination): Scalar | null {
  const [[key, part] = []] = [...back.parts];
  const weight = key === undefined ? undefined : inner.parts.get(key)?.weight;
  const factor = part === undefined ? null : valueOf(part.weight);
  if (weight === undefined || factor === null || factor === 0 || varies(unknowns, weight)) return null;
  return scale(weight, -1 / factor);
}

/** The operator and the step of p+ = prox_{s g*}(p + s K q). */
function blockOf(step: NormalStep, dual: VectorState, q: Combination): DualBlock | null {
  const { unknowns } = step.context;
  const atom = onlyAtom(dual.next);
  if (atom?.kind !== "conjugateProx" || varies(unknowns, atom.scale)) return null;
  const image = minus(atom.point, stateOf(dual.symbol));
  const operators = [...image.parts.values()].flatMap((part) =>
    part.atom.kind === "operator" && !part.atom.adjoint && !part.atom.leaf.varies ? [part.atom.leaf] : [],
  );
  const [leaf] = operators;
  if (leaf !== undefined && same(unknowns, image, times(atom.scale, applyLeaf(leaf, false, q)))) {
    return { leaf, step: atom.scale, atom };
  }
  return same(unknowns, image, times(atom.scale, q)) ? { leaf: null, step: atom.scale, atom } : null;
}

function verdict(step: NormalStep, program: CheckedProgram, read: PrimalDual): Verdict | null {
  const { unknowns } = step.context;
  const { tau, blocks, lipschitz } = read;
  const squares = blocks.reduce<Scalar>((total, { leaf, step: sigma }) => {
    const norm = leaf?.norm ?? ONE;
    return add(total, multiply(sigma, multiply(norm, norm)));
  }, ZERO);
  const product = simplified(unknowns, multiply(tau, squares));
  const plain = lipschitz.terms.size === 0;
  const limit = minimisedBy(step, read);
  const room = subtract(subtract(ONE, product), scale(lipschitz, 1 / 2));
  const positive = [tau, ...blocks.map((block) => block.step)].every((each) => isPositive(unknowns, each));
  const shown = text(unknowns, product);
  const algorithm = plain ? "Chambolle-Pock" : "Condat-Vu";
  if (isPositive(unknowns, scale(tau, -1))) {
    const back = blocks.map((block) => (block.leaf === null ? "p" : `${block.leaf.key}'*p`)).join(" + ");
    return notFound(
      algorithm,
      `the step of \`${read.x.symbol.name}\` adds ${back}, which has to be subtracted`,
    );
  }
  if (limit === null) return notFound(algorithm, "the functions are not known to be convex");
  if (positive && isPositive(unknowns, room)) {
    return {
      kind: "proved",
      algorithm,
      statement: plain
        ? `tau*sigma*|K|^2 = ${shown} stays below 1; the iterates converge`
        : `tau*sigma*|K|^2 = ${shown} stays below 1 - tau*L/2 with tau*L = ${text(unknowns, lipschitz)}; the iterates converge`,
      about: "iterates",
      conditions: [plain ? "tau*sigma*|K|^2 < 1" : "1 - tau*sigma*|K|^2 > tau*L/2", "a saddle point exists"],
      minimises: limit,
    };
  }
  const refuted = refutedPrimalDual(step, program, read, product);
  if (refuted !== null) return refuted;
  return notFound(
    algorithm,
    plain
      ? `tau*sigma*|K|^2 = ${shown} has to stay below 1. Try tau = sigma = 0.99/${wholeNorm(blocks)}`
      : `tau*sigma*|K|^2 = ${shown} has to stay below 1 - tau*L/2 with tau*L = ${text(unknowns, lipschitz)}`,
  );
}

/** A bound of the norm of all operators together, from those of each. */
function wholeNorm(blocks: readonly DualBlock[]): string {
  const norms = blocks.map(({ leaf }) => (leaf === null ? "1" : `norm(${leaf.key})`));
  return norms.length === 1
    ? norms.join("")
    : `sqrt(${norms.map((norm) => (norm === "1" ? norm : `${norm}^2`)).join(" + ")})`;
}

/** tau sum g_i(K_i x) plus what the step of x descends on; null where one is beyond the rules, or not convex. */
function minimisedBy(step: NormalStep, { x, tau, blocks, prox, gradient }: PrimalDual): Minimised | null {
  if (gradient === null) return null;
  let total =
    prox === null ? { gradient, nonsmooth: new Map() } : joined({ gradient, nonsmooth: new Map() }, prox.of);
  for (const { leaf, atom } of blocks) {
    const image = leaf === null ? PLACEHOLDER : applyLeaf(leaf, false, PLACEHOLDER);
    const value = valueOfForm(step.context, atom.of, image);
    const own = value && convexOf(step.context, multiply(tau, value));
    if (own === null || !isConvex(step.context.unknowns, own)) return null;
    total = joined(total, own);
  }
  return { of: total, states: [x.symbol] };
}
