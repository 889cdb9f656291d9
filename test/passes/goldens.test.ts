import { describe, expect, test } from "vitest";
import { reverseProgram } from "../../compiler/differentiate/program.ts";
import type { Block } from "../../compiler/ir/block.ts";
import { parameter } from "../../compiler/ir/build.ts";
import { printDerivative, printProgram } from "../../compiler/ir/print.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";
import { commonSubexpressions } from "../../compiler/passes/commonSubexpressions.ts";
import { deadCode } from "../../compiler/passes/deadCode.ts";
import { endings } from "../../compiler/passes/endings.ts";
import { differences } from "../../compiler/passes/differences.ts";
import { firstStep } from "../../compiler/passes/firstStep.ts";
import { fourierMultipliers } from "../../compiler/passes/fourierMultipliers.ts";
import { gram } from "../../compiler/passes/gram.ts";
import { group } from "../../compiler/passes/group.ts";
import { hoist } from "../../compiler/passes/hoist.ts";
import { operatorAlgebra } from "../../compiler/passes/operatorAlgebra.ts";
import type { Pass } from "../../compiler/passes/pass.ts";
import { finish, optimise, runPasses } from "../../compiler/passes/pipelines.ts";
import { pairs } from "../../compiler/passes/pairs.ts";
import { simplify } from "../../compiler/passes/simplify.ts";
import { together } from "../../compiler/passes/together.ts";
import { constant, type Dimension, name } from "../../compiler/types/dimension.ts";
import type { Space } from "../../compiler/types/space.ts";
import { expectGolden } from "../golden.ts";
import { NUMBER, spaceOf } from "../../compiler/ir/spaces.ts";
import {
  A,
  admm,
  convolving,
  fista,
  grouped,
  ista,
  lambda,
  lista,
  operator,
  programOf,
  searching,
  X,
  y,
} from "../ir/programs.ts";

/** Factors, signs and a choice that are known, as rules for gradients leave them behind. */
function clumsy(): IrProgram {
  return programOf("clumsy", {
    givens: [A, lambda],
    inputs: [y],
    states: [["x", X]],
    initial: (b) => [b.fill(b.constant(0), X)],
    step: (b, [x]) => {
      const call = b.elementwise.bind(b);
      const r = call("sub", [b.apply(A, x!, false), y]);
      const g = b.apply(A, call("mul", [b.constant(2), r]), true);
      const half = call("mul", [lambda, call("mul", [b.constant(0.5), g])]);
      const pair = b.product([half, call("add", [x!, b.fill(b.constant(0), X)])]);
      const known = call("select", [b.constant(1), half, b.fill(b.constant(3), X)]);
      return [call("add", [b.part(b.product([known, pair]), 0), call("neg", [x!])])];
    },
  });
}

/** W'W x for an orthonormal W, a binary mask applied twice, and a diagonal solve. */
function transforms(): IrProgram {
  const W = operator("W", X, X, ["orthonormal"]);
  const M = parameter("M", X, true);
  return programOf("transforms", {
    givens: [W, M, lambda],
    binary: [M],
    inputs: [],
    states: [["x", X]],
    initial: (b) => [b.fill(b.constant(1), X)],
    step: (b, [x]) => {
      const call = b.elementwise.bind(b);
      const c = b.apply(W, call("soft", [b.apply(W, x!, false), lambda]), true);
      const masked = call("mul", [M, call("mul", [M, b.apply(W, b.apply(W, c, false), true)])]);
      return [
        b.solve(masked, null, { tolerance: 1e-6, maximum: 20 }, (inner, v) =>
          inner.elementwise("add", [v, inner.elementwise("mul", [M, v])]),
        ),
      ];
    },
  });
}

/** Equal things in two sections, one of them behind a hoisted one, and in the same block. */
function repeated(): IrProgram {
  return programOf("repeated", {
    givens: [A, lambda],
    inputs: [y],
    states: [["x", X]],
    initial: (b) => [b.apply(A, y, true)],
    step: (b, [x]) => {
      const call = b.elementwise.bind(b);
      const first = call("mul", [lambda, b.apply(A, b.apply(A, x!, false), true)]);
      const second = call("mul", [b.apply(A, b.apply(A, x!, false), true), lambda]);
      return [call("sub", [call("add", [first, second]), b.apply(A, y, true)])];
    },
  });
}

/** A loop whose body computes what never changes, and a branch that must keep what is its own. */
function invariant(): IrProgram {
  return programOf("invariant", {
    givens: [A, lambda],
    inputs: [y],
    states: [["x", X]],
    initial: (b) => [b.fill(b.constant(0), X)],
    step: (b, [x]) => {
      const { carried } = b.loop(
        [x!],
        (inner, [v]) => inner.elementwise("less", [inner.norm2(v!), inner.norm2(b.apply(A, y, true))]),
        (inner, [v]) => [
          inner.elementwise("add", [v!, inner.elementwise("mul", [lambda, inner.apply(A, y, true)])]),
        ],
        9,
      );
      return b.branch(
        b.elementwise("less", [b.sum(carried[0]!), b.norm(A)]),
        (side) => [side.elementwise("add", [carried[0]!, side.apply(A, y, true)])],
        () => [carried[0]!],
      );
    },
  });
}

/** Two states that begin at 0, and one that begins elsewhere. */
function momentum(): IrProgram {
  return programOf("momentum", {
    givens: [A, lambda],
    inputs: [y],
    states: [
      ["x", X],
      ["v", X],
      ["s", NUMBER],
    ],
    initial: (b) => [b.fill(b.constant(0), X), b.fill(b.constant(0), X), b.constant(1)],
    step: (b, [x, v, s]) => {
      const call = b.elementwise.bind(b);
      const r = call("sub", [b.apply(A, x!, false), y]);
      const g = b.apply(A, r, true);
      const next = call("sub", [call("mul", [s!, v!]), call("mul", [lambda, g])]);
      const shrunk = call("soft", [call("add", [x!, next]), lambda]);
      return [shrunk, next, call("add", [s!, call("square", [b.norm2(v!)])])];
    },
  });
}

/** A gradient, a solve with A'A in its map, and a second operator whose residual is needed for itself. */
function gradients(): IrProgram {
  const B = operator("B", X, X);
  return programOf("gradients", {
    givens: [A, B, lambda],
    inputs: [y],
    states: [["x", X]],
    initial: (b) => [b.fill(b.constant(0), X)],
    step: (b, [x]) => {
      const call = b.elementwise.bind(b);
      const gradient = b.apply(
        A,
        call("mul", [b.constant(2), call("sub", [b.apply(A, x!, false), y])]),
        true,
      );
      const solved = b.solve(gradient, null, { tolerance: 1e-6, maximum: 20 }, (inner, v) =>
        inner.elementwise("add", [v, inner.apply(A, inner.apply(A, v, false), true)]),
      );
      const image = b.apply(B, x!, false);
      return [call("sub", [solved, call("add", [b.apply(B, image, true), image])])];
    },
  });
}

/** Differences, and their adjoint, that a kernel reads, that it and another one read, and of complex numbers. */
function stencils(): IrProgram {
  const sizes = [name("h"), name("w")];
  const array = (element: "real" | "complex", dimensions: readonly Dimension[]): Space => {
    return { kind: "array", element, dimensions };
  };
  const [picture, field] = [array("real", sizes), array("real", [...sizes, constant(2)])];
  const [wave, waves] = [array("complex", sizes), array("complex", [...sizes, constant(2)])];
  return programOf("stencils", {
    givens: [lambda],
    states: [
      ["x", picture],
      ["p", field],
      ["q", field],
      ["z", wave],
    ],
    initial: (b) => [picture, field, field, wave].map((each) => b.fill(b.constant(0), each)),
    step: (b, [x, p, q, z]) => {
      const call = b.elementwise.bind(b);
      const D = b.named(b.library("gradient", {}, picture, field, []), "D");
      const C = b.library("gradient", {}, wave, waves, []);
      const ascent = call("add", [p!, call("mul", [lambda, b.apply(D, x!, false)])]);
      const descent = call("sub", [x!, call("mul", [lambda, b.apply(D, ascent, true)])]);
      const twice = b.apply(D, descent, false);
      const sum = call("mul", [b.sum(twice), call("add", [q!, twice])]);
      const complex = call("mul", [lambda, b.apply(C, z!, false)]);
      return [descent, ascent, sum, b.apply(C, complex, true)];
    },
  });
}

/**
 * Kernels that share an array, and one that reads another's result; kernels apart: of another space, of differences both,
 * and with something in between that reads the first.
 */
function neighbours(): IrProgram {
  const [h, w] = [name("h"), name("w")];
  const picture: Space = { kind: "array", element: "real", dimensions: [h, w] };
  const field: Space = { kind: "array", element: "real", dimensions: [h, w, constant(2)] };
  return programOf("neighbours", {
    givens: [lambda],
    states: [
      ["x", picture],
      ["xb", picture],
      ["p", field],
      ["s", picture],
    ],
    initial: (b) => [picture, picture, field, picture].map((each) => b.fill(b.constant(0), each)),
    step: (b, [x, xb, p, s]) => {
      const call = b.elementwise.bind(b);
      const D = b.named(b.library("gradient", {}, picture, field, []), "D");
      const ascent = call("tanh", [call("add", [p!, call("mul", [lambda, b.apply(D, xb!, false)])])]);
      const descent = call("exp", [call("sub", [x!, call("mul", [lambda, b.apply(D, ascent, true)])])]);
      const beyond = call("sub", [call("mul", [b.constant(2), descent]), x!]);
      const scaled = call("mul", [b.sum(descent), call("sqrt", [call("abs", [x!])])]);
      return [descent, beyond, ascent, call("add", [scaled, s!])];
    },
  });
}

/**
 * Reductions of what kernels make and read: of what else is read and of what is not, with an operand that is made behind
 * the kernel, over the samples and the channels; reductions apart: of complex entries, and with an operand that comes of
 * the kernel itself.
 */
function reductions(): IrProgram {
  const [h, c] = [name("h"), name("c")];
  const picture: Space = { kind: "array", element: "real", dimensions: [h, c] };
  const wave: Space = { kind: "array", element: "complex", dimensions: [h] };
  const bias = parameter("bias", { kind: "array", element: "real", dimensions: [c] }, true);
  return programOf("reductions", {
    givens: [lambda],
    learned: [bias],
    states: [
      ["x", picture],
      ["s", NUMBER],
      ["z", wave],
      ["w", spaceOf(bias)],
    ],
    initial: (b) => [
      b.fill(b.constant(0), picture),
      b.constant(1),
      b.fill(b.constant(0), wave),
      b.fill(b.constant(0), spaceOf(bias)),
    ],
    step: (b, [x, s, z, w]) => {
      const call = b.elementwise.bind(b);
      const next = call("soft", [call("sub", [x!, call("mul", [s!, bias])]), lambda]);
      const change = b.norm2(call("tanh", [call("sub", [next, x!])]));
      const along = b.dot(next, b.reshape(call("exp", [x!]), picture));
      const back = b.dot(next, b.reshape(next, picture));
      const most = call("max", [b.maximum(next), b.minimum(x!)]);
      const channels = b.sumSamples(b.sumTo(call("mul", [next, next]), spaceOf(bias)));
      const samples = b.sumSamples(call("abs", [next]));
      const waves = b.sum(call("mul", [call("exp", [z!]), lambda]));
      const numbers = [change, along, back, most, call("abs", [waves])].reduce((a, each) =>
        call("add", [a, each]),
      );
      return [call("add", [next, samples]), numbers, z!, call("add", [w!, channels])];
    },
  });
}

const CASES: readonly (readonly [Pass, () => IrProgram])[] = [
  [simplify, clumsy],
  [commonSubexpressions, repeated],
  [hoist, invariant],
  [operatorAlgebra, transforms],
  [deadCode, () => runPasses({ program: clumsy(), derivative: null }, [simplify]).program],
  [group, ista],
  [firstStep, momentum],
  [gram, gradients],
  [fourierMultipliers, () => optimise(convolving())],
  [pairs, grouped],
  [differences, () => runPasses({ program: stencils(), derivative: null }, [group]).program],
  [together, () => runPasses({ program: neighbours(), derivative: null }, [group, differences]).program],
  [endings, () => runPasses({ program: reductions(), derivative: null }, [group, together]).program],
];

describe("the effect of each pass", () => {
  test.each(CASES.map(([pass, make]) => ({ title: pass.name, pass, make })))("$title", ({ pass, make }) => {
    const program = make();
    const after = runPasses({ program, derivative: null }, [pass]).program;
    const text = `// before\n${printProgram(program)}\n// after ${pass.name}: ${pass.doc}\n${printProgram(after)}`;
    expectGolden(`passes/${pass.name.replaceAll(" ", "-")}.txt`, text);
  });
});

describe("the whole pipeline", () => {
  test.each([ista, fista, admm, convolving, lista, searching])("of $name", (make) => {
    const program = make();
    const optimised = optimise(program);
    expectGolden(`passes/programs/${make.name}.txt`, printProgram(optimised));
    if (program.parameters.length === 0) return;
    const { program: finished, derivative } = finish(optimised, reverseProgram(optimised));
    expectGolden(
      `passes/programs/${make.name}.reverse.txt`,
      derivative === null ? "" : printDerivative(finished, derivative),
    );
  });

  test("of an equilibrium's adjoint: the state's cotangent for the iterations, the weights' for once at the end", () => {
    const optimised = optimise(lista());
    const { program, derivative } = finish(optimised, reverseProgram(optimised));
    if (derivative?.step?.stateAdjoint == null) throw new Error("a step with a state has its cotangent");
    const { step } = derivative;
    const alone = {
      ...derivative,
      functions: [],
      prepare: null,
      initial: null,
      firstStep: null,
      finish: null,
    };
    expectGolden("passes/state-cotangent-alone.txt", printDerivative(program, alone));
    const sums = (block: Block): number =>
      block.equations.filter(
        ({ operation, outputs }) => operation === "outerSum" || outputs.some(({ shared }) => shared),
      ).length;
    expect(sums(step.adjoint.block)).toBe(2);
    expect(sums(step.stateAdjoint?.block ?? step.save)).toBe(0);
  });

  test("counts what it leaves of costly operations", () => {
    const applied = (program: IrProgram): number =>
      (program.step?.equations ?? []).filter((equation) => equation.operation === "apply").length;
    expect(applied(optimise(fista()))).toBe(1);
    expect(applied(optimise(transforms()))).toBe(2);
    const solves = (optimise(admm()).step?.equations ?? []).filter(
      (equation) => equation.operation === "solve",
    );
    expect(solves).toEqual([]);
  });
});
