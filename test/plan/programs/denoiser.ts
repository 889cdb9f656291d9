import { parameter, type IrBuilder } from "../../../compiler/ir/build.ts";
import type { IrFunction, Variable } from "../../../compiler/ir/block.ts";
import type { ProgramDerivative } from "../../../compiler/ir/derivative.ts";
import type { IrParameter, IrProgram } from "../../../compiler/ir/program.ts";
import { NUMBER, spaceOf } from "../../../compiler/ir/spaces.ts";
import { array, at, block, data, e, fused, learned, operator, program, start, Y } from "../build.ts";

const IMAGE = array("h", "w");
const A = operator("A", IMAGE, Y);
const y = parameter("y", Y, false);
const eta = parameter("eta", NUMBER, true);
const x = parameter("x", IMAGE, false);
const WIDTH = 4;

const weight = (name: string, ...shape: readonly number[]): Variable =>
  parameter(name, array(...shape), true);

/** The weights of D by their names in files. */
const weights: readonly Variable[] = [
  weight("D.conv1.filter", 3, 3, 1, WIDTH),
  weight("D.conv1.bias", WIDTH),
  weight("D.conv2.filter", 3, 3, WIDTH, 1),
  weight("D.conv2.bias", 1),
];

const inside = weights.map((each) => ({ ...each, name: each.name.slice(2) }));
const u = parameter("u", IMAGE, false);

function layers(inner: IrBuilder): {
  readonly image: Variable;
  readonly hidden: Variable;
  readonly output: Variable;
} {
  const [filter1, bias1, filter2, bias2] = [at(inside, 0), at(inside, 1), at(inside, 2), at(inside, 3)];
  const image = inner.named(inner.reshape(u, array("h", "w", 1)), "image");
  const c1 = inner.named(inner.convolve(image, filter1, 1), "c1");
  const hidden = fused(inner, "hidden", e("relu", e("add", "c", "bias")), { c: c1, bias: bias1 });
  const c2 = inner.named(inner.convolve(hidden, filter2, 1), "c2");
  const noise = fused(inner, "noise", e("add", "c", "bias"), { c: c2, bias: bias2 });
  const flat = inner.named(inner.reshape(noise, IMAGE), "flat");
  return { image, hidden, output: fused(inner, "clean", e("sub", "u", "flat"), { u, flat }) };
}

const D: IrFunction = {
  name: "D",
  doc: "The denoiser D: R[h, w] -> R[h, w], two convolutions that estimate the noise.",
  body: block([u, ...inside], (inner) => [layers(inner).output]),
};

const saving: IrFunction = {
  name: "D_saving",
  doc: "`D`, with the values that its adjoint needs.",
  body: block([u, ...inside], (inner) => {
    const { image, hidden, output } = layers(inner);
    return [output, image, hidden];
  }),
};

function adjointFunction(): IrFunction {
  const image = parameter("image", array("h", "w", 1), false);
  const hidden = parameter("hidden", array("h", "w", WIDTH), false);
  const bar = parameter("clean_bar", IMAGE, false);
  const weights2 = inside.map((each) => ({ ...each }));
  return {
    name: "D_adjoint",
    doc: "Cotangents of the argument and the weights of `D`, from that of its result.",
    body: block([image, hidden, ...weights2, bar], (inner) => {
      const [filter1, bias1, filter2, bias2] = [
        at(weights2, 0),
        at(weights2, 1),
        at(weights2, 2),
        at(weights2, 3),
      ];
      const down = fused(inner, "down", e("neg", "b"), { b: bar });
      const c2 = inner.named(inner.reshape(down, array("h", "w", 1)), "c2_bar");
      const bias2Bar = inner.sumSamples(inner.sumTo(c2, spaceOf(bias2)));
      const filter2Bar = inner.convolveFilter(hidden, c2, spaceOf(filter2), 1);
      const back = inner.convolveInput(c2, filter2, array("h", "w", WIDTH), 1);
      const c1 = fused(inner, "c1_bar", e("mul", "b", e("positive", "hidden")), { b: back, hidden });
      const bias1Bar = inner.sumSamples(inner.sumTo(c1, spaceOf(bias1)));
      const filter1Bar = inner.convolveFilter(image, c1, spaceOf(filter1), 1);
      const first = inner.convolveInput(c1, filter1, array("h", "w", 1), 1);
      const flat = inner.reshape(first, IMAGE);
      return [
        fused(inner, "u_bar", e("add", "b", "f"), { b: bar, f: flat }),
        filter1Bar,
        bias1Bar,
        filter2Bar,
        bias2Bar,
      ];
    }),
  };
}

const adjoint = adjointFunction();

function descended(inner: IrBuilder, from: Variable): Variable {
  const Ax = inner.apply(A, from, false);
  const r = fused(inner, "r", e("sub", "Ax", "y"), { Ax, y });
  const g = inner.named(inner.apply(A, r, true), "g");
  return fused(inner, "v", e("sub", "x", e("mul", "eta", "g")), { x: from, eta, g });
}

function stepDerivative(): ProgramDerivative["step"] {
  const state = parameter("x", IMAGE, false);
  const save = block([state], (inner) => {
    const results = inner.call(saving, [descended(inner, state), ...weights]);
    return [at(results, 0)];
  });
  const outputs = save.equations.at(-1)?.outputs ?? [];
  const g = at(save.equations[2]?.outputs ?? [], 0);
  const bar = parameter("x_bar", IMAGE, false);
  const reverse = block([bar], (inner) => {
    const [v = bar, ...rest] = inner.call(adjoint, [at(outputs, 1), at(outputs, 2), ...weights, bar]);
    const Av = inner.apply(A, v, false);
    const AtAv = inner.apply(A, Av, true);
    const xBar = fused(inner, "x_bar", e("sub", "v", e("mul", "eta", "b")), { v, eta, b: AtAv });
    const each = fused(inner, "eta_bar", e("neg", "d"), { d: inner.dot(g, v) });
    return [xBar, inner.sumSamples(each), ...rest];
  });
  return { save, adjoint: { block: reverse, of: [state, eta, ...weights] }, stateAdjoint: null };
}

function convolutionWeight(variable: Variable): IrParameter {
  const bias = variable.name.endsWith("bias");
  const random = { kind: "random", init: bias ? "zero" : "he" } as const;
  return {
    ...learned(
      variable,
      start((inner) => inner.constant(0)),
    ),
    initial: random,
  };
}

/** A gradient step and a small network, with a step length for each layer. */
export const denoiser: IrProgram = program({
  name: "denoiser",
  doc: "A gradient step, then a network in the place of the prox.",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: null },
  ],
  spaces: [{ name: "Y", field: "any" }],
  givens: [data(A, { properties: [{ name: "norm", bound: 1 }] })],
  inputs: [data(y)],
  parameters: [
    ...weights.map(convolutionWeight),
    learned(
      eta,
      start((inner) => inner.constant(1)),
      { perStep: true },
    ),
  ],
  states: [{ name: "x", space: IMAGE, doc: "", assumedInterval: null, carried: true }],
  functions: [D],
  initial: block([], (inner) => [inner.named(inner.apply(A, y, true), "x")]),
  step: block([x], (inner) => [at(inner.call(D, [descended(inner, x), ...weights]), 0)]),
  finish: block([x], () => [x]),
});

/** Its reverse by the step lengths and the weights. */
export const denoiserDerivative: ProgramDerivative = {
  prepare: null,
  initial: null,
  step: stepDerivative(),
  finish: {
    save: block([x], () => [x]),
    adjoint: { block: block([parameter("output_bar", IMAGE, false)], (_, bars) => bars), of: [x] },
    stateAdjoint: null,
  },
  functions: [D, saving, adjoint],
};
