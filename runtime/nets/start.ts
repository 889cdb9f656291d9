import { realArray, type HostArray } from "../io/hostArray.ts";
import type { ParameterStart, RandomStart } from "../program/definition.ts";
import type { RandomStream } from "../random/stream.ts";

type Start = Extract<ParameterStart, { kind: "random" }>;

/**
 * The first weights of a layer. `he` is N(0, 2/fanIn) (He et al., 2015); `xavier` uniform on
 * +-sqrt(6/(fanIn + fanOut)) (Glorot and Bengio, 2010); `uniform` on +-1/sqrt(fanIn), as convolutions of PyTorch begin,
 * with a sixth of the variance of `he`; `average` uniform on [0, 2/fanIn], an average in expectation; `dct` gives
 * filters [kh, kw, c, out] the functions of the orthonormal 2-D cosine basis in turn, divided by sqrt(c).
 */
export function startingWeights(start: Start, shape: readonly number[], random: RandomStream): HostArray {
  return STARTS[start.init](start, shape, random);
}

/** The weights that a program brings. */
export function storedWeights(
  { float32 }: Extract<ParameterStart, { kind: "stored" }>,
  shape: readonly number[],
): HostArray {
  const bytes = Uint8Array.from(atob(float32), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return realArray(
    shape,
    Float64Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true)),
  );
}

type StartRule = (start: Start, shape: readonly number[], random: RandomStream) => HostArray;

const STARTS: { readonly [I in RandomStart]: StartRule } = {
  he: (_start, shape, random) => filled(shape, () => Math.sqrt(2 / fansOf(shape).in) * random.normal()),
  xavier: (_start, shape, random) => {
    const fans = fansOf(shape);
    const bound = Math.sqrt(6 / (fans.in + fans.out));
    return filled(shape, () => bound * (2 * random.uniform() - 1));
  },
  uniform: (_start, shape, random) =>
    filled(shape, () => (2 * random.uniform() - 1) / Math.sqrt(fansOf(shape).in)),
  average: (_start, shape, random) => filled(shape, () => (2 / fansOf(shape).in) * random.uniform()),
  zero: (_start, shape) => filled(shape, () => 0),
  one: (_start, shape) => filled(shape, () => 1),
  dct: (_start, shape) => cosineFilters(shape),
};

/** How many entries an output entry sums over, and the converse: filters [kh, kw, c, out], matrices [out, in]. */
function fansOf(shape: readonly number[]): { readonly in: number; readonly out: number } {
  const [first = 1, second = 1, channels, out] = shape;
  if (channels === undefined || out === undefined) return { in: second, out: first };
  return { in: first * second * channels, out: first * second * out };
}

function filled(shape: readonly number[], value: (position: number) => number): HostArray {
  const length = shape.reduce((count, extent) => count * extent, 1);
  return realArray(
    shape,
    Float64Array.from({ length }, (_, position) => value(position)),
  );
}

function cosineFilters(shape: readonly number[]): HostArray {
  const [height = 1, width = 1, channels = 1, out = 1] = shape;
  return filled(shape, (position) => {
    const index = (position % out) % (height * width);
    const tap = Math.floor(position / (out * channels));
    const row = cosine(Math.floor(index / width), Math.floor(tap / width), height);
    return (row * cosine(index % width, tap % width, width)) / Math.sqrt(channels);
  });
}

/** Entry `at` of function `index` of the orthonormal DCT-II basis of length n. */
function cosine(index: number, at: number, n: number): number {
  const scale = Math.sqrt((index === 0 ? 1 : 2) / n);
  return scale * Math.cos((Math.PI * (at + 0.5) * index) / n);
}
