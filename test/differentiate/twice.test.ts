import fc from "fast-check";
import { test } from "vitest";
import { gradient } from "../../compiler/differentiate/gradient.ts";
import type { Variable } from "../../compiler/ir/block.ts";
import { IrBuilder, parameter } from "../../compiler/ir/build.ts";
import { Dice, randomLanes, REAL, setting, space } from "../ir/lab.ts";
import { expectGradients } from "./check.ts";

const LANES = 2;
const x = parameter("x", REAL, false);
const w = parameter("w", REAL, true);
const W = parameter("W", space("real", "n", "n"), true);

type Emit = (b: IrBuilder, u: Variable, v: Variable) => Variable;

/** Smooth functions of arrays of one space, bounded so that chains of them stay so. */
const SMOOTH: readonly Emit[] = [
  (b, u) => b.elementwise("tanh", [u]),
  (b, u) => b.elementwise("sigmoid", [u]),
  (b, u, v) => b.elementwise("mul", [b.elementwise("tanh", [u]), v]),
  (b, u, v) => b.elementwise("sub", [u, b.elementwise("square", [b.elementwise("tanh", [v])])]),
  (b, u) => b.matvec(W, u, false, REAL),
  (b, u) => b.matvec(W, b.elementwise("erf", [u]), true, REAL),
  (b, u) => b.elementwise("softplus", [u]),
  (b, u) => b.elementwise("log", [b.elementwise("add", [b.constant(2), b.elementwise("tanh", [u])])]),
  (b, u) => b.elementwise("sqrt", [b.elementwise("add", [b.constant(1), b.elementwise("square", [u])])]),
  (b, u, v) =>
    b.elementwise("div", [u, b.elementwise("add", [b.constant(2), b.elementwise("sigmoid", [v])])]),
  (b, u, v) => b.elementwise("mul", [b.elementwise("exp", [b.elementwise("neg", [b.dot(u, u)])]), v]),
  (b, u, v) => b.elementwise("mul", [b.elementwise("tanh", [b.norm2(u)]), v]),
  (b, u) => b.elementwise("mul", [w, u]),
  (b, u, v) =>
    b.solve(u, null, { tolerance: 1e-9, maximum: 20 }, (inner, z) =>
      inner.elementwise("mul", [
        inner.elementwise("add", [inner.constant(1), inner.elementwise("square", [v])]),
        z,
      ]),
    ),
];

test("the gradient of a random smooth function is differentiated exactly", () => {
  const choice = fc.tuple(fc.nat({ max: SMOOTH.length - 1 }), fc.nat({ max: 3 }), fc.nat({ max: 3 }));
  fc.assert(
    fc.property(fc.array(choice, { minLength: 2, maxLength: 7 }), fc.nat({ max: 999 }), (choices, seed) => {
      const block = new IrBuilder().block([x], (b) => {
        const f = b.block([{ ...x }], (inner, [point]) => {
          const seen: Variable[] = [point!, inner.elementwise("tanh", [point!])];
          const pick = (i: number): Variable => seen[seen.length - 1 - (i % seen.length)]!;
          for (const [kind, first, second] of choices)
            seen.push(SMOOTH[kind]!(inner, pick(first), pick(second)));
          return [inner.dot(pick(0), pick(1))];
        });
        return gradient(b, f, [x]);
      });
      const dice = new Dice(seed);
      const where = setting();
      const bindings = new Map(
        [x, w, W].map((each) => [each, randomLanes(each, LANES, dice, where)] as const),
      );
      const wanted = [x, w, W];
      expectGradients(
        { block, bindings, wanted, lanes: LANES, setting: where, tolerance: 1e-6, vanishes: true },
        seed,
      );
    }),
    { numRuns: 30 },
  );
});
