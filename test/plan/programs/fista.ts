import { parameter } from "../../../compiler/ir/build.ts";
import type { IrProgram } from "../../../compiler/ir/program.ts";
import { NUMBER } from "../../../compiler/ir/spaces.ts";
import { at, block, data, e, fused, operator, POSITIVE, program, start, X, Y } from "../build.ts";

const A = operator("A", X, Y);
const lambda = parameter("lambda", NUMBER, true);
const y = parameter("y", Y, false);

const constants = block([], (inner) => {
  const norm = inner.norm(A);
  return [fused(inner, "L", e("square", "norm"), { norm })];
});
const L = at(constants.results, 0);

const x = parameter("x", X, false);
const z = parameter("z", X, false);
const s = parameter("s", NUMBER, false);
const AT_LEAST_ONE = { low: 1, high: Infinity, lowOpen: false, highOpen: true };

/** FISTA: three states, of which the last reads old values of the others. */
export const fista: IrProgram = program({
  name: "fista",
  doc: "FISTA (Beck and Teboulle, 2009) with the step 1/L.",
  spaces: [
    { name: "X", field: "any" },
    { name: "Y", field: "any" },
  ],
  givens: [data(A), data(lambda, { interval: POSITIVE, initial: start((inner) => inner.constant(0.1)) })],
  inputs: [data(y)],
  states: [
    { name: "x", space: X, doc: "", assumedInterval: null, carried: true },
    { name: "z", space: X, doc: "the extrapolated point", assumedInterval: null, carried: true },
    { name: "s", space: NUMBER, doc: "", assumedInterval: AT_LEAST_ONE, carried: true },
  ],
  constants,
  initial: block([], (inner) => {
    const zero = inner.named(inner.fill(inner.constant(0), X), "x");
    return [zero, zero, inner.constant(1)];
  }),
  step: block([x, z, s], (inner) => {
    const Az = inner.apply(A, z, false);
    const r = fused(inner, "r", e("sub", "Az", "y"), { Az, y });
    const g = inner.named(inner.apply(A, r, true), "g");
    const prox = e("soft", e("sub", "z", e("div", "g", "L")), e("div", "lambda", "L"));
    const next = fused(inner, "x", prox, { z, g, L, lambda });
    const root = e("sqrt", e("add", 1, e("mul", 4, e("square", "s"))));
    const weight = fused(inner, "s", e("div", e("add", 1, root), 2), { s });
    const momentum = e("mul", e("div", e("sub", "s", 1), "w"), e("sub", "n", "x"));
    return [next, fused(inner, "z", e("add", "n", momentum), { n: next, s, w: weight, x }), weight];
  }),
  finish: block([x, z, s], () => [x]),
});
