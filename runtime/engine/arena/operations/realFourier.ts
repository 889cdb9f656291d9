import type { Engine } from "../../engine.ts";
import {
  axesRefusal,
  filterRefusal,
  halfExtent,
  halfShape,
  halvedAxis,
  inverseRefusal,
  type RealTransforms,
  withExtent,
} from "../../realFourier.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import { alongAxis, inFewLines } from "./fourier.ts";
import { type Factors, linesAlong, plansOf, transform } from "./fourierLines.ts";
import type { Store } from "../store.ts";

/** What a real kernel reads and writes; its bits are a word of the kernel. */
const WAYS = { toSpectrum: 1, fromSpectrum: 2, throughSpectrum: 3 } as const;

interface Places {
  readonly from: number;
  readonly to: number;
}

/** A real array in the arena, or its half spectrum, which is at the other place. */
interface Along extends Places {
  /** of the real array */
  readonly shape: readonly number[];
  readonly axis: number;
  readonly way: keyof typeof WAYS;
  readonly factors: Factors | null;
}

/**
 * Fourier transforms of real arrays: real lines of even length as half as many pairs, half spectra along the other
 * axes; filters multiply while lines are at hand. `composed` has those of few long lines, which are split.
 * Source of the packing: Press et al., Numerical Recipes, 3rd ed., Cambridge 2007, section 12.3.
 */
export function realFourierOf(
  store: Store,
  composed: RealTransforms & Pick<Engine, "broadcast">,
): RealTransforms {
  const { alongReal, alongEach, filtered } = passesOf(store);

  const realFourier: Engine["realFourier"] = (array, axes) => {
    const { shape } = array;
    const none = axesRefusal(shape.length, axes);
    if (none !== null) throw store.refuse("realFourier", [array], none);
    const axis = halvedAxis(axes);
    if (isSplit(shape, axis)) return composed.realFourier(array, axes);
    const half = halfShape(shape, axes);
    const result = store.make([...half, 2]);
    if (sizeOf(shape) === 0) return result;
    const to = store.offsetOf(result);
    alongReal({ from: store.offsetOf(array), to, shape, axis, way: "toSpectrum", factors: null });
    alongEach(othersOf(shape, axes), half, false, { from: to, to });
    return result;
  };

  const inverseRealFourier: Engine["inverseRealFourier"] = (pairs, axes, extent) => {
    const none = inverseRefusal(pairs, axes, extent);
    if (none !== null) throw store.refuse("inverseRealFourier", [pairs], none);
    const axis = halvedAxis(axes);
    const half = pairs.shape.slice(0, -1);
    const shape = withExtent(half, axis, extent);
    if (isSplit(shape, axis)) return composed.inverseRealFourier(pairs, axes, extent);
    const result = store.make(shape);
    if (sizeOf(shape) === 0) return result;
    store.scratch(2 * sizeOf(half), (between) => {
      const given = store.offsetOf(pairs);
      const others = othersOf(shape, axes);
      alongEach(others, half, true, { from: given, to: between });
      const from = others.length > 0 ? between : given;
      alongReal({ from, to: store.offsetOf(result), shape, axis, way: "fromSpectrum", factors: null });
    });
    return result;
  };

  const filterFourier: Engine["filterFourier"] = (array, factors, options) => {
    const none = filterRefusal(array, factors, options);
    if (none !== null) throw store.refuse("filterFourier", [array, factors], none);
    const { shape } = array;
    const { axes, adjoint } = options;
    const axis = halvedAxis(axes);
    if (isSplit(shape, axis)) return composed.filterFourier(array, factors, options);
    const result = store.make(shape);
    if (sizeOf(shape) === 0) return result;
    const half = halfShape(shape, axes);
    const [first, ...rest] = othersOf(shape, axes);
    const repeated = repeatedShape(factors.shape, half, first ?? axis);
    const given = sameShape(repeated, factors.shape) ? factors : composed.broadcast(factors, repeated);
    const laid = laidOut(repeated, half, first ?? axis);
    const by: Factors = { place: store.offsetOf(given), conjugate: adjoint, ...laid };
    const [from, to] = [store.offsetOf(array), store.offsetOf(result)];
    if (first === undefined) alongReal({ from, to, shape, axis, way: "throughSpectrum", factors: by });
    else {
      store.scratch(2 * sizeOf(half), (between) => {
        alongReal({ from, to: between, shape, axis, way: "toSpectrum", factors: null });
        alongEach(rest, half, false, { from: between, to: between });
        filtered(half, first, between, by);
        alongEach(rest, half, true, { from: between, to: between });
        alongReal({ from: between, to, shape, axis, way: "fromSpectrum", factors: null });
      });
    }
    if (given !== factors) store.dispose([given]);
    return result;
  };

  return { realFourier, inverseRealFourier, filterFourier };
}

/** The passes over an array along one axis. */
interface Passes {
  readonly alongReal: (what: Along) => void;
  /** half spectra along further axes, one after the other */
  readonly alongEach: (
    axes: readonly number[],
    half: readonly number[],
    inverse: boolean,
    places: Places,
  ) => void;
  /** half spectra there and back along an axis, multiplied between */
  readonly filtered: (half: readonly number[], axis: number, place: number, factors: Factors) => void;
}

function passesOf(store: Store): Passes {
  const planOf = plansOf();

  const alongReal = ({ from, to, shape, axis, way, factors }: Along): void => {
    const n = shape[axis] ?? 1;
    const [before, after] = [
      way === "fromSpectrum" ? halfExtent(n) : n,
      way === "toSpectrum" ? halfExtent(n) : n,
    ];
    const lines = linesAlong(sizeOf(shape) / n, before, after, sizeOf(shape.slice(axis + 1)));
    const roots = n % 2 === 1 ? 0 : store.table(`fourier roots ${n}`, () => rootsOf(n));
    const plan = planOf(n % 2 === 1 ? n : n / 2);
    transform(store, "fourier_real", plan, lines, { from, to, own: [n, WAYS[way], roots], factors });
  };

  const alongEach: Passes["alongEach"] = (axes, half, inverse, places) => {
    axes.forEach((axis, i) => {
      const from = i === 0 ? places.from : places.to;
      alongAxis(store, planOf, { from, to: places.to, shape: [...half, 2], axis, inverse });
    });
  };

  const filtered: Passes["filtered"] = (half, axis, place, factors) => {
    const n = half[axis] ?? 1;
    const lines = linesAlong(sizeOf(half) / n, n, n, sizeOf(half.slice(axis + 1)));
    transform(store, "fourier", planOf(n), lines, { from: place, to: place, own: [0, 0, 0], factors });
  };
  return { alongReal, alongEach, filtered };
}

/** Whether the lines along an axis are neither many nor short. */
function isSplit(shape: readonly number[], axis: number): boolean {
  return sizeOf(shape) > 0 && inFewLines(shape[axis] ?? 1, sizeOf(shape), sizeOf(shape.slice(axis + 1)));
}

/** The axes but the halved one along which there is something to do. */
function othersOf(shape: readonly number[], axes: readonly number[]): readonly number[] {
  return axes.slice(0, -1).filter((axis) => shape[axis] !== 1);
}

/** The shape of factors that repeat along none of the axes before one, or along all of them, and so behind it. */
function repeatedShape(factors: readonly number[], half: readonly number[], axis: number): readonly number[] {
  const part = (begin: number, end: number): readonly number[] => {
    const [own, whole] = [factors.slice(begin, end), half.slice(begin, end)];
    return own.every((extent) => extent === 1) ? own : whole;
  };
  const rank = half.length;
  return [...part(0, axis), factors[axis] ?? 1, ...part(axis + 1, rank), ...factors.slice(rank)];
}

/** How far apart factors of that shape lie for lines along an axis. */
function laidOut(
  shape: readonly number[],
  half: readonly number[],
  axis: number,
): Pick<Factors, "floats" | "strides"> {
  const rank = half.length;
  const floats = shape.length > rank ? 2 : 1;
  const own = shape[axis] ?? 1;
  const [before, after] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1, rank))];
  const step = own === 1 ? 0 : after * floats;
  const outer = before === 1 ? 0 : own * after * floats;
  if (sizeOf(half.slice(axis + 1)) === 1) return { floats, strides: [0, outer, step] };
  return { floats, strides: [outer, after === 1 ? 0 : floats, step] };
}

/** e^(-2 pi i k / n) for k up to n/4. */
function rootsOf(n: number): Float32Array {
  return Float32Array.from({ length: 2 * (Math.floor(n / 4) + 1) }, (_, i) => {
    const angle = (-2 * Math.PI * (i >> 1)) / n;
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
}
