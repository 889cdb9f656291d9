import { describe, expect, test } from "vitest";
import { NotDifferentiable } from "../../compiler/differentiate/notDifferentiable.ts";
import type { Variable } from "../../compiler/ir/block.ts";
import { IrBuilder, parameter } from "../../compiler/ir/build.ts";
import { matrixOperator } from "../../compiler/ir/evaluate/operators/matrix.ts";
import { asValue, itemAt, type LaneValue } from "../../compiler/ir/evaluate/lanes.ts";
import { bindSpace } from "../../compiler/ir/evaluate/rules.ts";
import { constant, multiply, name } from "../../compiler/types/dimension.ts";
import type { Operation } from "../../compiler/ir/operation.ts";
import { definedBy } from "../../compiler/ir/variables.ts";
import type { Space } from "../../compiler/types/space.ts";
import { COMPLEX, Dice, NUMBER, randomLanes, randomValue, REAL, setting, space } from "../ir/lab.ts";
import { parse } from "../../runtime/arrays/parse.ts";
import { expectDerivative, expectGradients } from "./check.ts";

type Emit = (b: IrBuilder, inputs: readonly Variable[]) => readonly Variable[];

interface Example {
  readonly spaces: readonly Space[];
  readonly emit: Emit;
  /** which inputs may be shared; the others never are */
  readonly shareable?: readonly number[];
  /** inputs that are always shared */
  readonly shared?: readonly number[];
  readonly vanishes?: boolean;
  /** by which inputs each sample has a derivative of its own: not by filters, which are weights */
  readonly along?: readonly number[];
}

const IMAGE = space("real", "h", "w", "c");
const SMALL = space("real", "n", "m", "c");
const FILTERS: Space = {
  kind: "array",
  element: "real",
  dimensions: [constant(3), constant(3), name("c"), constant(2)],
};
const EACH: Space = { kind: "array", element: "real", dimensions: [constant(3), constant(3), name("c")] };
const EVEN: Space = { kind: "array", element: "real", dimensions: [constant(2), constant(4), name("c")] };
/** what the filters make of a small image */
const FILTERED: Space = {
  kind: "array",
  element: "real",
  dimensions: [name("n"), name("m"), constant(2)],
};
const PAIR: Space = { kind: "product", parts: [REAL, COMPLEX] };
const MATRIX = space("real", "m", "n");
const LIST = space("real", "h");
const COMPLEX_ROWS = space("complex", "m", "c");
const COMPLEX_COLUMN = space("complex", "m");
const two = constant(2);

/** Indices 0, 1 and 2 from numbers, between which finite differences do not jump. */
const anyIndex = (b: IrBuilder, t: Variable): Variable =>
  b.elementwise("floor", [b.elementwise("mul", [b.constant(3), b.elementwise("sigmoid", [t])])]);

/** A function of a slice and of what all slices of a sample share. */
const sliced =
  (of: (b: IrBuilder, slice: Variable, other: Variable) => Variable): Emit =>
  (b, [x, v]) => {
    const [array, other] = [x!, v!];
    const like = array.shared ? other : array;
    const dimensions =
      array.type.kind === "value" && array.type.space.kind === "array" ? array.type.space : null;
    const count = dimensions?.dimensions.at(-1) ?? constant(1);
    return [b.joinSlices(of(b, b.slices(array, like), b.repeatSlices(other, count, like)), count, like)];
  };

/** A number in (0.2, 0.7). */
const someStep = (b: IrBuilder, t: Variable): Variable =>
  b.elementwise("add", [
    b.constant(0.2),
    b.elementwise("mul", [b.constant(0.5), b.elementwise("sigmoid", [t])]),
  ]);

const one =
  (emit: (b: IrBuilder, a: Variable, c: Variable) => Variable): Emit =>
  (b, inputs) => [emit(b, inputs[0]!, inputs[1] ?? inputs[0]!)];

/** Examples for every operation through which derivatives go; control flow and calls have tests of their own. */
const EXAMPLES: { readonly [P in Operation]: readonly Example[] } = {
  constant: [],
  size: [],
  fill: [
    { spaces: [NUMBER], emit: one((b, t) => b.fill(t, IMAGE)) },
    { spaces: [NUMBER], emit: one((b, t) => b.fill(t, COMPLEX)) },
  ],
  elementwise: [{ spaces: [PAIR, NUMBER], emit: one((b, p, t) => b.elementwise("mul", [t, p])) }],
  fused: [
    {
      spaces: [REAL, REAL, NUMBER],
      emit: (b, inputs) =>
        b.emit(
          "fused",
          {
            inputs: ["x", "g", "t"],
            results: { y: parse("tanh(x - t*g)"), z: parse("2*y - x*g") },
          },
          inputs,
        ),
    },
  ],
  product: [{ spaces: [REAL, COMPLEX], emit: (b, inputs) => [b.product(inputs)] }],
  part: [{ spaces: [PAIR], emit: one((b, p) => b.part(p, 1)) }],
  sum: [
    { spaces: [IMAGE], emit: one((b, x) => b.sum(x)) },
    { spaces: [PAIR], emit: one((b, x) => b.sum(x)) },
  ],
  maximum: [{ spaces: [IMAGE], emit: one((b, x) => b.maximum(x)) }],
  minimum: [{ spaces: [REAL], emit: one((b, x) => b.minimum(x)) }],
  dot: [
    { spaces: [COMPLEX, COMPLEX], emit: one((b, x, y) => b.dot(x, y)) },
    { spaces: [PAIR], emit: one((b, x) => b.dot(x, x)) },
  ],
  norm2: [
    { spaces: [PAIR], emit: one((b, x) => b.norm2(x)) },
    { spaces: [REAL], emit: one((b, x) => b.norm2(x)) },
  ],
  coordinate: [],
  count: [{ spaces: [REAL], emit: one((b, x) => b.count(x)), vanishes: true }],
  cumulativeSum: [{ spaces: [REAL], emit: one((b, x) => b.cumulativeSum(x)) }],
  groupNorm: [
    { spaces: [IMAGE], emit: one((b, x) => b.groupNorm(x)) },
    { spaces: [space("complex", "m", "c")], emit: one((b, x) => b.groupNorm(x)) },
  ],
  channelMaximum: [{ spaces: [IMAGE], emit: one((b, x) => b.channelMaximum(x)) }],
  sumTo: [
    { spaces: [IMAGE], emit: one((b, x) => b.sumTo(x, space("real", "c"))) },
    { spaces: [space("complex", "m", "c")], emit: one((b, x) => b.sumTo(x, NUMBER)) },
  ],
  sumSamples: [],
  // each of the four in one chain, on arrays and numbers that the samples share or not
  slices: [
    { spaces: [IMAGE, NUMBER], emit: sliced((b, x, t) => b.elementwise("mul", [t, x])) },
    { spaces: [COMPLEX_ROWS, COMPLEX_COLUMN], emit: sliced((b, x, v) => b.elementwise("mul", [v, x])) },
  ],
  joinSlices: [{ spaces: [IMAGE, NUMBER], emit: sliced((b, x, t) => b.elementwise("mul", [t, b.norm2(x)])) }],
  repeatSlices: [
    { spaces: [MATRIX, space("real", "m")], emit: sliced((b, x, v) => b.elementwise("sub", [x, v])) },
  ],
  sumSlices: [
    {
      spaces: [MATRIX, space("real", "m")],
      emit: (b, [x, v]) => {
        const like = x!.shared ? v! : x!;
        const parts = b.elementwise("mul", [b.slices(x!, like), b.repeatSlices(v!, name("n"), like)]);
        return [b.sumSlices(parts, name("n"), like)];
      },
    },
  ],
  nuclearNorm: [],
  shrinkSingular: [
    { spaces: [MATRIX, NUMBER], emit: one((b, x, t) => b.shrinkSingular(x, someStep(b, t))) },
    { spaces: [COMPLEX_ROWS, NUMBER], emit: one((b, x, t) => b.shrinkSingular(x, someStep(b, t))) },
  ],
  shrinkSingularGradient: [],
  samples: [],
  inTraining: [
    { spaces: [REAL, REAL], emit: one((b, x, y) => b.inTraining(b.elementwise("square", [x]), y)) },
  ],
  observed: [],
  largest: [{ spaces: [REAL], emit: one((b, x) => b.largest(x, b.constant(0.5))), vanishes: true }],
  apply: [],
  applyMap: [],
  applyMapReverse: [],
  rows: [
    { spaces: [IMAGE], emit: one((b, x) => b.rows(x, b.constant(1))) },
    { spaces: [space("complex", "m", "c"), NUMBER], emit: one((b, z, t) => b.rows(z, anyIndex(b, t))) },
    { spaces: [REAL, LIST], emit: one((b, x, t) => b.rows(x, anyIndex(b, t))) },
    { spaces: [IMAGE, LIST], emit: one((b, x, t) => b.rows(x, anyIndex(b, t), 1)) },
  ],
  placeRows: [
    {
      spaces: [space("real", "h", "c"), LIST],
      emit: one((b, y, t) => b.placeRows(y, anyIndex(b, t), space("real", "m", "c"))),
    },
    { spaces: [space("complex", "c")], emit: one((b, y) => b.placeRows(y, b.constant(1), COMPLEX_ROWS)) },
  ],
  applyRows: [],
  rowNorms: [],
  norm: [],
  gram: [],
  diagonalise: [],
  composition: [],
  library: [
    {
      spaces: [REAL, REAL],
      emit: one((b, d, x) => b.apply(b.library("diag", {}, REAL, REAL, [d]), x, false)),
    },
    {
      spaces: [space("complex", "m"), space("complex", "m", "c")],
      emit: one((b, d, x) => {
        const domain = space("complex", "m", "c");
        return b.apply(b.library("diag", {}, domain, domain, [d]), x, true);
      }),
    },
  ],
  /* as every operator that is bound: what follows compares it with its adjoint */
  filteredBackprojection: [],
  matvec: [
    { spaces: [MATRIX, REAL], emit: one((b, w, x) => b.matvec(w, x, false, space("real", "m"))) },
    { spaces: [MATRIX, space("real", "m")], emit: one((b, w, x) => b.matvec(w, x, true, REAL)) },
    {
      spaces: [space("complex", "m", "n"), space("complex", "m")],
      emit: one((b, w, x) => b.matvec(w, x, true, COMPLEX)),
    },
    {
      spaces: [space("complex", "m", "n"), COMPLEX],
      emit: one((b, w, x) => b.matvec(w, x, false, space("complex", "m"))),
    },
  ],
  outerSum: [
    {
      spaces: [space("complex", "m"), COMPLEX],
      emit: one((b, y, x) => b.outerSum(y, x, space("complex", "m", "n"))),
    },
  ],
  materialise: [],
  frobenius: [],
  solve: [],
  convolve: [
    { spaces: [SMALL, FILTERS], emit: one((b, x, f) => b.convolve(x, f, 1)), shared: [1], along: [0] },
    {
      spaces: [space("real", "m", "m", "c"), FILTERS],
      emit: one((b, x, f) => b.convolve(x, f, 2)),
      shared: [1],
      along: [0],
    },
  ],
  convolveInput: [
    {
      spaces: [FILTERED, FILTERS],
      emit: one((b, g, f) => b.convolveInput(g, f, SMALL, 1)),
      shared: [1],
      along: [0],
    },
  ],
  convolveFilter: [
    { spaces: [SMALL, SMALL], emit: one((b, x, g) => b.convolveFilter(x, g, FILTERS, 1)), along: [] },
  ],
  maxPool: [{ spaces: [IMAGE], emit: one((b, x) => b.maxPool(x, 2)) }],
  maxPoolGradient: [
    {
      spaces: [IMAGE, { kind: "array", element: "real", dimensions: [two, constant(3), name("c")] }],
      emit: one((b, x, g) => b.maxPoolGradient(x, g, 2)),
    },
  ],
  depthwise: [
    { spaces: [SMALL, EACH], emit: one((b, x, f) => b.depthwise(x, f)), shared: [1], along: [0] },
    { spaces: [SMALL, EVEN], emit: one((b, x, f) => b.depthwise(x, f)), shared: [1], along: [0] },
  ],
  depthwiseInput: [
    { spaces: [SMALL, EVEN], emit: one((b, g, f) => b.depthwiseInput(g, f)), shared: [1], along: [0] },
  ],
  depthwiseFilter: [
    { spaces: [SMALL, SMALL], emit: one((b, x, g) => b.depthwiseFilter(x, g, EVEN)), along: [] },
  ],
  shuffle: [{ spaces: [space("real", "n", "c", "m")], emit: one((b, x) => b.shuffle(x, 2)) }],
  unshuffle: [{ spaces: [space("real", "h", "w", "n")], emit: one((b, x) => b.unshuffle(x, 2)) }],
  concat: [{ spaces: [IMAGE, space("real", "h", "w", "n")], emit: (b, inputs) => [b.concat(inputs)] }],
  channels: [{ spaces: [space("complex", "m", "n")], emit: one((b, x) => b.channels(x, constant(1), two)) }],
  placeChannels: [
    { spaces: [space("complex", "m", "c")], emit: one((b, x) => b.placeChannels(x, constant(1), name("m"))) },
  ],
  extendImage: [
    {
      spaces: [space("real", "h", "w", "c")],
      emit: one((b, x) => b.extendImage(x, { boundary: "periodic", before: 1, after: 2 })),
    },
    {
      spaces: [space("complex", "h", "w")],
      emit: one((b, x) => b.extendImage(x, { boundary: "neumann", before: 1, after: 0 })),
    },
    {
      spaces: [space("real", "h", "w")],
      emit: one((b, x) => b.extendImage(x, { boundary: "reflect", before: 1, after: 1 })),
    },
    {
      spaces: [space("complex", "h", "w", "c")],
      emit: one((b, x) => b.extendImage(x, { boundary: "periodic", before: 2, after: 1, only: 1 })),
    },
  ],
  foldImage: [
    {
      spaces: [space("real", "h", "w")],
      emit: one((b, x) => b.foldImage(x, { boundary: "zero", before: 0, after: 1 })),
    },
    {
      spaces: [space("real", "h", "w")],
      emit: one((b, x) => b.foldImage(x, { boundary: "neumann", before: 1, after: 1, only: 0 })),
    },
  ],
  padImage: [{ spaces: [space("real", "n", "w", "c")], emit: one((b, x) => b.padImage(x, 4)) }],
  cropImage: [{ spaces: [IMAGE], emit: one((b, x) => b.cropImage(x, space("real", "n", "m", "c"))) }],
  padImageTo: [{ spaces: [space("real", "n", "m", "c")], emit: one((b, x) => b.padImageTo(x, IMAGE)) }],
  reshape: [
    {
      spaces: [space("complex", "m", "c")],
      emit: one((b, x) =>
        b.reshape(x, { kind: "array", element: "complex", dimensions: [multiply(name("m"), name("c"))] }),
      ),
    },
  ],
  branch: [],
  loop: [],
  loopSaving: [],
  loopAdjoint: [],
  call: [],
  fixedPoint: [],
  stopGradient: [{ spaces: [REAL], emit: one((b, x) => b.stopGradient(x)), vanishes: true }],
};

const LANES = 2;

function check(example: Example, sharing: readonly boolean[], seed: number): void {
  const inputs = example.spaces.map((each, i) =>
    parameter(`a${i}`, each, sharing[i] === true || example.shared?.includes(i) === true),
  );
  const block = new IrBuilder().block(inputs, (inner) => {
    const results = example.emit(inner, inputs);
    // a function of second order behind it, so that the cotangents differ from entry to entry
    return results.flatMap((result) => [result, inner.dot(result, result)]);
  });
  const dice = new Dice(seed);
  const where = setting();
  const bindings = new Map(inputs.map((input) => [input, randomLanes(input, LANES, dice, where)] as const));
  const vanishes = example.vanishes === true;
  const whole = { block, bindings, wanted: inputs, lanes: LANES, setting: where, vanishes };
  expectGradients(whole, seed);
  const along = inputs.filter((_, i) => example.along?.includes(i) ?? true);
  if (!vanishes && along.length > 0) expectDerivative({ ...whole, wanted: along }, seed);
}

const covered = Object.entries(EXAMPLES).flatMap(([operation, examples]) =>
  examples.map((example, i) => ({ title: `${operation} (${i + 1})`, example })),
);

describe.each(covered)("the derivative of $title", ({ example }) => {
  test("by values of each sample and by shared ones", () => {
    check(example, [false, false, false], 1);
    check(example, [true, false, true], 2);
    check(example, [false, true, true], 3);
    check(example, [true, true, true], 4);
  });
});

test("apply and its adjoint, by the value", () => {
  const where = setting();
  for (const element of ["real", "complex"] as const) {
    const [domain, codomain] = [space(element, "n"), space(element, "m")];
    const A: Variable = {
      name: "A",
      type: { kind: "operator", domain, codomain, properties: [] },
      shared: true,
    };
    const x = parameter("x", domain, false);
    const block = new IrBuilder().block([x], (b) => {
      const y = b.apply(A, b.elementwise("square", [x]), false);
      const row = b.applyRows(A, b.constant(1), b.elementwise("square", [x]), false);
      const back = b.applyRows(A, b.constant(2), b.elementwise("square", [row]), true);
      return [y, b.apply(A, b.elementwise("square", [y]), true), row, back];
    });
    const dice = new Dice(5);
    const matrix = randomValue({ kind: "array", field: element, shape: [4, 3] }, dice);
    const operator: LaneValue = {
      shared: true,
      value: matrixOperator(matrix, bindSpace(domain, where), bindSpace(codomain, where)),
    };
    const bindings = new Map([
      [A, operator],
      [x, randomLanes(x, LANES, dice, where)],
    ]);
    expectGradients({ block, bindings, wanted: [x], lanes: LANES, setting: where });
  }
});

test.each(["gradient", "wavelet", "blur", "fourier", "over_channels", "downsample"] as const)(
  "the operator %s is the transpose of its adjoint",
  (operator) => {
    const complex = space("complex", "h", "h", "c");
    const kernel = parameter("k", space("real", "n", "n"), true);
    const x = parameter("x", complex, false);
    const codomains: Partial<Record<typeof operator, Space>> = {
      gradient: { kind: "array", element: "complex", dimensions: [name("h"), name("h"), name("c"), two] },
      over_channels: {
        kind: "array",
        element: "complex",
        dimensions: [name("h"), name("h"), name("c"), two],
      },
      downsample: { kind: "array", element: "complex", dimensions: [two, two, name("c")] },
    };
    const settings =
      operator === "wavelet" ? { name: "db4", levels: 2 } : operator === "downsample" ? { q: 2 } : {};
    const block = new IrBuilder().block([x], (b) => {
      const arrays = operator === "blur" ? [kernel] : [];
      const made = b.library(operator, settings, complex, codomains[operator] ?? complex, arrays);
      return [b.apply(made, x, false)];
    });
    const where = setting();
    const dice = new Dice(6);
    const bindings = new Map([
      [kernel, randomLanes(kernel, 1, dice, where)],
      [x, randomLanes(x, 1, dice, where)],
    ]);
    expectGradients({ block, bindings, wanted: [x], lanes: 1, setting: where, outer: new IrBuilder() });
    expect(definedBy(block).some((variable) => variable.type.kind === "operator")).toBe(true);
    expect(asValue(itemAt(bindings.get(x)!, 0)).kind).toBe("array");
  },
);

test.each(["radon", "fan_beam"] as const)("so is %s, and filtered back-projection", (operator) => {
  const image: Space = { kind: "array", element: "real", dimensions: [constant(3), constant(4), name("c")] };
  const views: Space = { kind: "array", element: "real", dimensions: [name("m"), constant(5), name("c")] };
  const angles = parameter("angles", space("real", "m"), true);
  const x = parameter("x", image, false);
  const distances = operator === "radon" ? {} : { source: 9, detector: 3 };
  const block = new IrBuilder().block([x], (b) => {
    const A = b.library(operator, { spacing: 0.7, ...distances }, image, views, [angles]);
    const y = b.apply(A, x, false);
    if (operator === "fan_beam") return [y, b.apply(A, b.elementwise("square", [y]), true)];
    const inverse = b.filteredBackprojection(A, "hann");
    return [b.apply(inverse, y, false), b.apply(inverse, b.elementwise("square", [x]), true)];
  });
  const where = setting();
  const dice = new Dice(6);
  const bindings = new Map([
    [angles, randomLanes(angles, 1, dice, where)],
    [x, randomLanes(x, 1, dice, where)],
  ]);
  expectGradients({ block, bindings, wanted: [x], lanes: 1, setting: where });
});

test("what has no derivative says so", () => {
  const x = parameter("x", REAL, false);
  const throwing = (emit: Emit): (() => void) => {
    const block = new IrBuilder().block([x], (b) => emit(b, [x]));
    const where = setting();
    return () => {
      expectGradients({
        block,
        bindings: new Map([[x, randomLanes(x, 2, new Dice(1), where)]]),
        wanted: [x],
        lanes: 2,
        setting: where,
      });
    };
  };
  expect(throwing((b) => [b.materialise(REAL, (inner, v) => inner.elementwise("mul", [x, v]))])).toThrow(
    NotDifferentiable,
  );
});
