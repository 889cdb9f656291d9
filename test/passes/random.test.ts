import fc from "fast-check";
import { expect, test } from "vitest";
import { reverseProgram } from "../../compiler/differentiate/program.ts";
import type { Variable } from "../../compiler/ir/block.ts";
import { type IrBuilder, parameter } from "../../compiler/ir/build.ts";
import { runProgram } from "../../compiler/ir/evaluate/program.ts";
import type { LaneValue } from "../../compiler/ir/evaluate/lanes.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";
import { sameSpace, spaceOf } from "../../compiler/ir/spaces.ts";
import { verifyProgram } from "../../compiler/ir/verify.ts";
import { finish, FINISH, OPTIMISE, optimise, runPasses } from "../../compiler/passes/pipelines.ts";
import type { Space } from "../../compiler/types/space.ts";
import { bindingsFor } from "../ir/bind.ts";
import { Dice, distance, randomValue, realsOf, space } from "../ir/lab.ts";
import { operator, programOf, R, X, Y } from "../ir/programs.ts";
import { unrolledGradient } from "../ir/unroll.ts";

const A = operator("A", X, Y);
const W = operator("W", X, X, ["orthonormal"]);
const M = parameter("M", X, true);
const y = parameter("y", Y, false);
const p = parameter("p", X, false);
const theta = parameter("theta", R, true);
const w = parameter("w", X, true);
const V = parameter("V", space("real", "n", "n"), true);

/** One choice of the generator: what to emit, and which of the variables in sight to use. */
type Choice = readonly [kind: number, first: number, second: number];

type Emit = (
  b: IrBuilder,
  pick: (of: Space, index: number) => Variable,
  first: number,
  second: number,
) => Variable;

const emits: readonly Emit[] = [
  (b, pick, i, j) => b.elementwise("add", [pick(X, i), pick(X, j)]),
  (b, pick, i, j) => b.elementwise("sub", [pick(X, i), pick(X, j)]),
  (b, pick, i, j) => b.elementwise("mul", [pick(R, i), pick(X, j)]),
  (b, pick, i, j) => b.elementwise("tanh", [b.elementwise("mul", [pick(X, i), pick(X, j)])]),
  (b, pick, i) => b.elementwise("neg", [pick(X, i)]),
  (b, pick, i, j) => b.elementwise("soft", [pick(X, i), b.elementwise("abs", [pick(R, j)])]),
  (b, pick, i) => b.elementwise("mul", [M, pick(X, i)]),
  (b, pick, i) => b.apply(A, pick(X, i), false),
  (b, pick, i) => b.apply(A, pick(Y, i), true),
  (b, pick, i) => b.elementwise("tanh", [b.apply(W, pick(X, i), false)]),
  (b, pick, i) => b.apply(W, pick(X, i), false),
  (b, pick, i) => b.apply(W, pick(X, i), true),
  (b, pick, i) => b.matvec(V, pick(X, i), i % 2 === 0, X),
  (b, pick, i, j) => b.elementwise("tanh", [b.dot(pick(X, i), pick(X, j))]),
  (b, pick, i) => b.elementwise("sigmoid", [b.sum(pick(X, i))]),
  (b, pick, i) => b.norm2(pick(Y, i)),
  (b, pick, i, j) => b.elementwise("sub", [pick(R, i), pick(R, j)]),
  (b, _, i) => b.elementwise("mul", [b.constant((i % 5) - 2), theta]),
  (b, _, i) => b.fill(b.constant((i % 4) - 1), X),
  (b, pick, i, j) => b.part(b.product([pick(X, i), pick(R, j), pick(X, j)]), i % 2 === 0 ? 0 : 2),
  (b, pick, i, j) =>
    b.elementwise("select", [b.elementwise("less", [pick(R, i), pick(R, j)]), pick(X, i), pick(X, j)]),
  (b, pick, i, j) =>
    b.branch(
      b.elementwise("less", [pick(R, i), b.constant(0.2)]),
      (side) => [side.elementwise("tanh", [side.elementwise("add", [pick(X, i), w])])],
      () => [pick(X, j)],
    )[0]!,
  (b, pick, i, j) =>
    b.loop(
      [pick(X, i)],
      (inner, [v]) => inner.elementwise("less", [inner.dot(v!, v!), inner.constant(2)]),
      (inner, [v]) => [
        inner.elementwise("add", [
          inner.elementwise("mul", [inner.constant(1.5), v!]),
          inner.elementwise("tanh", [inner.apply(A, b.apply(A, pick(X, j), false), true)]),
        ]),
      ],
      4,
    ).carried[0]!,
  (b, pick, i, j) =>
    b.solve(pick(X, i), null, { tolerance: 1e-9, maximum: 30 }, (inner, v) => {
      const c = inner.elementwise("add", [inner.constant(1), inner.elementwise("square", [pick(R, j)])]);
      const own = inner.elementwise("mul", [c, v]);
      if (i % 3 === 0) return inner.elementwise("add", [own, inner.elementwise("mul", [M, v])]);
      const back = inner.apply(W, inner.elementwise("mul", [M, inner.apply(W, v, false)]), true);
      if (i % 3 === 1) return inner.elementwise("add", [own, back]);
      return inner.elementwise("add", [own, inner.apply(A, inner.apply(A, v, false), true)]);
    }),
];

/** A program whose step follows the choices; states X and a number, so that steps depend on each other. */
function randomProgram(choices: readonly Choice[]): IrProgram {
  const follow = (b: IrBuilder, start: readonly Variable[], all: readonly Choice[]): readonly Variable[] => {
    const seen = [...start];
    const pick = (of: Space, index: number): Variable => {
      const fitting = seen.filter((variable) => sameSpace(spaceOf(variable), of));
      return fitting[fitting.length - 1 - (index % fitting.length)]!;
    };
    for (const [kind, first, second] of all) seen.push(emits[kind % emits.length]!(b, pick, first, second));
    return [b.elementwise("tanh", [pick(X, 0)]), b.elementwise("tanh", [pick(R, 0)])];
  };
  const outer = [y, p, theta, w];
  return programOf("random", {
    givens: [A, W, M],
    binary: [M],
    inputs: [y, p],
    learned: [theta, w, V],
    states: [
      ["x", X],
      ["s", R],
    ],
    initial: (b) => follow(b, outer, choices.slice(0, 3)),
    step: (b, states) => follow(b, [...outer, ...states], choices),
    objective: (b, [x]) => b.norm2(follow(b, [...outer, x!], choices.slice(-4))[0]!),
  });
}

const choice = fc.tuple(fc.nat({ max: emits.length - 1 }), fc.nat({ max: 11 }), fc.nat({ max: 11 }));
const choices = fc.array(choice, { minLength: 4, maxLength: 22 });
const LANES = 2;
/** the cotangent of what nothing depends on */
const NOTHING: LaneValue = { shared: false, values: [] };
const STEPS = 2;

test("every pass keeps the meaning of random programs", () => {
  fc.assert(
    fc.property(choices, fc.nat({ max: 1000 }), (all, seed) => {
      const program = randomProgram(all);
      expect(verifyProgram(program)).toEqual([]);
      const bindings = bindingsFor(program, LANES, STEPS, seed);
      const wanted = runProgram(program, bindings, STEPS);
      let current = program;
      for (const pass of [...OPTIMISE, ...FINISH]) {
        current = runPasses({ program: current, derivative: null }, [pass]).program;
        const found = runProgram(current, bindings, STEPS);
        const gaps = found.states.flatMap((state, k) =>
          state.map((value, i) => distance(value, wanted.states[k]![i]!, LANES)),
        );
        expect(
          Math.max(...gaps, distance(found.objective!, wanted.objective!, LANES)),
          pass.name,
        ).toBeLessThan(1e-8);
      }
    }),
    { numRuns: 80 },
  );
});

test("passes keep the gradients of random programs", () => {
  fc.assert(
    fc.property(choices, fc.nat({ max: 1000 }), (all, seed) => {
      const program = randomProgram(all);
      const bindings = bindingsFor(program, LANES, STEPS, seed);
      const dice = new Dice(seed);
      const cotangent: LaneValue = {
        shared: false,
        values: Array.from({ length: LANES }, () =>
          randomValue({ kind: "array", field: "real", shape: [3] }, dice),
        ),
      };
      const wanted = unrolledGradient(program, reverseProgram(program), bindings, STEPS, cotangent);
      const optimised = optimise(program);
      const module = finish(optimised, reverseProgram(optimised));
      const found = unrolledGradient(module.program, module.derivative!, bindings, STEPS, cotangent);
      for (const { variable } of program.parameters) {
        const [a, b] = [wanted.get(variable), found.get(variable)];
        if (a === undefined || b === undefined) {
          expect(
            realsOf(a ?? b ?? NOTHING).every((entry) => entry === 0),
            variable.name,
          ).toBe(true);
          continue;
        }
        expect(distance(a, b, LANES), variable.name).toBeLessThan(1e-7);
      }
    }),
    { numRuns: 40 },
  );
});
