import { SLACK } from "./dualBall.ts";
import type { Variable } from "../../ir/block.ts";
import { type LibraryFunction, numberOf } from "./entry.ts";

export const kullbackLeibler: LibraryFunction = {
  name: "kullback_leibler",
  definition: "sum of z_i - y_i + y_i log(y_i/z_i), on z >= 0, with 0 log 0 = 0",
  citation: "Chaux, Combettes, Pesquet, Wajs, Inverse Problems 23 (2007)",
  evaluate: (b, z, parameters) => {
    const y = numberOf(parameters, "y");
    const positive = b.elementwise("less", [b.constant(0), y]);
    // 1 stands where y is 0, so that neither the value nor the derivative meets log 0
    const safe = (entry: Variable): Variable => b.elementwise("select", [positive, entry, b.constant(1)]);
    const logarithm = b.elementwise("log", [b.elementwise("div", [safe(y), safe(z)])]);
    const inside = b.elementwise("add", [b.elementwise("sub", [z, y]), b.elementwise("mul", [y, logarithm])]);
    const outside = b.elementwise("less", [z, b.constant(0)]);
    return b.sum(b.elementwise("select", [outside, b.constant(Infinity), inside]));
  },
  gradientLipschitz: null,
  kink: false,
  stronglyConvex: 0,
  separable: true,
  // the nonnegative root of z^2 - (x - t) z - t y = 0
  prox: (b, x, t, parameters) => {
    const shifted = b.elementwise("sub", [x, t]);
    const product = b.elementwise("mul", [
      b.constant(4),
      b.elementwise("mul", [t, numberOf(parameters, "y")]),
    ]);
    const root = b.elementwise("sqrt", [b.elementwise("add", [b.elementwise("square", [shifted]), product])]);
    return b.elementwise("mul", [b.constant(0.5), b.elementwise("add", [shifted, root])]);
  },
  conjugateProx: null,
  // sum of -y_i log(1 - p_i) on p < 1, and 0 for y_i = 0 on p_i <= 1
  conjugate: (b, p, parameters) => {
    const y = numberOf(parameters, "y");
    const gap = b.elementwise("sub", [b.constant(1), p]);
    const open = b.elementwise("less", [b.constant(0), gap]);
    const some = b.elementwise("select", [open, gap, b.constant(1)]);
    const inside = b.elementwise("mul", [b.elementwise("neg", [y]), b.elementwise("log", [some])]);
    const counted = b.elementwise("less", [b.constant(0), y]);
    const least = b.elementwise("select", [counted, b.constant(0), b.constant(-SLACK)]);
    const outside = b.elementwise("lessEqual", [gap, least]);
    return b.sum(b.elementwise("select", [outside, b.constant(Infinity), inside]));
  },
};
