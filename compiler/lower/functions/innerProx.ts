import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import type { FormTerm } from "../../library/calculus/form.ts";
import type { DualTerm } from "../../library/calculus/innerProx.ts";
import type { SolveOptions } from "../../ir/solve.ts";
import { gradientOperator } from "../operators/libraryOperators.ts";
import { applyLinks, applyLinksAdjoint } from "./links.ts";
import { sizesOfLinks } from "./lipschitz.ts";
import { normOfGivenForm } from "../operators/operatorNorm.ts";
import { applyAdjointForm, applyForm } from "../operators/operators.ts";
import { Scope } from "../scope.ts";
import type { Site } from "../site.ts";
import { within } from "../site.ts";
import { spaceOfVariable, truth, zeroOf } from "../values.ts";

/** The closed forms that the iterations use. */
export interface ClosedRules {
  /** the prox of the terms without dual variables, with the step of the whole */
  readonly kept: (site: Site, point: Variable) => Variable;
  /** prox_{s h*}(p) */
  readonly conjugate: (site: Site, term: FormTerm, p: Variable, s: Variable) => Variable;
}

/** Where and how exactly the prox is wanted: its step is a number, or an array for separable functions. */
interface Wanted {
  readonly x: Variable;
  readonly step: Variable;
  readonly settings: SolveOptions;
}

/** A term h(K z + b) with what the iterations ask of it. */
interface Dual {
  readonly h: FormTerm;
  /** 0 in the codomain of K */
  readonly zero: Variable;
  /** the step of its dual variable */
  readonly step: Variable;
  /** K z + b */
  readonly image: (site: Site, z: Variable) => Variable;
  /** K'p */
  readonly adjoint: (site: Site, p: Variable) => Variable;
}

/** Where the iterations stand: the dual variables, those extrapolated, of both K'p, and the momentum. */
interface State {
  readonly dual: readonly Variable[];
  readonly ahead: readonly Variable[];
  readonly sum: Variable;
  readonly sumAhead: Variable;
  readonly momentum: Variable;
  readonly runs: Variable;
}

/** Norms of operators that are 0 divide nothing. */
const LEAST_NORM = 1e-12;

/**
 * argmin_z g(z) + sum of h_i(K_i z + b_i) + |z - x|^2/(2t) by accelerated projected gradient on the dual variables p_i,
 * from 0: z = prox_{tg}(x - t K'p), p_i <- prox_{s_i h_i*}(p_i + s_i (K_i z + b_i)), s_i = 1/(m t |K_i|^2) for m terms, with the
 * momentum of FISTA, which begins anew where it points uphill. Each sample stops where one iteration moves z by at most
 * `tolerance` times the larger of |x| and |z|, or at the cap. The derivative is that of the iterations that were taken.
 * Sources: Beck and Teboulle, IEEE Trans. Image Process. 18 (2009); O'Donoghue and Candes, Found. Comput. Math. 15 (2015).
 */
export function proxByDualIterations(
  site: Site,
  terms: readonly DualTerm[],
  wanted: Wanted,
  rules: ClosedRules,
): Variable {
  const { builder } = site;
  const { x, settings } = wanted;
  const duals = terms.map((term) => dualOf(site, term, wanted, terms.length));
  const zeros = duals.map(({ zero }) => zero);
  const nothing = zeroOf(builder, spaceOfVariable(x));
  const start: State = {
    dual: zeros,
    ahead: zeros,
    sum: nothing,
    sumAhead: nothing,
    momentum: builder.constant(1),
    runs: truth(builder, true),
  };
  const { carried } = builder.loop(
    packed(start),
    (_, values) => unpacked(values, duals.length).runs,
    (inner, values) => {
      const here = within(site, inner, new Scope(site.scope));
      return packed(nextState(here, unpacked(values, duals.length), duals, wanted, rules));
    },
    settings.maximum,
    [...duals.map(() => "p"), ...duals.map(() => "q"), "kp", "kq", "momentum", "runs"],
  );
  return rules.kept(site, pointOf(builder, unpacked(carried, duals.length).sum, wanted));
}

/** x - t K'p */
function pointOf(builder: IrBuilder, sum: Variable, { x, step }: Wanted): Variable {
  return builder.elementwise("sub", [x, builder.elementwise("mul", [step, sum])]);
}

function dualOf(site: Site, { term, map }: DualTerm, { x, step }: Wanted, count: number): Dual {
  const { builder } = site;
  const links = term.links.slice(0, map);
  const isVariation = term.atom.kind === "library" && term.atom.name === "tv";
  const behind = applyLinks(site, links, zeroOf(builder, spaceOfVariable(x)), false);
  const image = (here: Site, z: Variable): Variable => {
    const linked = applyLinks(here, links, z, true);
    return isVariation ? applyForm(here.builder, gradientOperator(here, behind), linked) : linked;
  };
  const adjoint = (here: Site, p: Variable): Variable => {
    const back = isVariation ? applyAdjointForm(here.builder, gradientOperator(here, behind), p) : p;
    return applyLinksAdjoint(here, links, back);
  };
  const sizes = [
    ...sizesOfLinks(site, links),
    ...(isVariation ? [normOfGivenForm(builder, gradientOperator(site, behind))] : []),
  ];
  const square = sizes.reduce(
    (product, size) => builder.elementwise("mul", [product, builder.elementwise("square", [size])]),
    builder.constant(count),
  );
  const steep = builder.elementwise("mul", [square, largest(builder, step)]);
  return {
    h: isVariation ? { ...term, atom: GROUPS, links: [] } : { ...term, links: term.links.slice(map) },
    zero: zeroOf(builder, spaceOfVariable(image(site, zeroOf(builder, spaceOfVariable(x))))),
    step: builder.elementwise("reciprocal", [
      builder.elementwise("max", [steep, builder.constant(LEAST_NORM)]),
    ]),
    image,
    adjoint,
  };
}

/** What `tv` is behind the gradient. */
const GROUPS: FormTerm["atom"] = { kind: "library", name: "norm21", arguments: [], settings: {} };

/** The largest entry of a step. */
function largest(builder: IrBuilder, step: Variable): Variable {
  const space = spaceOfVariable(step);
  return space.kind === "array" && space.dimensions.length === 0 ? step : builder.maximum(step);
}

function nextState(
  site: Site,
  state: State,
  duals: readonly Dual[],
  wanted: Wanted,
  rules: ClosedRules,
): State {
  const { builder: b } = site;
  const z = rules.kept(site, pointOf(b, state.sumAhead, wanted));
  const dual = duals.map(({ h, step, image }, i) => {
    const along = b.elementwise("mul", [step, image(site, z)]);
    return rules.conjugate(site, h, b.elementwise("add", [at(state.ahead, i), along]), step);
  });
  const sum = duals
    .map(({ adjoint }, i) => adjoint(site, at(dual, i)))
    .reduce((total, part) => b.elementwise("add", [total, part]));
  const uphill = duals
    .map(({ step }, i) => {
      const back = b.elementwise("sub", [at(state.ahead, i), at(dual, i)]);
      const change = b.elementwise("sub", [at(dual, i), at(state.dual, i)]);
      return b.elementwise("div", [b.dot(back, change), step]);
    })
    .reduce((total, part) => b.elementwise("add", [total, part]));
  const anew = b.elementwise("less", [b.constant(0), uphill]);
  const { momentum, weight } = nextMomentum(b, state.momentum, anew);
  const ahead = (now: Variable, before: Variable): Variable =>
    b.elementwise("add", [now, b.elementwise("mul", [weight, b.elementwise("sub", [now, before])])]);
  const moved = b.elementwise("mul", [wanted.step, b.elementwise("sub", [sum, state.sumAhead])]);
  return {
    dual,
    ahead: dual.map((now, i) => ahead(now, at(state.dual, i))),
    sum,
    sumAhead: ahead(sum, state.sum),
    momentum,
    runs: b.elementwise("not", [b.elementwise("lessEqual", [b.norm2(moved), boundOf(b, z, wanted)])]),
  };
}

/** The next momentum of FISTA, and the weight of the last change; 1 and 0 where it begins anew. */
function nextMomentum(
  b: IrBuilder,
  momentum: Variable,
  anew: Variable,
): { readonly momentum: Variable; readonly weight: Variable } {
  const one = b.constant(1);
  const square = b.elementwise("mul", [b.constant(4), b.elementwise("square", [momentum])]);
  const root = b.elementwise("sqrt", [b.elementwise("add", [one, square])]);
  const next = b.elementwise("mul", [b.constant(0.5), b.elementwise("add", [one, root])]);
  const weight = b.elementwise("div", [b.elementwise("sub", [momentum, one]), next]);
  return {
    momentum: b.elementwise("select", [anew, one, next]),
    weight: b.elementwise("select", [anew, b.constant(0), weight]),
  };
}

function boundOf(b: IrBuilder, z: Variable, { x, settings }: Wanted): Variable {
  const size = b.elementwise("max", [b.norm2(x), b.norm2(z)]);
  return b.elementwise("mul", [b.constant(settings.tolerance), size]);
}

function packed({ dual, ahead, sum, sumAhead, momentum, runs }: State): readonly Variable[] {
  return [...dual, ...ahead, sum, sumAhead, momentum, runs];
}

function unpacked(values: readonly Variable[], count: number): State {
  const [sum, sumAhead, momentum, runs] = values.slice(2 * count);
  if (sum === undefined || sumAhead === undefined || momentum === undefined || runs === undefined) {
    throw new Error("a state is whole");
  }
  return {
    dual: values.slice(0, count),
    ahead: values.slice(count, 2 * count),
    sum,
    sumAhead,
    momentum,
    runs,
  };
}

function at(values: readonly Variable[], place: number): Variable {
  const value = values[place];
  if (value === undefined) throw new Error("a dual variable is missing");
  return value;
}
