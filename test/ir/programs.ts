import { gradient } from "../../compiler/differentiate/gradient.ts";
import type { Block, IrFunction, Variable } from "../../compiler/ir/block.ts";
import { IrBuilder, parameter } from "../../compiler/ir/build.ts";
import { Functions } from "../../compiler/ir/functions.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";
import { constant, name as variable } from "../../compiler/types/dimension.ts";
import type { Space } from "../../compiler/types/space.ts";
import { space } from "./lab.ts";

export const X = space("real", "n");
export const Y = space("real", "m");
export const R = space("real");
const Z = space("complex", "n");

export function operator(
  hint: string,
  domain: Space,
  codomain: Space,
  properties: readonly string[] = [],
): Variable {
  return { name: hint, type: { kind: "operator", domain, codomain, properties }, shared: true };
}

interface Parts {
  readonly givens?: readonly Variable[];
  readonly inputs?: readonly Variable[];
  readonly learned?: readonly Variable[];
  readonly perStep?: readonly Variable[];
  readonly binary?: readonly Variable[];
  readonly states: readonly (readonly [name: string, space: Space])[];
  readonly functions?: Functions;
  readonly initial: (b: IrBuilder) => readonly Variable[];
  readonly step: (b: IrBuilder, states: readonly Variable[]) => readonly Variable[];
  readonly loops?: boolean;
  readonly finish?: (b: IrBuilder, states: readonly Variable[]) => Variable;
  readonly objective?: (b: IrBuilder, states: readonly Variable[]) => Variable;
}

/** A program of the IR from functions that emit its sections, as lowering would. */
export function programOf(title: string, parts: Parts): IrProgram {
  const functions = parts.functions ?? new Functions();
  const declared = (variable: Variable): IrProgram["givens"][number] => ({
    variable,
    doc: "",
    perStep: false,
    interval: null,
    properties: parts.binary?.includes(variable) === true ? [{ name: "binary", bound: null }] : [],
    initial: null,
  });
  const states = (): readonly Variable[] => parts.states.map(([hint, of]) => parameter(hint, of, false));
  const section = (
    parameters: readonly Variable[],
    build: (b: IrBuilder, parameters: readonly Variable[]) => readonly Variable[],
  ): Block => new IrBuilder(functions).block(parameters, build);
  const empty: Block = { parameters: [], equations: [], results: [] };
  const { finish, objective } = parts;
  const program = {
    name: title,
    doc: "",
    hash: "",
    sizes: [
      { name: "n", initial: null },
      { name: "m", initial: null },
    ],
    spaces: [],
    givens: (parts.givens ?? []).map(declared),
    inputs: (parts.inputs ?? []).map(declared),
    parameters: (parts.learned ?? []).map((variable) => ({
      variable,
      name: variable.name,
      doc: "",
      perStep: parts.perStep?.includes(variable) === true,
      via: "projection" as const,
      interval: null,
      initial: { kind: "block" as const, block: section([], (b) => [b.constant(1)]) },
      spectralBound: null,
    })),
    states: parts.states.map(([hint, of]) => ({
      name: hint,
      space: of,
      doc: "",
      assumedInterval: null,
      carried: true,
    })),
    reports: [],
    counter: null,
    draws: [],
    constants: empty,
    prepare: empty,
    initial: section([], parts.initial),
    step: section(states(), parts.step),
    loops: parts.loops === true,
    finish: section(states(), (b, all) => [finish === undefined ? all[0]! : finish(b, all)]),
    objective: objective === undefined ? null : section(states(), (b, all) => [objective(b, all)]),
    until: null,
    requirements: [],
    targets: [],
    certificate: null,
  };
  return { ...program, functions: functions.all() };
}

export const A = operator("A", X, Y);
export const y = parameter("y", Y, false);
export const lambda = parameter("lambda", R, true);

/** 1/2 |A v - y|^2 as a block. */
function leastSquares(b: IrBuilder, A_: Variable = A, y_: Variable = y): Block {
  const domain = A_.type.kind === "operator" ? A_.type.domain : X;
  return b.block([parameter("v", domain, false)], (inner, [v]) => {
    const r = inner.named(inner.elementwise("sub", [inner.apply(A_, v!, false), y_]), "r");
    return [inner.elementwise("mul", [inner.constant(0.5), inner.dot(r, r)])];
  });
}

function zero(b: IrBuilder, of: Space): Variable {
  return b.fill(b.constant(0), of);
}

function call(
  b: IrBuilder,
  name_: Parameters<IrBuilder["elementwise"]>[0],
  ...inputs: readonly Variable[]
): Variable {
  return b.elementwise(name_, inputs);
}

/** x <- soft(x - t grad f(x), t lambda), with a step 1/|A|^2 that is learned from there. */
export function ista(): IrProgram {
  const t = parameter("t", R, true);
  return programOf("ista", {
    givens: [A, lambda],
    inputs: [y],
    learned: [t],
    states: [["x", X]],
    initial: (b) => [zero(b, X)],
    step: (b, [x]) => {
      const [g] = gradient(b, leastSquares(b), [x!]);
      const v = b.named(call(b, "sub", x!, call(b, "mul", t, g!)), "v");
      return [call(b, "soft", v, call(b, "mul", t, lambda))];
    },
    objective: (b, [x]) => {
      const [fx] = b.inline(leastSquares(b), [x!]);
      return call(b, "add", fx!, call(b, "mul", lambda, b.sum(call(b, "abs", x!))));
    },
  });
}

/** FISTA in the form with A'y apart, so that it can be hoisted; the same A'y starts it. */
export function fista(): IrProgram {
  return programOf("fista", {
    givens: [A, lambda],
    inputs: [y],
    states: [
      ["x", X],
      ["z", X],
      ["s", R],
    ],
    initial: (b) => [b.apply(A, y, true), zero(b, X), b.constant(1)],
    step: (b, [x, z, s]) => {
      const t = b.named(call(b, "div", b.constant(1), call(b, "square", b.norm(A))), "t");
      const g = call(b, "sub", b.apply(A, b.apply(A, z!, false), true), b.apply(A, y, true));
      const next = b.named(
        call(b, "soft", call(b, "sub", z!, call(b, "mul", t, g)), call(b, "mul", t, lambda)),
        "next",
      );
      const root = call(
        b,
        "sqrt",
        call(b, "add", b.constant(1), call(b, "mul", b.constant(4), call(b, "square", s!))),
      );
      const sn = call(b, "div", call(b, "add", b.constant(1), root), b.constant(2));
      const momentum = call(b, "div", call(b, "sub", s!, b.constant(1)), sn);
      return [next, call(b, "add", next, call(b, "mul", momentum, call(b, "sub", next, x!))), sn];
    },
  });
}

/** ADMM for masked Fourier data: the solve is diagonal in the Fourier basis, and the mask binary. */
export function admm(): IrProgram {
  const P = parameter("P", X, true);
  const rho = parameter("rho", R, true);
  const data = parameter("y", Z, false);
  return programOf("admm", {
    givens: [lambda, P],
    binary: [P],
    inputs: [data],
    learned: [rho],
    states: [
      ["x", Z],
      ["z", Z],
      ["u", Z],
    ],
    initial: (b) => [zero(b, Z), zero(b, Z), zero(b, Z)],
    step: (b, [, z, u]) => {
      const F = b.library("fourier", {}, Z, Z, []);
      const forward = (inner: IrBuilder, v: Variable): Variable =>
        call(inner, "mul", P, inner.apply(F, v, false));
      const back = (inner: IrBuilder, v: Variable): Variable =>
        inner.apply(F, call(inner, "mul", P, v), true);
      const right = call(b, "add", back(b, data), call(b, "mul", rho, call(b, "sub", z!, u!)));
      const x = b.solve(right, null, { tolerance: 1e-8, maximum: 50 }, (inner, v) =>
        call(inner, "add", back(inner, forward(inner, v)), call(inner, "mul", rho, v)),
      );
      const zn = call(b, "soft", call(b, "add", x, u!), call(b, "div", lambda, rho));
      return [x, zn, call(b, "sub", call(b, "add", u!, x), zn)];
    },
    finish: (b, [x]) => {
      const F = b.library("fourier", {}, Z, Z, []);
      return b.apply(F, b.apply(F, x!, false), true);
    },
  });
}

/** Real images convolved periodically, by a complex transfer function, and divided by real factors in frequency. */
export function convolving(): IrProgram {
  const H = parameter("H", Z, true);
  const w = parameter("w", X, true);
  const theta = parameter("theta", X, true);
  const data = parameter("y", X, false);
  return programOf("convolving", {
    givens: [lambda, H, w],
    inputs: [data],
    learned: [theta],
    states: [["x", X]],
    initial: () => [data],
    step: (b, [x]) => {
      const F = b.library("fourier", {}, Z, Z, []);
      const spectrum = (v: Variable): Variable => b.apply(F, call(b, "complex", v), false);
      const image = (v: Variable): Variable => call(b, "real", b.apply(F, v, true));
      const residual = call(b, "sub", image(call(b, "mul", spectrum(x!), H)), data);
      const divided = call(b, "div", spectrum(residual), call(b, "add", call(b, "square", w), b.constant(1)));
      const step = image(call(b, "mul", lambda, divided));
      return [call(b, "soft", call(b, "sub", x!, step), theta)];
    },
  });
}

/** LISTA with weights for each step: soft(W1 y + W2 x, theta). */
export function lista(): IrProgram {
  const W1 = parameter("W1", space("real", "n", "m"), true);
  const W2 = parameter("W2", space("real", "n", "n"), true);
  const theta = parameter("theta", X, true);
  return programOf("lista", {
    inputs: [y],
    learned: [W1, W2, theta],
    perStep: [theta],
    states: [["x", X]],
    initial: (b) => [zero(b, X)],
    step: (b, [x]) => {
      const sum = call(b, "add", b.matvec(W1, y, false, X), b.matvec(W2, x!, false, X));
      return [call(b, "soft", sum, theta)];
    },
  });
}

/** Proximal gradient with backtracking per sample, a branch, and a small learned network behind. */
export function searching(): IrProgram {
  const functions = new Functions();
  const w = parameter("w", X, true);
  const u = parameter("u", X, false);
  const weight = parameter("weight", X, true);
  const net: IrFunction = {
    name: "D",
    doc: "x + w tanh(x)",
    body: new IrBuilder(functions).block([u, weight], (b) => [
      call(b, "add", u, call(b, "mul", weight, call(b, "tanh", u))),
    ]),
  };
  functions.add(net);
  return programOf("searching", {
    givens: [A, lambda],
    inputs: [y],
    learned: [w],
    functions,
    states: [
      ["x", X],
      ["L", R],
    ],
    initial: (b) => [b.apply(A, y, true), b.constant(0.3)],
    step: (b, [x, L]) => {
      const f = leastSquares(b);
      const [fx] = b.inline(f, [x!]);
      const [g] = gradient(b, f, [x!]);
      const candidate = (inner: IrBuilder, scale: Variable): Variable =>
        call(
          inner,
          "soft",
          call(inner, "sub", x!, call(inner, "div", g!, scale)),
          call(inner, "div", lambda, scale),
        );
      const start = candidate(b, L!);
      const { carried, capped } = b.loop(
        [L!, start],
        (inner, [scale, point]) => {
          const [value] = inner.inline(f, [point!]);
          const d = call(inner, "sub", point!, x!);
          const model = call(
            inner,
            "add",
            call(inner, "add", fx!, inner.dot(g!, d)),
            call(inner, "mul", call(inner, "div", scale!, inner.constant(2)), inner.dot(d, d)),
          );
          return call(inner, "less", model, value!);
        },
        (inner, [scale]) => {
          const next = call(inner, "mul", inner.constant(2), scale!);
          return [next, candidate(inner, next)];
        },
        60,
      );
      const [result] = b.branch(
        call(b, "less", b.sum(carried[1]!), b.constant(0)),
        (side) => side.call(net, [carried[1]!, w]),
        (side) => [call(side, "mul", side.constant(0.9), carried[1]!)],
      );
      return [result!, carried[0]!, capped];
    },
    loops: true,
  });
}

const PAIRS: Space = { kind: "array", element: "real", dimensions: [variable("n"), constant(2)] };

/** Groups of two, shrunk by their norms, which one state reads in other ways, too. */
export function grouped(): IrProgram {
  const T = parameter("T", PAIRS, false);
  return programOf("grouped", {
    givens: [lambda],
    inputs: [T],
    states: [
      ["p", PAIRS],
      ["s", R],
    ],
    initial: (b) => [b.fill(b.constant(1), PAIRS), b.constant(0)],
    step: (b, [p, s]) => {
      const call = b.elementwise.bind(b);
      const sum = call("add", [p!, call("mul", [lambda, T])]);
      const norms = call("max", [b.constant(1), call("div", [b.groupNorm(sum), lambda])]);
      const projected = call("div", [sum, norms]);
      const own = b.groupNorm(projected);
      return [call("mul", [projected, call("sqrt", [own])]), call("add", [s!, b.sum(own)])];
    },
  });
}

export const PROGRAMS = { ista, fista, admm, convolving, lista, searching, grouped } as const;
