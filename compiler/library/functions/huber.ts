import type { Variable } from "../../ir/block.ts";
import type { FunctionParameters, LibraryFunction } from "./entry.ts";

export const huber: LibraryFunction = {
  name: "huber",
  definition: "sum of |x_i|^2/2 where |x_i| <= d, else d |x_i| - d^2/2",
  citation:
    "Huber, Ann. Math. Statist. 35 (1964); prox: Beck, First-Order Methods in Optimization, section 6.7",
  evaluate: (b, x, parameters) => {
    const delta = deltaOf(parameters);
    const size = b.elementwise("abs", [x]);
    const inside = b.elementwise("mul", [b.constant(0.5), b.elementwise("square", [size])]);
    const half = b.elementwise("mul", [b.constant(0.5), b.elementwise("square", [delta])]);
    const outside = b.elementwise("sub", [b.elementwise("mul", [delta, size]), half]);
    return b.sum(b.elementwise("select", [b.elementwise("lessEqual", [size, delta]), inside, outside]));
  },
  gradientLipschitz: 1,
  stronglyConvex: 0,
  separable: true,
  // x - t x / max(|x|/d, 1 + t)
  prox: (b, x, t, parameters) => {
    const size = b.elementwise("div", [b.elementwise("abs", [x]), deltaOf(parameters)]);
    const scale = b.elementwise("max", [size, b.elementwise("add", [b.constant(1), t])]);
    const share = b.elementwise("sub", [b.constant(1), b.elementwise("div", [t, scale])]);
    return b.elementwise("mul", [share, x]);
  },
  conjugateProx: null,
};

function deltaOf(parameters: FunctionParameters): Variable {
  const delta = parameters["delta"];
  if (delta === undefined) throw new Error("huber without delta");
  return delta;
}
