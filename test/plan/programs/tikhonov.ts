import { parameter } from "../../../compiler/ir/build.ts";
import type { IrProgram } from "../../../compiler/ir/program.ts";
import { NUMBER } from "../../../compiler/ir/spaces.ts";
import { constant, divideBy, multiply, name } from "../../../compiler/types/dimension.ts";
import type { Space } from "../../../compiler/types/space.ts";
import { block, data, e, fused, POSITIVE, program } from "../build.ts";

const half = divideBy(name("h"), 2);
const wide = multiply(constant(2), name("w"));
const IMAGE: Space = { kind: "array", element: "complex", dimensions: [half, wide] };
const PAIR: Space = { kind: "product", parts: [IMAGE, NUMBER] };

const y = parameter("y", IMAGE, false);
const weight = parameter("λ₀", NUMBER, true);

/** A formula without iteration: a solve, an operator of the library, a product, complex arrays, letters of any script. */
export const tikhonov: IrProgram = program({
  name: "tikhonov",
  doc: "Tikhonov's regularised inverse of a masked Fourier transform.\n\nIts output is the image and its norm. */",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: 16 },
  ],
  givens: [data(weight, { interval: POSITIVE })],
  inputs: [data(y)],
  initial: block([], () => []),
  finish: block([], (inner) => {
    const F = inner.library("fourier", { axes: [0, 1] }, IMAGE, IMAGE, []);
    const back = inner.apply(F, y, true);
    const x = inner.solve(back, null, { tolerance: 1e-6, maximum: 50 }, (within, v) => {
      const there = within.apply(F, v, false);
      return fused(within, "image", e("add", "b", e("mul", "c", "v")), {
        b: within.apply(F, there, true),
        c: weight,
        v,
      });
    });
    const start = inner.fill(inner.constant(1), PAIR);
    const pair = inner.product([x, inner.norm2(x)]);
    return [fused(inner, "pair", e("mul", "p", "s"), { p: pair, s: start })];
  }),
});
