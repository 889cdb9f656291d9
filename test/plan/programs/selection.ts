import { parameter } from "../../../compiler/ir/build.ts";
import type { IrProgram } from "../../../compiler/ir/program.ts";
import { NUMBER } from "../../../compiler/ir/spaces.ts";
import { array, at, block, data, e, fused, learned, operator, POSITIVE, program, start } from "../build.ts";

const N = array("n");
const M = array("m");
const A = operator("A", N, M);
const y = parameter("y", M, false);
const W = parameter("W", array("n", "m"), true);
const theta = parameter("theta", NUMBER, true);
const k = parameter("k", NUMBER, true);
const x = parameter("x", N, false);

/** LISTA-CPSS with few layers: learnables per step, a counter, and a selection of the largest entries. */
export const selection: IrProgram = program({
  name: "step",
  doc: "LISTA-CPSS (Chen, Liu, Wang, Yin, 2018): coupled weights and support selection.",
  sizes: [
    { name: "m", initial: null },
    { name: "n", initial: null },
  ],
  givens: [data(A)],
  inputs: [data(y)],
  parameters: [
    learned(
      W,
      start((inner) => inner.materialise(M, (within, v) => within.apply(A, v, true))),
      {
        perStep: true,
        doc: "W, started from A'",
      },
    ),
    learned(
      theta,
      start((inner) => inner.constant(0.1)),
      {
        perStep: true,
        via: "softplus",
        interval: {
          low: start((inner) => inner.constant(POSITIVE.low)),
          high: null,
          lowOpen: true,
          highOpen: true,
        },
      },
    ),
  ],
  states: [{ name: "x", space: N, doc: "", assumedInterval: null, carried: true }],
  counter: k,
  initial: block([], (inner) => [inner.fill(inner.constant(0), N)]),
  step: block([x], (inner) => {
    const r = fused(inner, "r", e("sub", "y", "a"), { y, a: inner.apply(A, x, false) });
    const Wr = inner.matvec(W, r, false, N);
    const v = fused(inner, "v", e("add", "x", "w"), { x, w: Wr });
    const grown = e("min", e("mul", 0.012, e("add", "k", 1)), 0.13);
    const share = fused(inner, "share", grown, { k });
    const trusted = at(inner.emit("largest", {}, [v, share], ["trusted"]), 0);
    const passes = e("and", "t", e("less", "theta", e("abs", "v")));
    return [fused(inner, "x", e("select", passes, "v", e("soft", "v", "theta")), { t: trusted, v, theta })];
  }),
  finish: block([x], () => [x]),
});
