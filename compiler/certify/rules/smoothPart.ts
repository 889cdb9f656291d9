import type { Symbol } from "../../types/typing.ts";
import { isNonnegative } from "../scalar/bounds.ts";
import { add, multiply, ONE, type Scalar, scale, subtract, ZERO } from "../scalar/polynomial.ts";
import { reciprocal, simplified, type Unknowns, varies } from "../scalar/unknowns.ts";
import {
  type Atom,
  type Combination,
  isConstant,
  type Leaf,
  type MapBounds,
  minus,
  NOTHING,
  of,
  type Part,
  PLACEHOLDER,
  plus,
  ratio,
  same,
  times,
} from "../symbolic/combination.ts";
import { applyNormal, isAffineIn, substitute } from "../symbolic/linear.ts";

/** p - grad h(p) + v N(p) for one convex function h with a Lipschitz gradient, the same in every step. */
export interface GradientStep {
  /** grad h, without its part c p, at the placeholder; null where it is not known as a function */
  readonly gradient: Combination | null;
  /** the Lipschitz constant of that gradient: t L */
  readonly lipschitz: Scalar;
  /** c, where h has a part c/2 |.|^2 that is written as a multiple of p */
  readonly shrink: Scalar;
  /** v and N, a network at the same point */
  readonly network: Network | null;
  /** the operator of the only quadratic part, if there is one */
  readonly leaf: Leaf | null;
  /** whether its sizes may change from step to step; then only its form is known */
  readonly varies: boolean;
  /** whether the step holds data */
  readonly hasData: boolean;
}

export interface Network {
  readonly symbol: Symbol;
  readonly weight: Scalar;
  readonly bounds: MapBounds;
}

/** Reads a combination as a gradient step at `point` with sizes that stay; null if it is none. */
export function gradientStep(unknowns: Unknowns, a: Combination, point: Combination): GradientStep | null {
  const found = gradientForm(unknowns, a, point);
  return found?.varies === true ? null : found;
}

/** Reads a combination as a gradient step at `point`; null if it is none. */
export function gradientForm(unknowns: Unknowns, a: Combination, point: Combination): GradientStep | null {
  const parts = [...a.parts.values()];
  const isFree = ({ atom }: Part): boolean => isConstant(unknowns, of(atom));
  const constants = sum(parts.filter(isFree));
  const moving = parts.filter((part) => !isFree(part));
  const quadratic = readQuadratic(unknowns, moving, point);
  const smooth = readGradients(unknowns, moving, point);
  const networks = moving.flatMap(({ weight, atom }) => (atom.kind === "network" ? [{ weight, atom }] : []));
  const rest = sum(moving.filter(({ atom }) => !isOracle(atom)));
  const [network, ...others] = networks;
  const atPoint = network === undefined || same(unknowns, network.atom.point, point);
  const shrink = shrinkage(unknowns, rest, point);
  if (quadratic === null || smooth === null || shrink === null || others.length > 0 || !atPoint) return null;
  const gradient = smooth.gradient && minus(plus(quadratic.gradient, smooth.gradient), constants);
  return {
    gradient,
    lipschitz: simplified(unknowns, add(quadratic.lipschitz, smooth.lipschitz)),
    shrink,
    varies: [shrink, ...quadratic.weights, ...smooth.weights, ...weightsOf(constants)].some((each) =>
      varies(unknowns, each),
    ),
    network:
      network === undefined
        ? null
        : { symbol: network.atom.symbol, weight: network.weight, bounds: network.atom.bounds },
    leaf: smooth.lipschitz.terms.size === 0 ? quadratic.leaf : null,
    hasData: constants.parts.size > 0,
  };
}

function weightsOf(a: Combination): readonly Scalar[] {
  return [...a.parts.values()].map(({ weight }) => weight);
}

function isOracle(atom: Atom): boolean {
  return atom.kind === "normal" || atom.kind === "gradient" || atom.kind === "network";
}

function sum(parts: readonly Part[]): Combination {
  return parts.reduce<Combination>(
    (total, { weight, atom }) => plus(total, times(weight, of(atom))),
    NOTHING,
  );
}

/** c with a = c b. */
function factor(unknowns: Unknowns, a: Combination, b: Combination): Scalar | null {
  return ratio(unknowns, a, b, (c, d) => simplified(unknowns, multiply(c, reciprocal(unknowns, d))));
}

interface Read {
  readonly lipschitz: Scalar;
  /** the sizes of the steps along each gradient */
  readonly weights: readonly Scalar[];
}

/** The parts -w A'A p, w >= 0: of each operator, what stands inside is a multiple of p. */
function readQuadratic(
  unknowns: Unknowns,
  parts: readonly Part[],
  point: Combination,
): (Read & { readonly gradient: Combination; readonly leaf: Leaf | null }) | null {
  const insides = new Map<string, { readonly leaf: Leaf; readonly inside: Combination }>();
  for (const { weight, atom } of parts) {
    if (atom.kind !== "normal") continue;
    const before = insides.get(atom.leaf.key)?.inside ?? NOTHING;
    const inside = plus(before, times(weight, of(atom.at)));
    insides.set(atom.leaf.key, { leaf: atom.leaf, inside });
  }
  let gradient = NOTHING;
  let lipschitz = ZERO;
  const weights: Scalar[] = [];
  for (const { leaf, inside } of insides.values()) {
    const by = factor(unknowns, inside, point);
    const down = by && scale(by, -1);
    if (down === null || leaf.varies || !isNonnegative(unknowns, down)) return null;
    weights.push(down);
    gradient = plus(gradient, times(down, applyNormal(leaf, PLACEHOLDER)));
    lipschitz = add(lipschitz, multiply(down, multiply(leaf.norm, leaf.norm)));
  }
  const [only, ...others] = [...insides.values()];
  return { gradient, lipschitz, weights, leaf: only !== undefined && others.length === 0 ? only.leaf : null };
}

/** The parts -w grad h(p), w >= 0, of other smooth functions; as functions they are known where p is one state. */
function readGradients(
  unknowns: Unknowns,
  parts: readonly Part[],
  point: Combination,
): (Read & { readonly gradient: Combination | null }) | null {
  let gradient: Combination | null = NOTHING;
  let lipschitz = ZERO;
  const weights: Scalar[] = [];
  const [state, ...others] = [...point.parts.values()];
  const symbol = state?.atom.kind === "state" && others.length === 0 ? state.atom.symbol : null;
  for (const { weight, atom } of parts) {
    if (atom.kind !== "gradient") continue;
    const down = scale(weight, -1);
    const sound = same(unknowns, atom.point, point) && isAffineIn(unknowns, atom.argument, point);
    if (!sound || !isNonnegative(unknowns, down)) return null;
    weights.push(down);
    lipschitz = add(lipschitz, multiply(down, atom.lipschitz));
    const isOwn = (each: Atom): boolean => each.kind === "state" && each.symbol === symbol;
    const own = symbol === null ? null : substitute(of(atom), PLACEHOLDER, isOwn);
    gradient = gradient && own && plus(gradient, times(down, own));
  }
  return { gradient, lipschitz, weights };
}

/** c >= 0 with rest = (1 - c) p. */
function shrinkage(unknowns: Unknowns, rest: Combination, point: Combination): Scalar | null {
  const by = rest.parts.size === 0 ? ZERO : factor(unknowns, rest, point);
  const shrink = by && simplified(unknowns, subtract(ONE, by));
  return shrink !== null && isNonnegative(unknowns, shrink) ? shrink : null;
}

/** t L of the whole, with the part c/2 |.|^2. */
export function wholeLipschitz(unknowns: Unknowns, step: GradientStep): Scalar {
  return simplified(unknowns, add(step.lipschitz, step.shrink));
}

/** grad h at the placeholder, with the part c p; null where it is not known as a function. */
export function wholeGradient(step: GradientStep): Combination | null {
  return step.gradient && plus(step.gradient, times(step.shrink, PLACEHOLDER));
}
