import { parameter, type IrBuilder } from "../../../compiler/ir/build.ts";
import type { Variable } from "../../../compiler/ir/block.ts";
import type { IrProgram } from "../../../compiler/ir/program.ts";
import { NUMBER } from "../../../compiler/ir/spaces.ts";
import { block, data, e, fused, operator, POSITIVE, program, X, Y } from "../build.ts";

const A = operator("A", X, Y);
const lambda = parameter("lambda", NUMBER, true);
const y = parameter("y", Y, false);
const x = parameter("x", X, false);
const L = parameter("L", NUMBER, false);

function fidelity(inner: IrBuilder, hint: string, point: Variable): Variable {
  const Ap = inner.apply(A, point, false);
  const r = fused(inner, "r", e("sub", "Ap", "y"), { Ap, y });
  return fused(inner, hint, e("mul", 0.5, "rr"), { rr: inner.named(inner.dot(r, r), "rr") });
}

function shrunk(inner: IrBuilder, g: Variable, by: Variable): Variable {
  const expression = e("soft", e("sub", "x", e("div", "g", "L")), e("div", "lambda", "L"));
  return fused(inner, "xn", expression, { x, g, L: by, lambda });
}

/** Proximal gradient with backtracking: a per-sample loop with two carried values, a branch, and a report. */
export const backtracking: IrProgram = program({
  name: "backtracking",
  doc: "Proximal gradient whose L grows until the upper bound holds.",
  spaces: [
    { name: "X", field: "any" },
    { name: "Y", field: "any" },
  ],
  givens: [data(A), data(lambda, { interval: POSITIVE })],
  inputs: [data(y)],
  states: [
    { name: "x", space: X, doc: "", assumedInterval: null, carried: true },
    { name: "L", space: NUMBER, doc: "the inverse of the step", assumedInterval: POSITIVE, carried: true },
  ],
  reports: ["descent"],
  loops: true,
  initial: block([], (inner) => [inner.fill(inner.constant(0), X), inner.constant(1)]),
  step: block([x, L], (inner) => {
    const Ax = inner.apply(A, x, false);
    const r = fused(inner, "r", e("sub", "Ax", "y"), { Ax, y });
    const g = inner.named(inner.apply(A, r, true), "g");
    const fx = fused(inner, "fx", e("mul", 0.5, "rr"), { rr: inner.named(inner.dot(r, r), "rr") });
    const trial = shrunk(inner, g, L);
    const { carried, capped } = inner.loop(
      [L, trial],
      (within, [Lk = L, xn = trial]) => {
        const fn = fidelity(within, "fn", xn);
        const d = fused(within, "d", e("sub", "xn", "x"), { xn, x });
        const gd = within.named(within.dot(g, d), "gd");
        const dd = within.named(within.dot(d, d), "dd");
        const bound = e("add", e("add", "fx", "gd"), e("mul", e("div", "L", 2), "dd"));
        return fused(within, "above", e("less", e("add", bound, e("mul", 1e-6, e("abs", "fx"))), "fn"), {
          fx,
          gd,
          L: Lk,
          dd,
          fn,
        });
      },
      (within, [Lk = L]) => {
        const larger = fused(within, "L", e("mul", 2, "L"), { L: Lk });
        return [larger, shrunk(within, g, larger)];
      },
      60,
    );
    const [bound = L, xn = trial] = carried;
    const fn = fidelity(inner, "fn", xn);
    const descent = fused(inner, "descent", e("sub", "fx", "fn"), { fx, fn });
    const [relaxed = bound] = inner.branch(
      fused(inner, "easy", e("less", 0, "descent"), { descent }),
      (within) => [fused(within, "L", e("div", "L", 1.1), { L: bound })],
      () => [bound],
    );
    return [xn, relaxed, descent, capped];
  }),
  finish: block([x, L], () => [x]),
});
