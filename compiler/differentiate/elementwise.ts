import type { ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import type { Variable } from "../ir/block.ts";
import { isReal, spaceOf } from "../ir/spaces.ts";
import type { Algebra } from "./algebra.ts";

/** What a rule may read: the arguments, the result y, and the cotangent g of the result. */
interface Site {
  readonly e: Algebra;
  readonly a: Variable;
  readonly b: Variable;
  readonly c: Variable;
  readonly y: Variable;
  readonly g: Variable;
}

/**
 * The cotangent of one argument, in the real inner product Re<x, y>: for a holomorphic f it is conj(f'(a)) g. Null
 * where the derivative is zero wherever it exists. Kinks: 0 at the kink of |.| and relu, and at ties of max and min.
 */
type ArgumentRule = (site: Site) => Variable | null;

const none: ArgumentRule = () => null;

/** What passes make behind differentiation. */
const madeLater: ArgumentRule = () => {
  throw new Error("norms of pairs are differentiated as group norms");
};

/** f' given as an expression of the arguments and y. */
const holomorphic =
  (derivative: (site: Site) => Variable): ArgumentRule =>
  (site) =>
    site.e.mul(site.g, site.e.conj(derivative(site)));

/** Where the threshold lets something pass; a negative threshold counts as 0. */
function passes({ e, a, b }: Site): Variable {
  return e.call("less", e.call("max", b, e.number(0)), e.abs(a));
}

/** |a| > b for `hard`. */
function kept({ e, a, b }: Site): Variable {
  return e.call("less", b, e.abs(a));
}

/** g/|a| without its part along a, 0 at 0: what sign(a) does to a change of a. */
function turned({ e, a, g }: Site): Variable | null {
  if (isReal(spaceOf(a))) return null;
  const size = e.abs(a);
  const unit = e.sign(a);
  const across = e.sub(g, e.mul(unit, e.along(unit, g)));
  return e.where(size, e.div(across, size));
}

function shrunk(site: Site): Variable {
  const { e, a, b, g } = site;
  if (isReal(spaceOf(a))) return e.where(passes(site), g);
  const unit = e.sign(a);
  const across = e.sub(g, e.mul(unit, e.along(unit, g)));
  return e.where(passes(site), e.sub(g, e.mul(e.div(b, e.abs(a)), across)));
}

function powerBase({ e, a, b, g }: Site): Variable {
  const derivative = e.mul(b, e.call("pow", a, e.sub(b, e.number(1))));
  return e.mul(g, e.conj(derivative));
}

/** y log a, 0 where a is not positive: there a^b is not differentiable in b. */
function powerExponent({ e, a, y, g }: Site): Variable {
  const positive = e.call("less", e.number(0), isReal(spaceOf(a)) ? a : e.abs(a));
  return e.along(e.where(positive, e.mul(y, e.call("log", a))), g);
}

const divided = (
  numerator: (site: Site) => Variable,
  denominator: (site: Site) => Variable,
): ArgumentRule => {
  return (site) => {
    const { e, a } = site;
    const below = denominator(site);
    if (isReal(spaceOf(a))) return e.div(numerator(site), below);
    return e.mul(numerator(site), e.conj(e.call("reciprocal", below)));
  };
};

/** The rules of all functions, one for each argument. */
export const ELEMENTWISE_REVERSE: { readonly [F in ElementwiseFunction]: readonly ArgumentRule[] } = {
  add: [({ g }) => g, ({ g }) => g],
  sub: [({ g }) => g, ({ e, g }) => e.neg(g)],
  mul: [holomorphic(({ b }) => b), holomorphic(({ a }) => a)],
  div: [({ e, b, g }) => e.div(g, b), ({ e, b, y, g }) => e.neg(e.div(e.along(y, g), b))],
  pow: [powerBase, powerExponent],
  neg: [({ e, g }) => e.neg(g)],
  abs: [({ e, a, g }) => e.mul(e.sign(a), e.real(g))],
  conj: [({ e, g }) => e.conj(g)],
  real: [({ e, g }) => e.real(g)],
  imag: [({ e, a, g }) => (isReal(spaceOf(a)) ? null : e.call("imaginary", e.real(g)))],
  complex: [({ e, g }) => e.real(g)],
  imaginary: [({ e, g }) => e.call("imag", g)],
  phase: [
    ({ e, a, g }) => {
      if (isReal(spaceOf(a))) return null;
      const size = e.abs(a);
      return e.mul(e.call("imaginary", e.where(size, e.div(e.real(g), e.square(size)))), a);
    },
  ],
  sign: [turned],
  exp: [holomorphic(({ y }) => y)],
  log: [
    divided(
      ({ g }) => g,
      ({ a }) => a,
    ),
  ],
  sqrt: [
    divided(
      ({ g }) => g,
      ({ e, y }) => e.mul(e.number(2), y),
    ),
  ],
  square: [holomorphic(({ e, a }) => e.mul(e.number(2), a))],
  reciprocal: [holomorphic(({ e, y }) => e.neg(e.square(y)))],
  tanh: [holomorphic(({ e, y }) => e.sub(e.number(1), e.square(y)))],
  sigmoid: [holomorphic(({ e, y }) => e.mul(y, e.sub(e.number(1), y)))],
  softplus: [holomorphic(({ e, a }) => e.call("sigmoid", a))],
  erf: [
    holomorphic(({ e, a }) => e.mul(e.number(2 / Math.sqrt(Math.PI)), e.call("exp", e.neg(e.square(a))))),
  ],
  relu: [({ e, a, g }) => e.mul(e.call("positive", a), g)],
  positive: [none],
  floor: [none],
  max: [
    ({ e, a, b, g }) => e.where(e.call("less", b, a), g),
    ({ e, a, b, g }) => e.where(e.call("less", a, b), g),
  ],
  min: [
    ({ e, a, b, g }) => e.where(e.call("less", a, b), g),
    ({ e, a, b, g }) => e.where(e.call("less", b, a), g),
  ],
  mod: [({ g }) => g, ({ e, a, b, g }) => e.neg(e.mul(g, e.call("floor", e.div(a, b))))],
  soft: [shrunk, (site) => site.e.where(passes(site), site.e.neg(site.e.along(site.e.sign(site.a), site.g)))],
  hard: [(site) => site.e.where(kept(site), site.g), none],
  less: [none, none],
  lessEqual: [none, none],
  equal: [none, none],
  and: [none, none],
  or: [none, none],
  not: [none],
  pairNorm: [madeLater],
  select: [none, ({ e, a, g }) => e.where(a, g), ({ e, a, g }) => e.select(a, e.number(0), g)],
};

/** The functions whose derivative is zero in every argument. */
export function isConstantAlmostEverywhere(name: ElementwiseFunction): boolean {
  return ELEMENTWISE_REVERSE[name].every((rule) => rule === none);
}
