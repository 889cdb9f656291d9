import type { ElementwiseExpression } from "../../arrays/expression.ts";
import type { Engine, Handle } from "../engine.ts";
import { partName } from "../pairs.ts";
import {
  axesRefusal,
  filterRefusal,
  halfShape,
  halvedAxis,
  inverseRefusal,
  type RealTransforms,
  withExtent,
} from "../realFourier.ts";
import { sizeOf } from "../shape.ts";
import { refuse } from "./device.ts";
import type { Roots } from "./fourier.ts";
import type { Kernel } from "./kernel.ts";
import type { Store } from "./store.ts";

const pairwise = { form: "entries", reads: ["f32", "f32"], writes: 1 } as const;

/** An invocation for each frequency of a line of n = 2 h entries, from the transform of its h pairs of neighbours. */
const UNPACK: Kernel = {
  ...pairwise,
  numbers: ["h", "inner"],
  body: `
  let within = i % inner;
  let k = i / inner % (h + 1u);
  let line = i / (inner * (h + 1u)) * h;
  let one = 2u * ((line + k % h) * inner + within);
  let other = 2u * ((line + (h - k) % h) * inner + within);
  let c = a1[2u * k];
  let s = a1[2u * k + 1u];
  let re = 0.5 * (a0[one + 1u] + a0[other + 1u]);
  let im = 0.5 * (a0[other] - a0[one]);
  r0[2u * i] = 0.5 * (a0[one] + a0[other]) + c * re + s * im;
  r0[2u * i + 1u] = 0.5 * (a0[one + 1u] - a0[other + 1u]) + c * im - s * re;`,
};

/** The way back, for each pair of neighbours; what is imaginary at the first and the last frequency does not count. */
const PACK: Kernel = {
  ...pairwise,
  numbers: ["h", "inner"],
  body: `
  let within = i % inner;
  let k = i / inner % h;
  let line = i / (inner * h) * (h + 1u);
  let one = 2u * ((line + k) * inner + within);
  let other = 2u * ((line + h - k) * inner + within);
  let c = a1[2u * k];
  let s = a1[2u * k + 1u];
  let up = select(a0[one + 1u], 0.0, k == 0u);
  let down = select(a0[other + 1u], 0.0, k == 0u);
  let re = a0[one] - a0[other];
  let im = up + down;
  r0[2u * i] = a0[one] + a0[other] - c * im - s * re;
  r0[2u * i + 1u] = up - down + c * re - s * im;`,
};

const part = (name: string, which: "re" | "im"): ElementwiseExpression => ({
  kind: "input",
  name: partName(name, which),
});
const [XR, XI, CR, CI] = [part("x", "re"), part("x", "im"), part("c", "re"), part("c", "im")];
const C: ElementwiseExpression = { kind: "input", name: "c" };
const apply = (
  name: "add" | "sub" | "mul",
  a: ElementwiseExpression,
  b: ElementwiseExpression,
): ElementwiseExpression => ({ kind: "apply", function: name, arguments: [a, b] });

/** Pairs x times numbers c, pairs c, and conjugate pairs. */
const PRODUCTS = {
  real: { re: apply("mul", XR, C), im: apply("mul", XI, C) },
  pairs: {
    re: apply("sub", apply("mul", XR, CR), apply("mul", XI, CI)),
    im: apply("add", apply("mul", XR, CI), apply("mul", XI, CR)),
  },
  conjugate: {
    re: apply("add", apply("mul", XR, CR), apply("mul", XI, CI)),
    im: apply("sub", apply("mul", XI, CR), apply("mul", XR, CI)),
  },
};

type Parts = Pick<Engine, "fourier" | "transpose" | "elementwisePairs">;

/**
 * Fourier transforms of real arrays: real lines of even length as half as many pairs, half spectra along the other axes;
 * `composed` has those of odd length.
 * Source of the packing: Press et al., Numerical Recipes, 3rd ed., Cambridge 2007, section 12.3.
 */
export function realFourierOf(
  store: Store,
  rootsOf: Roots,
  engine: Parts,
  composed: RealTransforms,
): RealTransforms {
  const realFourier: Engine["realFourier"] = (array, axes) => {
    const { shape } = array;
    const none = axesRefusal(shape.length, axes);
    if (none !== null) throw refuse("realFourier", [shape], none);
    const axis = halvedAxis(axes);
    const [outer, n, inner] = around(shape, axis);
    if (n % 2 === 1) return composed.realFourier(array, axes);
    const half = [...halfShape(shape, axes), 2];
    if (sizeOf(shape) === 0) return store.make("realFourier", half);
    return store.scope(
      () => {
        const neighbours = store.reshape(array, [outer, n / 2, 2, inner]);
        const pairs = store.reshape(inner === 1 ? neighbours : engine.transpose(neighbours, [0, 1, 3, 2]), [
          outer,
          n / 2,
          inner,
          2,
        ]);
        const lines = engine.fourier(pairs, [1], false);
        const work = { operation: "realFourier", kernel: UNPACK, inputs: [lines], tables: [rootsOf(n)] };
        const [whole] = store.computeAll({ ...work, words: [n / 2, inner] }, [half], sizeOf(half) / 2);
        if (whole === undefined) throw new RangeError("a kernel without a result");
        return engine.fourier(whole, axes.slice(0, -1), false);
      },
      (made) => [made],
    );
  };
  const inverseRealFourier: Engine["inverseRealFourier"] = (pairs, axes, extent) => {
    const none = inverseRefusal(pairs, axes, extent);
    if (none !== null) throw refuse("inverseRealFourier", [pairs.shape], none);
    if (extent % 2 === 1) return composed.inverseRealFourier(pairs, axes, extent);
    const axis = halvedAxis(axes);
    const shape = withExtent(pairs.shape.slice(0, -1), axis, extent);
    if (sizeOf(shape) === 0) return store.make("inverseRealFourier", shape);
    const [outer, n, inner] = around(shape, axis);
    return store.scope(
      () => {
        const half = engine.fourier(pairs, axes.slice(0, -1), true);
        const work = { operation: "inverseRealFourier", kernel: PACK, inputs: [half], tables: [rootsOf(n)] };
        const packed = [outer, n / 2, inner, 2];
        const [lines] = store.computeAll({ ...work, words: [n / 2, inner] }, [packed], sizeOf(packed) / 2);
        if (lines === undefined) throw new RangeError("a kernel without a result");
        const neighbours = engine.fourier(lines, [1], true);
        return store.reshape(inner === 1 ? neighbours : engine.transpose(neighbours, [0, 1, 3, 2]), shape);
      },
      (made) => [made],
    );
  };
  return {
    realFourier,
    inverseRealFourier,
    filterFourier(array, factors, options) {
      const none = filterRefusal(array, factors, options);
      if (none !== null) throw refuse("filterFourier", [array.shape, factors.shape], none);
      const { axes, adjoint } = options;
      return store.scope(
        () => {
          const spectrum = multiplied(engine, realFourier(array, axes), factors, adjoint);
          return inverseRealFourier(spectrum, axes, array.shape[halvedAxis(axes)] ?? 1);
        },
        (made) => [made],
      );
    },
  };
}

/** How many lines an array has along an axis, their length, and how many stand side by side. */
function around(shape: readonly number[], axis: number): readonly [number, number, number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis] ?? 1, sizeOf(shape.slice(axis + 1))];
}

/** A half spectrum times factors, numbers or pairs, which may repeat. */
function multiplied(engine: Parts, pairs: Handle, factors: Handle, conjugate: boolean): Handle {
  if (factors.shape.length < pairs.shape.length) {
    return engine.elementwisePairs(PRODUCTS.real, { pairs: { x: pairs }, reals: { c: factors } });
  }
  const product = conjugate ? PRODUCTS.conjugate : PRODUCTS.pairs;
  return engine.elementwisePairs(product, { pairs: { x: pairs, c: factors }, reals: {} });
}
