import { isNIFTI, type NIFTI1, type NIFTI2, readHeader } from "nifti-reader-js";
import type { ArrayHeader } from "./arrayHeader.ts";
import { decoding } from "./dataError.ts";
import { contradicts, endsEarly, notOfFormat, notRead } from "./fileErrors.ts";
import { type Field, type HostArray, hostArray, lanes, product } from "./hostArray.ts";
import { DEFLATE_MAX_RATIO, type Deflated, inflated, inflatedBegin, INFLATING } from "./inflate.ts";
import { decodeNumbers, NUMBER_RULES, type NumberKind } from "./numbers.ts";

interface VoxelRule {
  readonly kind: NumberKind;
  readonly field?: Field;
  /** numbers of a voxel that become a last axis */
  readonly colours?: number;
}

/** The kinds of voxels by NIfTI's codes. */
const VOXELS: ReadonlyMap<number, VoxelRule> = new Map<number, VoxelRule>([
  [2, { kind: "u1" }],
  [4, { kind: "i2" }],
  [8, { kind: "i4" }],
  [16, { kind: "f4" }],
  [32, { kind: "f4", field: "complex" }],
  [64, { kind: "f8" }],
  [128, { kind: "u1", colours: 3 }],
  [256, { kind: "i1" }],
  [512, { kind: "u2" }],
  [768, { kind: "u4" }],
  [1024, { kind: "i8" }],
  [1280, { kind: "u8" }],
  [1792, { kind: "f8", field: "complex" }],
]);
/** The axes of space, of which one of a single slice is kept. */
const SPACE = 3;
/** The shortest header, that of NIfTI-1. */
const SHORTEST = 348;
/** The bytes that a header with its first extensions takes, for the library reads those, too. */
const LONGEST = 2 ** 15;
/** The first bytes of a file that are enough for its header, gzipped or not. */
export const NIFTI_HEADER = 2 ** 16;
/** Bytes that may stand behind the voxels. */
const SPARE = 2 ** 20;

/** What a header says of the voxels. */
interface Voxels {
  readonly rule: VoxelRule;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly count: number;
  readonly little: boolean;
  /** null for values as they are */
  readonly scale: Scale | null;
}

interface Scale {
  readonly slope: number;
  readonly intercept: number;
}

/**
 * Reads a NIfTI file, version 1 or 2, gzipped or not. Axes are as the file lies: slowest first, so [z, y, x] or
 * [t, z, y, x], the reverse of what nibabel shows; axes of 1 beyond the three of space are dropped. The scale of the
 * header is applied, to complex numbers, too; the orientation is not. Colours are a last axis, as value/255.
 * @throws DataError for bytes that are no complete NIfTI file, and for gzipped ones of another checksum.
 */
export function readNifti(bytes: Uint8Array): HostArray {
  const voxels = voxelsOf(bytes);
  const { rule, shape, begin, count, little, scale } = voxels;
  const plain = isGzip(bytes) ? inflated(gzip(bytes), begin + bytesIn(voxels), SPARE) : bytes;
  const numbers = decodeNumbers(plain.subarray(begin), rule.kind, count, little);
  const field = rule.field ?? "real";
  return hostArray(field, shape, scale === null ? numbers : scaled(numbers, scale, field));
}

/**
 * What a NIfTI file of `size` bytes says of its array, by its first `NIFTI_HEADER` bytes.
 * @throws DataError as `readNifti` does
 */
export function readNiftiHeader(bytes: Uint8Array, size: number): ArrayHeader {
  const voxels = voxelsOf(bytes);
  const { rule, shape, begin, count, scale } = voxels;
  const unpacked = isGzip(bytes) ? begin + bytesIn(voxels) : 0;
  if (unpacked > size * DEFLATE_MAX_RATIO) throw endsEarly("NIfTI");
  const held = count * (NUMBER_RULES[rule.kind].double ? 8 : 4) + (scale === null ? 0 : 8 * count);
  return { field: rule.field ?? "real", shape, peak: size + INFLATING * unpacked + held };
}

function voxelsOf(bytes: Uint8Array): Voxels {
  if (bytes.length < 4) throw endsEarly("NIfTI");
  const begin = isGzip(bytes) ? inflatedBegin(gzip(bytes), LONGEST) : bytes.slice(0, LONGEST);
  if (begin.length < SHORTEST) throw endsEarly("NIfTI");
  const plain = new Uint8Array(begin).buffer;
  if (!decoding("NIfTI", () => isNIFTI(plain))) throw notNifti();
  const header = decoding("NIfTI", () => readHeader(plain));
  const rule = VOXELS.get(header.datatypeCode);
  if (rule === undefined) {
    throw notRead(
      `This NIfTI file has voxels of type ${header.datatypeCode}.`,
      "Save it with integers or floats.",
    );
  }
  const { field = "real", colours } = rule;
  const shape = [...axesOf(header.dims), ...(colours === undefined ? [] : [colours])];
  const at = header.vox_offset;
  if (!Number.isInteger(at) || at < SHORTEST) throw contradicts("NIfTI", `its voxels begin at byte ${at}`);
  const count = product(shape) * lanes(field);
  return { rule, shape, begin: at, count, little: header.littleEndian, scale: scaleOf(header, rule) };
}

function gzip(bytes: Uint8Array): Deflated {
  return { format: "NIfTI", wrapping: "gzip", bytes };
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function bytesIn({ rule, count }: Voxels): number {
  return count * NUMBER_RULES[rule.kind].bytes;
}

function notNifti(): Error {
  return notOfFormat(
    "NIfTI",
    "Its header has no mark of one.",
    "Headers and images in two files are not read.",
  );
}

function axesOf(dims: readonly number[]): readonly number[] {
  const rank = dims[0] ?? 0;
  if (rank < 1 || rank > 7) throw contradicts("NIfTI", `it claims ${rank} axes`);
  const axes = dims.slice(1, rank + 1).reverse();
  if (axes.some((extent) => !Number.isInteger(extent) || extent < 1)) {
    throw contradicts("NIfTI", `it claims the axes ${axes.join(" x ")}`);
  }
  while (axes.length > SPACE && axes[0] === 1) axes.shift();
  return axes;
}

/** Colours over 255; the header's slope and intercept, unless it has none. */
function scaleOf(header: NIFTI1 | NIFTI2, { colours }: VoxelRule): Scale | null {
  if (colours !== undefined) return { slope: 1 / 255, intercept: 0 };
  const { scl_slope: slope, scl_inter: intercept } = header;
  const plain = !Number.isFinite(slope) || slope === 0 || (slope === 1 && intercept === 0);
  if (plain) return null;
  if (!Number.isFinite(intercept)) {
    throw contradicts("NIfTI", `its header has the slope ${slope} and the intercept ${intercept}`);
  }
  return { slope, intercept };
}

/** The intercept is added to real parts. */
function scaled(
  numbers: Float32Array | Float64Array,
  { slope, intercept }: Scale,
  field: Field,
): Float64Array {
  const result = new Float64Array(numbers.length);
  const width = lanes(field);
  for (let i = 0; i < numbers.length; i++) {
    result[i] = (numbers[i] ?? 0) * slope + (i % width === 0 ? intercept : 0);
  }
  return result;
}
