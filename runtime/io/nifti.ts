import { decompress, isCompressed, isNIFTI, readHeader } from "nifti-reader-js";
import { decoding } from "./dataError.ts";
import { contradicts, endsEarly, notOfFormat, notRead } from "./fileErrors.ts";
import { type Field, type HostArray, hostArray, lanes, product } from "./hostArray.ts";
import { DEFLATE_MAX_RATIO } from "./npz.ts";
import { decodeNumbers, type NumberKind } from "./numbers.ts";

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

/**
 * Reads a NIfTI file, version 1 or 2, gzipped or not. Axes are as the file lies: slowest first, so [z, y, x] or
 * [t, z, y, x], the reverse of what nibabel shows; axes of 1 beyond the three of space are dropped. The scale of the
 * header is applied, to complex numbers, too; the orientation is not. Colours are a last axis, as value/255.
 * @throws DataError for bytes that are no complete NIfTI file.
 */
export function readNifti(bytes: Uint8Array): HostArray {
  if (bytes.length < 4) throw endsEarly("NIfTI");
  const raw = buffer(bytes);
  if (isCompressed(raw)) requireSize(bytes);
  const plain = decoding("NIfTI", () => (isCompressed(raw) ? buffer(new Uint8Array(decompress(raw))) : raw));
  if (plain.byteLength < SHORTEST) throw endsEarly("NIfTI");
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
  const begin = header.vox_offset;
  if (!Number.isInteger(begin) || begin < SHORTEST)
    throw contradicts("NIfTI", `its voxels begin at byte ${begin}`);
  const count = product(shape) * lanes(field);
  const stored = new Uint8Array(plain).subarray(begin);
  const numbers = decodeNumbers(stored, rule.kind, count, header.littleEndian);
  return hostArray(field, shape, scaled(numbers, header.scl_slope, header.scl_inter, field, colours));
}

/**
 * Refuses a gzip whose last word, the number of bytes in it, is more than it can hold, before anything is allocated: it is
 * that of a file that was cut off (RFC 1952).
 */
function requireSize(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const claimed = view.getUint32(bytes.length - 4, true);
  if (claimed <= bytes.length * DEFLATE_MAX_RATIO) return;
  throw endsEarly("NIfTI");
}

function notNifti(): Error {
  return notOfFormat(
    "NIfTI",
    "Its header has no mark of one.",
    "Headers and images in two files are not read.",
  );
}

function buffer(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
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

/** value * slope + intercept, unless the header has no slope; colours over 255. */
function scaled(
  numbers: Float32Array | Float64Array,
  slope: number,
  intercept: number,
  field: Field,
  colours: number | undefined,
): Float32Array | Float64Array {
  if (colours !== undefined) return Float64Array.from(numbers, (value) => value / 255);
  const plain = !Number.isFinite(slope) || slope === 0 || (slope === 1 && intercept === 0);
  if (plain) return numbers;
  if (!Number.isFinite(intercept)) {
    throw contradicts("NIfTI", `its header has the slope ${slope} and the intercept ${intercept}`);
  }
  const width = lanes(field);
  return Float64Array.from(numbers, (value, at) => value * slope + (at % width === 0 ? intercept : 0));
}
