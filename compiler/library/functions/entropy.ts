import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import type { LibraryFunction } from "./entry.ts";

/** From the first approximation below, so many steps give double precision for every argument. */
const STEPS = 6;
/** Below it, the root is 0 in single precision. */
const LEAST = 1e-37;

export const entropy: LibraryFunction = {
  name: "entropy",
  definition: "sum of x_i log x_i on x >= 0, with 0 log 0 = 0",
  citation:
    "Chaux, Combettes, Pesquet, Wajs, Inverse Problems 23 (2007); Corless, Gonnet, Hare, Jeffrey, Knuth, Adv. Comput. Math. 5 (1996)",
  evaluate: (b, x) => {
    const positive = b.elementwise("less", [b.constant(0), x]);
    const some = b.elementwise("select", [positive, x, b.constant(1)]);
    const inside = b.elementwise("mul", [some, b.elementwise("log", [some])]);
    const outside = b.elementwise("select", [
      b.elementwise("equal", [x, b.constant(0)]),
      b.constant(0),
      b.constant(Infinity),
    ]);
    return b.sum(b.elementwise("select", [positive, inside, outside]));
  },
  gradientLipschitz: null,
  kink: false,
  stronglyConvex: 0,
  separable: true,
  // z + t (log z + 1) = x: z = t w with w + log w = x/t - 1 - log t
  prox: (b, x, t) => {
    const right = b.elementwise("sub", [
      b.elementwise("sub", [b.elementwise("div", [x, t]), b.constant(1)]),
      b.elementwise("log", [t]),
    ]);
    return b.elementwise("mul", [t, omega(b, right)]);
  },
  conjugateProx: null,
  // sum of e^(p_i - 1)
  conjugate: (b, p) => b.sum(b.elementwise("exp", [b.elementwise("sub", [p, b.constant(1)])])),
};

/**
 * The w > 0 with w + log w = s, which is Lambert's function at e^s. Newton's method on the concave left side, from below:
 * w <- w (1 + s - log w)/(1 + w), from e^s/e^(e^s) for s <= 1 and s - log s beyond.
 */
function omega(b: IrBuilder, s: Variable): Variable {
  const one = b.constant(1);
  const large = b.elementwise("less", [one, s]);
  const power = b.elementwise("exp", [b.elementwise("min", [s, one])]);
  const low = b.elementwise("mul", [power, b.elementwise("exp", [b.elementwise("neg", [power])])]);
  const beyond = b.elementwise("max", [s, one]);
  const high = b.elementwise("sub", [beyond, b.elementwise("log", [beyond])]);
  let w = atLeast(b, b.elementwise("select", [large, high, low]));
  for (let step = 0; step < STEPS; step += 1) {
    const gap = b.elementwise("sub", [b.elementwise("add", [one, s]), b.elementwise("log", [w])]);
    const share = b.elementwise("div", [w, b.elementwise("add", [one, w])]);
    w = atLeast(b, b.elementwise("mul", [share, gap]));
  }
  return w;
}

function atLeast(b: IrBuilder, w: Variable): Variable {
  return b.elementwise("max", [w, b.constant(LEAST)]);
}
