import { arrayValue } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue } from "../../arrays/value.ts";
import type { Engine, Handle } from "../../engine/engine.ts";
import { halfExtent } from "../../engine/realFourier.ts";
import { sizeOf } from "../../engine/shape.ts";
import type { RampWindow } from "../library.ts";
import { middlePad, middleSlice, multiply, samplesOf } from "../handles.ts";

/** What each window is at a frequency, 1 being the highest one. */
const WINDOWS: { readonly [W in RampWindow]: (frequency: number) => number } = {
  ramp: () => 1,
  shepp_logan: (f) => (f === 0 ? 1 : Math.sin((Math.PI / 2) * f) / ((Math.PI / 2) * f)),
  cosine: (f) => Math.cos((Math.PI / 2) * f),
  hann: (f) => (1 + Math.cos(Math.PI * f)) / 2,
};

/** A filter of views R[v, d, r] along their cells, and its adjoint. */
export interface RampFilter {
  readonly handles: readonly Handle[];
  readonly norm: number;
  readonly apply: (operations: Operations, y: ArrayValue) => ArrayValue;
  readonly adjoint: (operations: Operations, y: ArrayValue) => ArrayValue;
}

/**
 * The ramp filter for cells of width 1, interpolated to `pieces` cells for each: R[v, d, r] -> R[v, e, r] with
 * e = pieces (d - 1) + 1. Views are padded with zeros to twice their length or more, so that the convolution is not
 * circular, multiplied by the transform of Kak and Slaney's ramp (1/4 at 0, -1/(pi n)^2 at odd n, 0 at even n: right
 * also at frequency 0, where |f| is not) and by the window, and read off between the cells by their Fourier series.
 * Source: Kak and Slaney, 1988, section 3.3, equation (61).
 */
export function rampFilter(
  operations: Operations,
  detectors: number,
  pieces: number,
  window: RampWindow,
): RampFilter {
  const length = Math.max(4, 2 ** Math.ceil(Math.log2(2 * detectors)));
  const fine = pieces * (detectors - 1) + 1;
  const ramp = rampTransform(length).map((value, f) => value * WINDOWS[window](frequencyOf(f, length)));
  const half = ramp.subarray(0, halfExtent(length));
  const { engine } = operations;
  const factors = factorsOf(engine, half, length, 1);
  const norm = ramp.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (pieces === 1) {
    const filter: RampFilter["apply"] = (using, y) =>
      alongCells(using.engine, y, detectors, (views) =>
        filtered(using.engine, padded(using.engine, views, length), factors),
      );
    return { handles: [factors], norm, apply: filter, adjoint: filter };
  }
  // among finer cells the highest frequency stands at two places, half at each
  const shared = factorsOf(engine, half, length, 1 / 2);
  return {
    handles: [factors, shared],
    norm: Math.sqrt(pieces) * norm,
    apply: (using, y) =>
      alongCells(using.engine, y, fine, (views) =>
        refined(using.engine, padded(using.engine, views, length), shared, length * pieces),
      ),
    adjoint: (using, y) =>
      alongCells(using.engine, y, detectors, (views) =>
        coarsened(using.engine, padded(using.engine, views, length * pieces), factors, length),
      ),
  };
}

/** The axis of cells in lines [outer, cells, inner]. */
const CELLS = [1] as const;

/** The transform of the ramp over so many cells, an even number: real, since the ramp is even. */
function rampTransform(length: number): Float64Array {
  const cosines = Float64Array.from({ length }, (_, k) => Math.cos((2 * Math.PI * k) / length));
  const half = Float64Array.from({ length: length / 2 + 1 }, (_, f) => {
    let sum = 1 / 4;
    for (let n = 1; n < length / 2; n += 2)
      sum -= (2 * (cosines[(n * f) % length] ?? 0)) / (Math.PI * n) ** 2;
    return sum;
  });
  return Float64Array.from({ length }, (_, f) => half[Math.min(f, length - f)] ?? NaN);
}

/** The frequency at a place of a transform, 1 being the highest. */
function frequencyOf(place: number, length: number): number {
  return Math.min(place, length - place) / (length / 2);
}

/** What the frequencies are multiplied by, with the factor of the inverse transform, and another one at the highest. */
function factorsOf(engine: Engine, half: Float64Array, length: number, highest: number): Handle {
  const last = half.length - 1;
  const factors = half.map((value, f) => (value * (f === last ? highest : 1)) / length);
  return engine.upload(factors, [1, half.length, 1]);
}

/** Does something to views as lines [outer, cells, inner], and takes the first `cells` of what comes. */
function alongCells(
  engine: Engine,
  y: ArrayValue,
  cells: number,
  map: (lines: Handle) => Handle,
): ArrayValue {
  const [views = 0, own = 0, ...rest] = y.shape;
  const lines = engine.reshape(y.handle, [samplesOf(y) * views, own, sizeOf(rest)]);
  return arrayValue(engine, middleSlice(engine, map(lines), 0, cells), y.batch, [views, cells, ...rest]);
}

/** Lines with zeros behind, of so many cells. */
function padded(engine: Engine, lines: Handle, cells: number): Handle {
  return middlePad(engine, lines, 0, cells - (lines.shape[1] ?? 0));
}

function filtered(engine: Engine, lines: Handle, factors: Handle): Handle {
  return engine.filterFourier(lines, factors, { axes: CELLS, adjoint: false });
}

/** Filtered lines of so many more cells, read off between those that there were by their Fourier series. */
function refined(engine: Engine, lines: Handle, factors: Handle, cells: number): Handle {
  const spectrum = onPairs(engine, engine.realFourier(lines, CELLS), (pairs) =>
    padded(engine, multiply(engine, pairs, factors), halfExtent(cells)),
  );
  return engine.inverseRealFourier(spectrum, CELLS, cells);
}

/** The adjoint of `refined`, but for the factor at the highest frequency, which counts once here. */
function coarsened(engine: Engine, lines: Handle, factors: Handle, cells: number): Handle {
  const spectrum = onPairs(engine, engine.realFourier(lines, CELLS), (pairs) =>
    multiply(engine, middleSlice(engine, pairs, 0, halfExtent(cells)), factors),
  );
  return engine.inverseRealFourier(spectrum, CELLS, cells);
}

/** Does something to pairs [outer, frequencies, inner, 2] as [outer, frequencies, 2 inner]. */
function onPairs(engine: Engine, pairs: Handle, change: (lines: Handle) => Handle): Handle {
  const [outer = 0, own = 0, inner = 0] = pairs.shape;
  const changed = change(engine.reshape(pairs, [outer, own, 2 * inner]));
  return engine.reshape(changed, [outer, changed.shape[1] ?? 0, inner, 2]);
}
