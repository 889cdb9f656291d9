import type { EquationOf, Variable } from "../ir/block.ts";
import type { Operation } from "../ir/operation.ts";
import { arraySpace, isComplex, isNumber, isReal, sameSpace, spaceOf } from "../ir/spaces.ts";
import { add, constant, divideBy, type Dimension } from "../types/dimension.ts";
import { filled } from "./algebra.ts";
import { reverseBranch, reverseCall, reverseFused, reverseLoop, reverseSolve } from "./control.ts";
import { ELEMENTWISE_REVERSE } from "./elementwise.ts";
import { reverseFixedPoint } from "./fixedPoint.ts";
import { reverseApplyOfLibrary } from "./libraryOperators.ts";
import { reverseMatrix } from "./matrices.ts";
import { NotDifferentiable, type Obstacle } from "./notDifferentiable.ts";
import type { Reversal } from "./reversal.ts";

/** Contributes to the cotangents of what an equation reads, given those of its outputs, of which one is not null. */
export type ReverseRule<P extends Operation> = (
  equation: EquationOf<P>,
  cotangents: readonly (Variable | null)[],
  reversal: Reversal,
) => void;

/** A rule for an operation with one output, from its inputs and the output's cotangent. */
type OneOutput<P extends Operation> = (
  site: {
    readonly equation: EquationOf<P>;
    readonly g: Variable;
    readonly y: Variable;
    /** the first two inputs; the second one is the first where there is only one */
    readonly a: Variable;
    readonly b: Variable;
  },
  reversal: Reversal,
) => void;

function one<P extends Operation>(rule: OneOutput<P>): ReverseRule<P> {
  return (equation, [g], reversal) => {
    const [a] = equation.inputs;
    const [y] = equation.outputs;
    if (g === null || g === undefined || a === undefined || y === undefined) return;
    rule({ equation, g, y, a, b: equation.inputs[1] ?? a }, reversal);
  };
}

/** The operations through which no derivative goes. */
const constantRule = (): void => undefined;

const missing =
  (what: string, obstacle?: Obstacle) =>
  (equation: EquationOf<Operation>): void => {
    throw new NotDifferentiable(what, equation.span, obstacle);
  };

const extreme = one<"maximum" | "minimum">(({ g, y, a }, r) => {
  const { algebra: e } = r;
  const reached = e.call("equal", a, y);
  r.contribute(a, e.mul(reached, e.div(g, r.builder.sum(reached))));
});

export const REVERSE_RULES: { readonly [P in Operation]: ReverseRule<P> } = {
  constant: constantRule,
  size: constantRule,
  coordinate: constantRule,
  fill: one(({ g, a }, r) => {
    r.contribute(a, g);
  }),
  elementwise: (equation, cotangents, r) => {
    reverseElementwise(equation, cotangents[0] ?? null, r);
  },
  fused: (equation, cotangents, r) => {
    reverseFused(equation, cotangents, r);
  },
  product: (equation, [g], r) => {
    if (g === null || g === undefined) return;
    equation.inputs.forEach((input, i) => {
      if (r.varied.has(input)) r.contribute(input, r.builder.part(g, i));
    });
  },
  part: one(({ equation, g, a }, r) => {
    r.contributePart(a, equation.attributes.index, g);
  }),
  sum: one(({ g, a }, r) => {
    r.contribute(a, filled(r.builder, g, spaceOf(a)));
  }),
  maximum: extreme,
  minimum: extreme,
  dot: one(({ g, a, b }, r) => {
    const { algebra: e } = r;
    if (a === b) {
      r.contribute(a, e.mul(e.mul(e.number(2), g), a));
      return;
    }
    if (r.varied.has(a)) r.contribute(a, e.mul(g, b));
    if (r.varied.has(b)) r.contribute(b, e.mul(g, a));
  }),
  norm2: one(({ g, y, a }, r) => {
    const { algebra: e } = r;
    r.contribute(a, e.mul(e.where(y, e.div(g, y)), a));
  }),
  count: constantRule,
  cumulativeSum: one(({ g, a }, r) => {
    const { algebra: e } = r;
    const others = e.sub(r.builder.cumulativeSum(g), g);
    r.contribute(a, e.sub(filled(r.builder, r.builder.sum(g), spaceOf(a)), others));
  }),
  groupNorm: one(({ g, y, a }, r) => {
    const { algebra: e } = r;
    r.contribute(a, e.mul(e.where(y, e.div(g, y)), a));
  }),
  channelMaximum: one(({ g, y, a }, r) => {
    const { algebra: e } = r;
    const reached = e.call("equal", a, y);
    r.contribute(a, e.mul(reached, e.div(g, r.builder.sumTo(reached, spaceOf(y)))));
  }),
  sumTo: one(({ g, a }, r) => {
    r.contribute(a, r.algebra.mul(g, filled(r.builder, r.algebra.number(1), spaceOf(a))));
  }),
  slices: one(({ equation, g, a, b }, r) => {
    demandAllSamples(equation, r);
    r.contribute(a, r.builder.joinSlices(g, channelsOf(a), b));
  }),
  joinSlices: one(({ equation, g, a, b }, r) => {
    demandAllSamples(equation, r);
    r.contribute(a, r.builder.slices(g, b));
  }),
  // a shared value is read by all slices; its cotangent is summed already, unless each sample has its own
  repeatSlices: one(({ equation, g, y, a, b }, r) => {
    demandAllSamples(equation, r);
    const summed = y.shared && r.samples === "sum";
    r.contribute(a, summed ? g : r.builder.sumSlices(g, equation.attributes.count, b));
  }),
  sumSlices: one(({ equation, g, a, b }, r) => {
    demandAllSamples(equation, r);
    const { count } = equation.attributes;
    r.contribute(a, r.builder.repeatSlices(g, count, b));
  }),
  nuclearNorm: missing("a nuclear norm"),
  // P(c x, c t) = c P(x, t), so that t dP/dt = P - dP/dx x; and dP/dx is symmetric
  shrinkSingular: one(({ g, y, a, b }, r) => {
    const { algebra: e, builder } = r;
    const back = builder.shrinkSingularGradient(a, b, g);
    if (r.varied.has(a)) r.contribute(a, back);
    if (r.varied.has(b)) r.contribute(b, e.div(e.sub(builder.dot(g, y), builder.dot(back, a)), b));
  }),
  // linear and symmetric in its cotangent
  shrinkSingularGradient: one(({ equation, g, a, b }, r) => {
    const cotangent = equation.inputs[2];
    if (r.varied.has(a) || r.varied.has(b)) {
      throw new NotDifferentiable("the derivative of singular values", equation.span);
    }
    if (cotangent !== undefined) r.contribute(cotangent, r.builder.shrinkSingularGradient(a, b, g));
  }),
  sumSamples: one(({ equation, g, a }, r) => {
    if (r.samples === "separate") throw new NotDifferentiable("a sum over samples", equation.span);
    r.contribute(a, g);
  }),
  samples: constantRule,
  inTraining: one(({ g, a, b }, r) => {
    const zero = filled(r.builder, r.algebra.number(0), spaceOf(g));
    r.contribute(a, r.builder.inTraining(g, zero));
    r.contribute(b, r.builder.inTraining(zero, g));
  }),
  observed: (equation, [g], r) => {
    const [x, average, statistic] = equation.inputs;
    if (x === undefined || average === undefined || statistic === undefined) return;
    r.contribute(x, g ?? null);
    r.contribute(average, r.algebra.sub(average, statistic));
  },
  largest: constantRule,
  apply: one(({ equation, g, a, b }, r) => {
    if (r.varied.has(b)) r.contribute(b, r.builder.apply(a, g, !equation.attributes.adjoint));
    if (r.varied.has(a)) reverseApplyOfLibrary(equation, g, r);
  }),
  applyMap: one(({ g, a, b }, r) => {
    r.contribute(b, r.builder.applyMapReverse(a, b, g));
  }),
  applyMapReverse: missing("the derivative of a map that is given"),
  rows: one(({ equation, g, a, b }, r) => {
    if (r.varied.has(a)) r.contribute(a, r.builder.placeRows(g, b, spaceOf(a), equation.attributes.axis));
  }),
  placeRows: one(({ equation, g, a, b }, r) => {
    if (r.varied.has(a)) r.contribute(a, r.builder.rows(g, b, equation.attributes.axis));
  }),
  applyRows: one(({ equation, g, a, b }, r) => {
    const [, , x] = equation.inputs;
    if (r.varied.has(a))
      throw new NotDifferentiable("rows of an operator, by the operator", equation.span, "operator");
    if (x !== undefined && r.varied.has(x)) {
      r.contribute(x, r.builder.applyRows(a, b, g, !equation.attributes.adjoint));
    }
  }),
  rowNorms: missing("the norms of the rows of an operator by what it is made of", "norm"),
  norm: missing("the norm of an operator by what it is made of", "norm"),
  gram: constantRule,
  diagonalise: constantRule,
  composition: constantRule,
  library: constantRule,
  filteredBackprojection: constantRule,
  matvec: one(({ equation, g, a, b }, r) => {
    const { transpose } = equation.attributes;
    if (r.varied.has(b)) r.contribute(b, r.builder.matvec(a, g, !transpose, spaceOf(b)));
    if (r.varied.has(a)) r.contribute(a, transpose ? reverseMatrix(a, b, g, r) : reverseMatrix(a, g, b, r));
  }),
  outerSum: one(({ g, a, b }, r) => {
    if (r.varied.has(a)) r.contribute(a, r.builder.matvec(g, b, false, spaceOf(a)));
    if (r.varied.has(b)) r.contribute(b, r.builder.matvec(g, a, true, spaceOf(b)));
  }),
  materialise: missing("the matrix of an operator"),
  frobenius: missing("the norm of a derivative", "norm"),
  solve: (equation, [g], r) => {
    if (g !== null && g !== undefined) reverseSolve(equation, g, r);
  },
  convolve: one(({ equation, g, a, b }, r) => {
    const { stride } = equation.attributes;
    if (r.varied.has(a)) r.contribute(a, r.builder.convolveInput(g, b, spaceOf(a), stride));
    if (r.varied.has(b)) r.contribute(b, filterGradient(equation, a, g, b, r));
  }),
  convolveInput: one(({ equation, g, a, b }, r) => {
    if (r.varied.has(a)) r.contribute(a, r.builder.convolve(g, b, equation.attributes.stride));
    if (r.varied.has(b)) r.contribute(b, filterGradient(equation, g, a, b, r));
  }),
  convolveFilter: one(({ equation, g, a, b }, r) => {
    const { stride } = equation.attributes;
    if (r.varied.has(a)) r.contribute(a, r.builder.convolveInput(b, g, spaceOf(a), stride));
    if (r.varied.has(b)) r.contribute(b, r.builder.convolve(a, g, stride));
  }),
  maxPool: one(({ equation, g, a }, r) => {
    r.contribute(a, r.builder.maxPoolGradient(a, g, equation.attributes.q));
  }),
  maxPoolGradient: one(({ equation, g, a, b }, r) => {
    if (r.varied.has(b)) r.contribute(b, pooledAtWinners(a, g, b, equation.attributes.q, r));
  }),
  depthwise: one(({ g, a, b }, r) => {
    if (r.varied.has(a)) r.contribute(a, r.builder.depthwiseInput(g, b));
    if (r.varied.has(b)) r.contribute(b, depthwiseFilterGradient(a, g, b, r));
  }),
  depthwiseInput: one(({ g, a, b }, r) => {
    if (r.varied.has(a)) r.contribute(a, r.builder.depthwise(g, b));
    if (r.varied.has(b)) r.contribute(b, depthwiseFilterGradient(g, a, b, r));
  }),
  depthwiseFilter: one(({ g, a, b }, r) => {
    if (r.varied.has(a)) r.contribute(a, r.builder.depthwiseInput(b, g));
    if (r.varied.has(b)) r.contribute(b, r.builder.depthwise(a, g));
  }),
  shuffle: one(({ equation, g, a }, r) => {
    r.contribute(a, r.builder.unshuffle(g, equation.attributes.q));
  }),
  unshuffle: one(({ equation, g, a }, r) => {
    r.contribute(a, r.builder.shuffle(g, equation.attributes.q));
  }),
  concat: (equation, [g], r) => {
    if (g === null || g === undefined) return;
    let begin = constant(0);
    for (const input of equation.inputs) {
      const size = channelsOf(input);
      if (r.varied.has(input)) r.contribute(input, r.builder.channels(g, begin, size));
      begin = add(begin, size);
    }
  },
  channels: one(({ equation, g, a }, r) => {
    r.contribute(a, r.builder.placeChannels(g, equation.attributes.begin, channelsOf(a)));
  }),
  placeChannels: one(({ equation, g, a }, r) => {
    r.contribute(a, r.builder.channels(g, equation.attributes.begin, channelsOf(a)));
  }),
  extendImage: one(({ equation, g, a }, r) => {
    r.contribute(a, r.builder.foldImage(g, equation.attributes));
  }),
  foldImage: one(({ equation, g, a }, r) => {
    r.contribute(a, r.builder.extendImage(g, equation.attributes));
  }),
  padImage: one(({ g, a }, r) => {
    r.contribute(a, r.builder.cropImage(g, spaceOf(a)));
  }),
  cropImage: one(({ g, a }, r) => {
    r.contribute(a, r.builder.padImageTo(g, spaceOf(a)));
  }),
  padImageTo: one(({ g, a }, r) => {
    r.contribute(a, r.builder.cropImage(g, spaceOf(a)));
  }),
  reshape: one(({ g, a }, r) => {
    r.contribute(a, r.builder.reshape(g, spaceOf(a)));
  }),
  branch: (equation, cotangents, r) => {
    reverseBranch(equation, cotangents, r);
  },
  loop: missing("a loop that has kept no trace"),
  loopSaving: (equation, cotangents, r) => {
    reverseLoop(equation, cotangents, r);
  },
  loopAdjoint: missing("a loop where it is taken twice, or in a direction", "loop"),
  call: (equation, cotangents, r) => {
    reverseCall(equation, cotangents, r);
  },
  stopGradient: constantRule,
  fixedPoint: (equation, [g], r) => {
    if (g !== null && g !== undefined) reverseFixedPoint(equation, g, r);
  },
};

function reverseElementwise(equation: EquationOf<"elementwise">, g: Variable | null, r: Reversal): void {
  const [a] = equation.inputs;
  const [y] = equation.outputs;
  if (g === null || a === undefined || y === undefined) return;
  const [, b = a, c = a] = equation.inputs;
  const rules = ELEMENTWISE_REVERSE[equation.attributes.function];
  equation.inputs.forEach((input, i) => {
    if (!r.varied.has(input)) return;
    const scale =
      equation.attributes.function === "mul" ? productWithNumber(input, i === 0 ? b : a, g, r) : null;
    r.contribute(input, scale ?? rules[i]?.({ e: r.algebra, a, b, c, y, g }) ?? null);
  });
}

/** The cotangent of a number t in t*x is <x, g>: one reduction. */
function productWithNumber(t: Variable, x: Variable, g: Variable, r: Reversal): Variable | null {
  const [space, other] = [spaceOf(t), spaceOf(x)];
  const reducible = isNumber(space) && isReal(space) && !isNumber(other) && sameSpace(other, spaceOf(g));
  return reducible ? r.builder.dot(x, g) : null;
}

/** Slices are samples of their own, so that what masks samples says nothing of them. */
function demandAllSamples(equation: EquationOf<Operation>, r: Reversal): void {
  if (r.mask === null) return;
  throw new NotDifferentiable("`each` in a loop or a branch that samples leave one by one", equation.span);
}

function channelsOf(variable: Variable): Dimension {
  const space = spaceOf(variable);
  return (space.kind === "array" ? space.dimensions.at(-1) : undefined) ?? constant(1);
}

function filterGradient(
  equation: EquationOf<"convolve" | "convolveInput">,
  images: Variable,
  cotangent: Variable,
  filters: Variable,
  r: Reversal,
): Variable {
  const { stride } = equation.attributes;
  const [x, g] = [r.masked(images), r.masked(cotangent)];
  return r.builder.convolveFilter(x, g, spaceOf(filters), stride, isApart([x, g], filters, r));
}

function depthwiseFilterGradient(
  images: Variable,
  cotangent: Variable,
  filters: Variable,
  r: Reversal,
): Variable {
  const [x, g] = [r.masked(images), r.masked(cotangent)];
  return r.builder.depthwiseFilter(x, g, spaceOf(filters), isApart([x, g], filters, r));
}

/** Whether each sample has a gradient of its own by filters. */
function isApart(factors: readonly Variable[], filters: Variable, r: Reversal): boolean {
  if (factors.every((factor) => factor.shared)) return false;
  return r.samples === "separate" || !filters.shared;
}

/** The entries of g at the winners of each window: the sum over the window of g where a cotangent of 1 would go. */
function pooledAtWinners(image: Variable, g: Variable, pooled: Variable, q: number, r: Reversal): Variable {
  const space = spaceOf(image);
  const [height, width, channels] = space.kind === "array" ? space.dimensions : [];
  if (height === undefined || width === undefined || channels === undefined)
    throw new Error("an image has three axes");
  const ones = filled(r.builder, r.algebra.number(1), spaceOf(pooled));
  const chosen = r.algebra.mul(r.builder.maxPoolGradient(image, ones, q), g);
  const element = isComplex(space) ? "complex" : "real";
  const [rows, columns, window] = [divideBy(height, q), divideBy(width, q), constant(q)];
  const windows = r.builder.reshape(chosen, arraySpace(element, [rows, window, columns, window, channels]));
  const single = constant(1);
  const sums = r.builder.sumTo(windows, arraySpace(element, [rows, single, columns, single, channels]));
  return r.builder.reshape(sums, spaceOf(pooled));
}
