import type { Variable } from "../../ir/block.ts";
import type { FunctionParameters, LibraryFunction } from "./entry.ts";

export const kullbackLeibler: LibraryFunction = {
  name: "kullback_leibler",
  definition: "sum of z_i - y_i + y_i log(y_i/z_i), on z >= 0, with 0 log 0 = 0",
  citation: "Combettes and Pesquet, Inverse Problems 23 (2007)",
  evaluate: (b, z, parameters) => {
    const y = dataOf(parameters);
    const quotient = b.elementwise("div", [y, z]);
    const positive = b.elementwise("less", [b.constant(0), y]);
    const logarithm = b.elementwise("mul", [y, b.elementwise("log", [quotient])]);
    const entropy = b.elementwise("select", [positive, logarithm, b.constant(0)]);
    return b.sum(b.elementwise("add", [b.elementwise("sub", [z, y]), entropy]));
  },
  gradientLipschitz: null,
  stronglyConvex: 0,
  separable: true,
  // the nonnegative root of z^2 - (x - t) z - t y = 0
  prox: (b, x, t, parameters) => {
    const shifted = b.elementwise("sub", [x, t]);
    const product = b.elementwise("mul", [b.constant(4), b.elementwise("mul", [t, dataOf(parameters)])]);
    const root = b.elementwise("sqrt", [b.elementwise("add", [b.elementwise("square", [shifted]), product])]);
    return b.elementwise("mul", [b.constant(0.5), b.elementwise("add", [shifted, root])]);
  },
  conjugateProx: null,
};

function dataOf(parameters: FunctionParameters): Variable {
  const data = parameters["y"];
  if (data === undefined) throw new Error("kullback_leibler without data");
  return data;
}
