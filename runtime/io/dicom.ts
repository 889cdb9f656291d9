import { type DataSet, parseDicom } from "dicom-parser";
import type { ArrayHeader } from "./arrayHeader.ts";
import { DataError } from "./dataError.ts";
import { contradicts, endsEarly, notOfFormat, notRead } from "./fileErrors.ts";
import { type HostArray, product, realArray, sampleOf } from "./hostArray.ts";
import { decodeNumbers, NUMBER_RULES, type NumberKind } from "./numbers.ts";

const TAGS = {
  transferSyntax: "x00020010",
  samples: "x00280002",
  photometric: "x00280004",
  planar: "x00280006",
  frames: "x00280008",
  rows: "x00280010",
  columns: "x00280011",
  bitsAllocated: "x00280100",
  bitsStored: "x00280101",
  signed: "x00280103",
  intercept: "x00281052",
  slope: "x00281053",
  lookUp: "x00283000",
  transformation: "x00289145",
  sharedGroups: "x52009229",
  frameGroups: "x52009230",
  floats: "x7fe00008",
  doubles: "x7fe00009",
  pixels: "x7fe00010",
} as const;

const BIG_ENDIAN = "1.2.840.10008.1.2.2";
/** The transfer syntaxes whose pixels lie as they are. */
const PLAIN: ReadonlySet<string> = new Set(["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", BIG_ENDIAN]);
/** Names of those that do not, for messages. */
const COMPRESSED: ReadonlyMap<string, string> = new Map([
  ["1.2.840.10008.1.2.1.99", "Deflate"],
  ["1.2.840.10008.1.2.4.50", "JPEG"],
  ["1.2.840.10008.1.2.4.51", "JPEG of 12 bits"],
  ["1.2.840.10008.1.2.4.57", "lossless JPEG"],
  ["1.2.840.10008.1.2.4.70", "lossless JPEG"],
  ["1.2.840.10008.1.2.4.80", "JPEG-LS"],
  ["1.2.840.10008.1.2.4.81", "JPEG-LS"],
  ["1.2.840.10008.1.2.4.90", "JPEG 2000"],
  ["1.2.840.10008.1.2.4.91", "JPEG 2000"],
  ["1.2.840.10008.1.2.5", "run lengths (RLE)"],
]);

/**
 * Reads the pixels of a DICOM file: [rows, columns], several frames [frames, rows, columns], RGB as a last axis. Grey
 * values are slope * stored + intercept, so those of CT are Hounsfield units; colours are value/255. Windows, overlays
 * and MONOCHROME1 (large is dark) change no values.
 * Source: DICOM PS3.3, C.7.6.3 (pixels) and C.11.1 (rescaling); PS3.5, 8.
 * @throws DataError for bytes that are no complete DICOM file; IPX8107 for one without pixels, IPX8103 for compressed
 * and palette pixels.
 */
export function readDicom(bytes: Uint8Array): HostArray {
  const { set, syntax, shape } = imageOf(bytes);
  const stored = storedNumbers(set, bytes, product(shape), syntax !== BIG_ENDIAN);
  if (shape.at(-1) === 3 && set.uint16(TAGS.samples) === 3) return colours(set, shape, stored);
  return rescaled(set, realArray(shape, stored));
}

/**
 * What a DICOM file says of its array.
 * @throws DataError as `readDicom` does
 */
export function readDicomHeader(bytes: Uint8Array): ArrayHeader {
  const { set, shape } = imageOf(bytes);
  const stored = NUMBER_RULES[set.elements[TAGS.pixels] === undefined ? "f8" : kindOf(set)].double ? 8 : 4;
  // the stored numbers, those with their signs, and the rescaled ones
  return { field: "real", shape, peak: bytes.length + product(shape) * (2 * stored + 8) };
}

interface DicomImage {
  readonly set: DataSet;
  readonly syntax: string;
  readonly shape: readonly number[];
}

function imageOf(bytes: Uint8Array): DicomImage {
  const set = parsed(bytes);
  const syntax = set.string(TAGS.transferSyntax) ?? "1.2.840.10008.1.2";
  if (!PLAIN.has(syntax)) {
    const name = COMPRESSED.get(syntax) ?? `the transfer syntax ${syntax}`;
    const hint = "Expand it first, for instance with `gdcmconv --raw in.dcm out.dcm`.";
    throw notRead(`The pixels of this DICOM file are compressed as ${name}, which is not read.`, hint);
  }
  return { set, syntax, shape: shapeOf(set) };
}

function parsed(bytes: Uint8Array): DataSet {
  const mark = String.fromCharCode(...bytes.subarray(128, 132));
  if (mark !== "DICM") {
    const short = bytes.length < 132 && bytes.subarray(0, 128).every((byte) => byte === 0);
    throw short ? endsEarly("DICOM") : notOfFormat("DICOM", "It has no mark `DICM` at byte 128.");
  }
  let set: DataSet;
  try {
    set = parseDicom(bytes);
  } catch (error) {
    // the parser throws texts, and objects with what it had read before
    const why =
      typeof error === "string" ? error.replace(/^dicomParser\.\w+: /u, "") : "an element is damaged";
    throw new DataError(
      "IPX8104",
      {
        what: "This DICOM file cannot be decoded.",
        why: `The decoder says: ${why}.`,
        hint: "The file may be incomplete or damaged.",
      },
      { format: "DICOM" },
      { cause: error },
    );
  }
  return set;
}

function shapeOf(set: DataSet): readonly number[] {
  const [rows, columns] = [set.uint16(TAGS.rows), set.uint16(TAGS.columns)];
  const pixels = set.elements[TAGS.pixels] ?? set.elements[TAGS.floats] ?? set.elements[TAGS.doubles];
  if (pixels === undefined) {
    throw new DataError("IPX8107", {
      what: "This DICOM file holds no pixels.",
      why: "It may be a report, a plan or a directory.",
      hint: "Name the file of an image.",
    });
  }
  if (rows === undefined || columns === undefined) {
    throw contradicts("DICOM", "it holds pixels, but not how many rows and columns they have");
  }
  const photometric = (set.string(TAGS.photometric) ?? "").trim();
  const samples = set.uint16(TAGS.samples) ?? 1;
  const readable =
    samples === 1 ? /^MONOCHROME[12]$|^$/u.test(photometric) : samples === 3 && photometric === "RGB";
  if (!readable) {
    throw notRead(
      `The pixels of this DICOM file are ${photometric} with ${samples} samples.`,
      "MONOCHROME1, MONOCHROME2 and RGB are read.",
    );
  }
  const frames = set.intString(TAGS.frames) ?? 1;
  if (!Number.isInteger(frames) || frames < 1) throw contradicts("DICOM", `it claims ${frames} frames`);
  return [...(frames === 1 ? [] : [frames]), rows, columns, ...(samples === 3 ? [3] : [])];
}

function storedNumbers(
  set: DataSet,
  bytes: Uint8Array,
  count: number,
  little: boolean,
): Float32Array | Float64Array {
  const element = (tag: string, kind: NumberKind): Float32Array | Float64Array | null => {
    const found = set.elements[tag];
    if (found === undefined) return null;
    const end = Math.min(bytes.length, found.dataOffset + found.length);
    const wanted = count * NUMBER_RULES[kind].bytes;
    if (end - found.dataOffset > wanted + (wanted % 2)) {
      const there = end - found.dataOffset;
      throw contradicts(
        "DICOM",
        `its rows, columns and frames take ${wanted} bytes, of which ${there} are there`,
      );
    }
    return decodeNumbers(bytes.subarray(found.dataOffset, end), kind, count, little);
  };
  const floating = element(TAGS.floats, "f4") ?? element(TAGS.doubles, "f8");
  if (floating !== null) return floating;
  const allocated = set.uint16(TAGS.bitsAllocated) ?? 0;
  const numbers = element(TAGS.pixels, kindOf(set)) ?? new Float32Array();
  const bits = set.uint16(TAGS.bitsStored) ?? allocated;
  const signed = set.uint16(TAGS.signed) === 1;
  if (bits === allocated && !signed) return numbers;
  const [span, half] = [2 ** bits, signed ? 2 ** (bits - 1) : 2 ** bits];
  return numbers.map((value) => {
    const kept = value % span;
    return kept >= half ? kept - span : kept;
  });
}

/** The kind of whole numbers that pixels are stored as. */
function kindOf(set: DataSet): NumberKind {
  const allocated = set.uint16(TAGS.bitsAllocated) ?? 0;
  const kind = ({ 8: "u1", 16: "u2", 32: "u4" } as const)[allocated];
  if (kind !== undefined) return kind;
  throw notRead(`The pixels of this DICOM file take ${allocated} bits.`, "8, 16 and 32 are read.");
}

function colours(set: DataSet, shape: readonly number[], stored: Float32Array | Float64Array): HostArray {
  if (set.uint16(TAGS.planar) === 1) {
    throw notRead(
      "This DICOM file holds its colours one after the other.",
      "Save it pixel by pixel (planar configuration 0).",
    );
  }
  const top = 2 ** (set.uint16(TAGS.bitsStored) ?? 8) - 1;
  const numbers = new Float64Array(stored.length);
  for (let i = 0; i < stored.length; i++) numbers[i] = (stored[i] ?? 0) / top;
  return realArray(shape, numbers);
}

/** slope * stored + intercept: those of the file, or of its frames where they have their own. */
function rescaled(set: DataSet, stored: HostArray): HostArray {
  const perFrame = set.elements[TAGS.frameGroups]?.items ?? [];
  const shared = transformation(set.elements[TAGS.sharedGroups]?.items?.[0]?.dataSet) ?? set;
  const frames = stored.shape.length === 3 ? (stored.shape[0] ?? 1) : 1;
  const result = new Float64Array(stored.data.length);
  const length = stored.data.length / frames;
  for (let frame = 0; frame < frames; frame++) {
    const from = transformation(perFrame[frame]?.dataSet) ?? shared;
    requireNoTable(from);
    const [slope, intercept] = [from.floatString(TAGS.slope) ?? 1, from.floatString(TAGS.intercept) ?? 0];
    const values = frames === 1 ? stored.data : sampleOf(stored, frame).data;
    for (let i = 0; i < length; i++) result[frame * length + i] = slope * (values[i] ?? 0) + intercept;
  }
  return realArray(stored.shape, result);
}

/** A table of values (Modality LUT) stands in the place of slope and intercept. */
function requireNoTable({ elements }: DataSet): void {
  if (elements[TAGS.lookUp] === undefined) return;
  throw notRead(
    "The values of this DICOM file are given by a table (Modality LUT Sequence).",
    "Apply it first, for instance with pydicom's `apply_modality_lut`, and save the result as npy.",
  );
}

function transformation(group: DataSet | undefined): DataSet | undefined {
  return group?.elements[TAGS.transformation]?.items?.[0]?.dataSet;
}
