import type { Block, Variable } from "../../../compiler/ir/block.ts";
import type { ProgramDerivative } from "../../../compiler/ir/derivative.ts";
import type { IrProgram } from "../../../compiler/ir/program.ts";
import { NUMBER } from "../../../compiler/ir/spaces.ts";
import { parameter } from "../../../compiler/ir/build.ts";
import { at, block, data, e, fused, learned, operator, POSITIVE, program, start, X, Y } from "../build.ts";

const A = operator("A", X, Y);
const lambda = parameter("lambda", NUMBER, true);
const y = parameter("y", Y, false);
const t = parameter("t", NUMBER, true);

const constants = block([], (inner) => {
  const norm = inner.norm(A);
  return [fused(inner, "L", e("square", "norm"), { norm })];
});
const L = at(constants.results, 0);

const prepare = block([], (inner) => [inner.named(inner.apply(A, y, true), "At_y")]);
const Aty = at(prepare.results, 0);

/** v = x - t*(A'*A*x - A'*y), and soft(v, t*lambda). */
function stepped(hint: string, x: Variable): Block {
  return block([x], (inner) => {
    const Ax = inner.apply(A, x, false);
    const AtAx = inner.apply(A, Ax, true);
    const g = fused(inner, "g", e("sub", "a", "b"), { a: AtAx, b: Aty });
    const v = fused(inner, "v", e("sub", "x", e("mul", "t", "g")), { x, t, g });
    return [fused(inner, hint, e("soft", "v", e("mul", "t", "lambda")), { v, t, lambda })];
  });
}

function stepDerivative(): ProgramDerivative["step"] {
  const x = parameter("x", X, false);
  const save = stepped("x", x);
  const outputOf = (index: number): Variable => at(save.equations[index]?.outputs ?? [], 0);
  const g = outputOf(2);
  const v = outputOf(3);
  const build = (withKnown: boolean) => {
    const bar = parameter("x_bar", X, false);
    const adjoint = block([bar], (inner, [cotangent = bar]) => {
      const inside = fused(
        inner,
        "kept",
        e("select", e("lessEqual", e("abs", "v"), e("mul", "t", "lambda")), 0, "c"),
        {
          v,
          t,
          lambda,
          c: cotangent,
        },
      );
      const Ap = inner.apply(A, inside, false);
      const AtAp = inner.apply(A, Ap, true);
      const xBar = fused(inner, "x_bar", e("sub", "p", e("mul", "t", "q")), { p: inside, t, q: AtAp });
      if (!withKnown) return [xBar];
      const signs = fused(inner, "signs", e("sign", "v"), { v });
      const byStep = inner.dot(g, inside);
      const byThreshold = inner.dot(signs, inside);
      const each = fused(inner, "t_bar", e("sub", e("neg", "a"), e("mul", "lambda", "b")), {
        a: byStep,
        b: byThreshold,
        lambda,
      });
      return [xBar, inner.sumSamples(each)];
    });
    return { block: adjoint, of: withKnown ? [x, t] : [x] };
  };
  return { save, adjoint: build(true), stateAdjoint: build(false) };
}

function finishDerivative(): ProgramDerivative["finish"] {
  const x = parameter("x", X, false);
  const bar = parameter("output_bar", X, false);
  return {
    save: block([x], () => [x]),
    adjoint: { block: block([bar], () => [bar]), of: [x] },
    stateAdjoint: null,
  };
}

const now = parameter("x", X, false);
const before = parameter("x", X, false);

/** ISTA with a learned step, as in the language's reference. */
export const ista: IrProgram = program({
  name: "ista",
  doc: "ISTA (Daubechies, Defrise, De Mol, 2004): proximal gradient for the LASSO.",
  spaces: [
    { name: "X", field: "any" },
    { name: "Y", field: "any" },
  ],
  givens: [
    data(A, { doc: "the forward operator" }),
    data(lambda, { interval: POSITIVE, initial: start((inner) => inner.constant(0.1)) }),
  ],
  inputs: [data(y, { doc: "the measurement" })],
  parameters: [
    learned(
      t,
      start((inner) => fused(inner, "t", e("reciprocal", "L"), { L })),
      {
        doc: "the step, kept in (0, 2/L)",
        interval: {
          low: start((inner) => inner.constant(0)),
          high: start((inner) => fused(inner, "high", e("div", 2, "L"), { L })),
          lowOpen: true,
          highOpen: true,
        },
      },
    ),
  ],
  states: [{ name: "x", space: X, doc: "", assumedInterval: null, carried: true }],
  constants,
  prepare,
  initial: block([], (inner) => [inner.fill(inner.constant(0), X)]),
  step: stepped("x", parameter("x", X, false)),
  finish: block([now], () => [now]),
  objective: block([now], (inner) => {
    const Ax = inner.apply(A, now, false);
    const r = fused(inner, "r", e("sub", "Ax", "y"), { Ax, y });
    const rr = inner.dot(r, r);
    const moduli = fused(inner, "moduli", e("abs", "x"), { x: now });
    const norm1 = inner.sum(moduli);
    return [
      fused(inner, "F", e("add", e("mul", 0.5, "rr"), e("mul", "lambda", "n")), { rr, lambda, n: norm1 }),
    ];
  }),
  until: block([now, before], (inner) => {
    const d = fused(inner, "d", e("sub", "x", "b"), { x: now, b: before });
    const moved = inner.named(inner.norm2(d), "moved");
    const size = inner.named(inner.norm2(now), "size");
    return [fused(inner, "stop", e("less", "moved", e("mul", 1e-6, "size")), { moved, size })];
  }),
});

/** The reverses of ISTA by its step length alone. */
export const istaDerivative: ProgramDerivative = {
  prepare: null,
  initial: null,
  step: stepDerivative(),
  finish: finishDerivative(),
  functions: [],
};
