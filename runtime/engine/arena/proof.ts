import { hasEnd } from "../../kernels/encode/ends.ts";
import {
  advanceOf,
  type Layout,
  layoutOf,
  type Mode,
  outputsOf,
  type Pattern,
} from "../../kernels/encode/pattern.ts";
import { carriesOf } from "./operations/elementwise.ts";
import { bitsOf, type Kernel } from "./machine.ts";
import { ARGUMENT_WORDS, PLACE } from "./places.ts";

/** Where the numbers of a proof stand, in bytes, and how many pages that takes. */
const GIVEN = PLACE.arguments + 4 * ARGUMENT_WORDS;
const GIVEN_BYTES = 262144;
const RESULT = GIVEN + GIVEN_BYTES;
const RESULT_BYTES = 16384;
const RESULTS = 16;
const PAGES = Math.ceil((RESULT + RESULTS * RESULT_BYTES) / 65536);

/** What results are filled with before: a float that no sample gives. */
const UNTOUCHED = 0x7e7e7e7e;

/** Bytes from one sample input to the next, and how many differ. */
const INPUT_BYTES = 14_004;
const INPUTS = 16;

/** A memory to try kernels on. */
export function provingGround(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
}

/** Rows to try: their points, the points of a tile, the rows of an item, and how many rows each axis counts. */
interface Sample {
  readonly entries: number;
  readonly tile: number;
  readonly rowsOfItem: number;
  readonly extents: readonly number[];
}

const SAMPLES: readonly Sample[] = [
  { entries: 83, tile: 48, rowsOfItem: 1, extents: [3, 2, 2] },
  { entries: 5, tile: 16, rowsOfItem: 4, extents: [2, 3] },
  { entries: 1, tile: 16, rowsOfItem: 1, extents: [] },
];

/** Tiles of several rows, as kernels have them that join results over rows. */
const WITH_ROWS: readonly Sample[] = [
  ...SAMPLES,
  { entries: 83, tile: 48, rowsOfItem: 5, extents: [3, 2, 2] },
];

/**
 * Whether two kernels of a pattern, on the same proving ground, give the same bits: of ordinary numbers and of NaN,
 * infinities, zeros and denormal ones, on rows that begin and end in the midst of registers. All NaN count as the same.
 * What has more than 16 results is not tried, and does not pass.
 */
export function givesSameBits(
  memory: WebAssembly.Memory,
  pattern: Pattern,
  [one, other]: readonly [Kernel, Kernel],
): boolean {
  if (pattern.program.results.length > RESULTS) return false;
  const floats = new Float32Array(memory.buffer, GIVEN, GIVEN_BYTES / 4);
  return [tame, wild].every((numberAt) => {
    for (let at = 0; at < floats.length; at++) floats[at] = numberAt(at);
    return (hasEnd(pattern.ends, "rows") ? WITH_ROWS : SAMPLES).every((sample) => {
      const { words, items } = argumentsOf(pattern, sample);
      const wanted = resultOf(memory, one, words, items);
      return isSame(wanted, resultOf(memory, other, words, items));
    });
  });
}

function resultOf(
  memory: WebAssembly.Memory,
  kernel: Kernel,
  words: readonly number[],
  items: number,
): Uint32Array {
  const result = new Uint32Array(memory.buffer, RESULT, (RESULTS * RESULT_BYTES) / 4);
  result.fill(UNTOUCHED);
  new Uint32Array(memory.buffer, PLACE.arguments, ARGUMENT_WORDS).set(words);
  kernel(0, PLACE.arguments, 0, items);
  return result.slice();
}

function argumentsOf(
  pattern: Pattern,
  { entries, tile, rowsOfItem, extents: some }: Sample,
): { readonly words: readonly number[]; readonly items: number } {
  const { program, modes, axes } = pattern;
  const layout: Layout = layoutOf(pattern);
  const extents = Array.from({ length: axes }, (_, axis) => some[axis] ?? 1);
  const before = extents.map((_, axis) => product(extents.slice(0, axis)));
  const strides = before.map((rows) => modes.map((mode) => rows * rowBytes(pattern, mode, entries)));
  const rows = product(extents);
  const tiles = Math.ceil(entries / tile);
  const words = new Array<number>(layout.words).fill(0);
  const write = (at: number, values: readonly number[]): void => {
    values.forEach((value, index) => (words[at + index] = value));
  };
  write(
    layout.results,
    Array.from({ length: outputsOf(pattern) }, (_, at) => RESULT + at * RESULT_BYTES),
  );
  write(layout.entries, [entries, tile, tiles, rows, rowsOfItem]);
  write(layout.constants, program.constants.map(bitsOf));
  write(
    layout.offsets,
    modes.map((_, input) => GIVEN + INPUT_BYTES * (input % INPUTS)),
  );
  write(layout.extents, extents);
  write(layout.strides, strides.flat());
  write(layout.carries, carriesOf(extents, strides).flat());
  return { words, items: tiles * Math.ceil(rows / rowsOfItem) };
}

/** Bytes from a row of an input to the next. */
function rowBytes(pattern: Pattern, mode: Mode, entries: number): number {
  const bytes: Readonly<Partial<Record<Mode, number>>> = { single: 0, splat: 4, couple: 8 };
  return bytes[mode] ?? entries * advanceOf(pattern, mode);
}

const product = (extents: readonly number[]): number => extents.reduce((all, extent) => all * extent, 1);

const EXTREMES = [NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e-42, 3e38, -3e38, 1, -1];

/** Numbers that follow from their place: between 1/4 and 4, */
function tame(at: number): number {
  return 0.25 + 3.75 * fraction(at);
}

/** or of both signs, and now and then extreme. */
function wild(at: number): number {
  const chosen = Math.floor(8 * EXTREMES.length * fraction(at + 7));
  return EXTREMES[chosen] ?? 8 * fraction(at) - 4;
}

function fraction(at: number): number {
  return ((Math.imul(at + 1, 0x9e3779b1) >>> 0) % 65521) / 65521;
}

function isSame(a: Uint32Array, b: Uint32Array): boolean {
  return a.every((bits, at) => bits === b[at] || (isNaNOf(bits) && isNaNOf(b[at] ?? 0)));
}

function isNaNOf(bits: number): boolean {
  return (bits & 0x7fffffff) > 0x7f800000;
}
