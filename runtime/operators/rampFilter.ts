import { arrayValue, asArray } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import { sizeOf } from "../engine/shape.ts";
import type { RampWindow } from "./library.ts";
import { add, middlePad, middleSlice, samplesOf, withHandle } from "./handles.ts";

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
  const transfer = transferOf(operations, ramp, pieces);
  const times = (using: Operations, x: ArrayValue): ArrayValue =>
    asArray("a filter", using.map("t*x", { t: transfer, x }));
  return {
    handles: [transfer.handle],
    norm: Math.sqrt(pieces) * ramp.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    apply: (using, y) =>
      alongCells(using, y, fine, (views) => {
        const filtered = times(using, fourier(using, padded(using, views, length), false));
        return fourier(using, spread(using, filtered, length * pieces), true);
      }),
    adjoint: (using, y) =>
      alongCells(using, y, detectors, (views) => {
        const series = fourier(using, padded(using, views, length * pieces), false);
        return fourier(using, times(using, folded(using, series, length)), true);
      }),
  };
}

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

/**
 * What spectra are multiplied by, with the factor of the inverse transform. Among finer cells the highest frequency
 * stands at two places, half at each.
 */
function transferOf({ engine }: Operations, ramp: Float64Array, pieces: number): ArrayValue {
  const { length } = ramp;
  const shared = pieces === 1 ? 1 : 1 / 2;
  const data = ramp.map((value, f) => (value * (f === length / 2 ? shared : 1)) / length);
  return arrayValue(engine, engine.upload(data, [length, 1]), null, [length, 1]);
}

/** Does something to views as lines [outer, cells, inner], and takes the first `cells` of what comes. */
function alongCells(
  using: Operations,
  y: ArrayValue,
  cells: number,
  map: (lines: ArrayValue) => ArrayValue,
): ArrayValue {
  const { engine } = using;
  const [views = 0, own = 0, ...rest] = y.shape;
  const lines = arrayValue(engine, y.handle, null, [samplesOf(y) * views, own, sizeOf(rest)]);
  const result = asArray("a filter", using.map("real(x)", { x: map(lines) }));
  return arrayValue(engine, middleSlice(engine, result.handle, 0, cells), y.batch, [views, cells, ...rest]);
}

/** The unnormalised transform of lines [outer, cells, inner] along their cells. */
function fourier(using: Operations, x: ArrayValue, inverse: boolean): ArrayValue {
  const complex = x.field === "complex" ? x : asArray("a filter", using.map("complex(x)", { x }));
  return withHandle(complex, using.engine.fourier(complex.handle, [1], inverse), complex.shape);
}

/** Lines with zeros behind, of so many cells. */
function padded({ engine }: Operations, x: ArrayValue, cells: number): ArrayValue {
  const [outer = 0, own = 0, inner = 0] = x.shape;
  return arrayValue(engine, middlePad(engine, x.handle, 0, cells - own), null, [outer, cells, inner]);
}

/** Spectra among those of more cells: zeros at the new frequencies, the highest one that there was at both its places. */
function spread({ engine }: Operations, x: ArrayValue, cells: number): ArrayValue {
  const [outer = 0, own = 0, inner = 0] = x.shape;
  if (cells === own) return x;
  const lines = engine.reshape(x.handle, [outer, own, 2 * inner]);
  const half = own / 2;
  const handle = engine.concat(
    [
      middleSlice(engine, lines, 0, half + 1),
      engine.fill(0, [outer, cells - own - 1, 2 * inner]),
      middleSlice(engine, lines, half, half),
    ],
    1,
  );
  return arrayValue(engine, handle, null, [outer, cells, inner], "complex");
}

/** The adjoint of `spread`. */
function folded({ engine }: Operations, x: ArrayValue, cells: number): ArrayValue {
  const [outer = 0, own = 0, inner = 0] = x.shape;
  if (cells === own) return x;
  const lines = engine.reshape(x.handle, [outer, own, 2 * inner]);
  const half = cells / 2;
  const highest = add(engine, middleSlice(engine, lines, half, 1), middleSlice(engine, lines, own - half, 1));
  const handle = engine.concat(
    [middleSlice(engine, lines, 0, half), highest, middleSlice(engine, lines, own - half + 1, half - 1)],
    1,
  );
  return arrayValue(engine, handle, null, [outer, cells, inner], "complex");
}
