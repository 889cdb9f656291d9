import type { ArrayHeader } from "./arrayHeader.ts";
import { fromFortranOrder } from "./axisOrder.ts";
import { decoding } from "./dataError.ts";
import { contradicts, endsEarly, noSuchArray, notOfFormat, notRead } from "./fileErrors.ts";
import { type HostArray, hostArray, product, shapeText } from "./hostArray.ts";
import { DEFLATE_MAX_RATIO, type Deflated, inflated, inflatedBegin, INFLATING } from "./inflate.ts";
import { decodeNumbers, type NumberKind } from "./numbers.ts";

const HEADER = 128;
const COMPRESSED = 15;
const MATRIX = 14;
const COMPLEX_FLAG = 0x08;
const SPARSE_CLASS = 5;
/** Bytes that what stands in front of a variable's numbers takes: flags, dimensions, and a name of 63 letters. */
const FRONT = 1024;
/** Double, single, and the integers of 8 to 64 bits. */
const isNumeric = (matlabClass: number): boolean => matlabClass >= 6 && matlabClass <= 15;

/** The types of stored numbers by their codes. */
const TYPES: ReadonlyMap<number, NumberKind> = new Map([
  [1, "i1"],
  [2, "u1"],
  [3, "i2"],
  [4, "u2"],
  [5, "i4"],
  [6, "u4"],
  [7, "f4"],
  [9, "f8"],
  [12, "i8"],
  [13, "u8"],
]);

/** A data element: its type and its bytes. */
interface Element {
  readonly type: number;
  readonly body: Uint8Array;
}

/** A variable of the file, by what stands in front of its numbers. */
interface Variable {
  readonly name: string;
  readonly matlabClass: number;
  readonly complex: boolean;
  readonly shape: readonly number[];
  readonly packed: boolean;
  /** the variable, deflated where it is packed */
  readonly body: Uint8Array;
}

/** Whether these are the first bytes of a MAT-file of version 7.3, which is an HDF5 file. */
export function isMatlab73(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes.subarray(0, 10)) === "MATLAB 7.3";
}

/**
 * Reads a full numeric matrix of a MAT-file of level 5 (MATLAB's versions 5 to 7.2), axes as MATLAB has them: A(i, j)
 * is [i, j]. Without a key, the file must hold one.
 * Source: The MathWorks, "MAT-File Format", chapter 1.
 * @throws DataError for everything that is no such matrix; IPX8107 with the variables that there are.
 */
export function readMat(bytes: Uint8Array, key?: string): HostArray {
  const little = byteOrder(bytes);
  return arrayOf(wantedOf(bytes, little, key), little);
}

/**
 * What a MAT-file of level 5 says of a matrix: no more than what stands in front of its numbers is unpacked.
 * @throws DataError as `readMat` does
 */
export function readMatHeader(bytes: Uint8Array, key?: string): ArrayHeader {
  const variable = wantedOf(bytes, byteOrder(bytes), key);
  const { shape, complex, matlabClass, packed, body } = variable;
  const count = product(shape) * (complex ? 2 : 1);
  const unpacked = packed ? announcedIn(body, byteOrder(bytes)) : 0;
  // the stored numbers in double precision, those of their class, and those in another order
  const peak = bytes.length + INFLATING * unpacked + count * (8 + 2 * (isSingle(matlabClass) ? 4 : 8));
  return { field: complex ? "complex" : "real", shape, peak };
}

function wantedOf(bytes: Uint8Array, little: boolean, key: string | undefined): Variable {
  const variables = decoding("MAT", () => readVariables(bytes, little));
  const numeric = variables.filter(({ matlabClass }) => isNumeric(matlabClass));
  const wanted =
    key === undefined
      ? numeric.length === 1
        ? numeric[0]
        : undefined
      : variables.find(({ name }) => name === key);
  if (wanted === undefined) {
    const keys = numeric.map(({ name, shape }) => `'${name}' (${shapeText(shape)})`);
    throw noSuchArray(
      "MAT",
      variables.some(isSparse) ? [...keys, "sparse matrices"] : keys,
      key,
      "file.mat:NAME",
    );
  }
  requireFull(wanted);
  return wanted;
}

function isSparse({ matlabClass }: Variable): boolean {
  return matlabClass === SPARSE_CLASS;
}

function byteOrder(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER) throw bytes.length < 4 ? endsEarly("MAT") : notLevel5(bytes);
  const mark = String.fromCharCode(bytes[126] ?? 0, bytes[127] ?? 0);
  if (mark !== "IM" && mark !== "MI") throw notLevel5(bytes);
  return mark === "IM";
}

function notLevel5(bytes: Uint8Array): Error {
  const hint = "Save it in MATLAB with save('file.mat', 'A', '-v7').";
  const isText = bytes.subarray(0, 6).every((byte) => byte >= 0x20 && byte < 0x7f);
  if (isText) return notOfFormat("MAT", "Its header has no mark of a MAT-file.", hint);
  return notRead("This is no MAT-file of version 5 or later.", hint, "Version 4 is not read.");
}

function readVariables(bytes: Uint8Array, little: boolean): readonly Variable[] {
  const variables: Variable[] = [];
  for (let at = HEADER; at < bytes.length;) {
    const { element, next } = elementAt(bytes, at, little, false);
    at = next;
    const packed = element.type === COMPRESSED;
    const begin = packed ? inflatedBegin(zlib(element.body), FRONT) : element.body;
    if (packed && typeOf(begin, little) !== MATRIX) continue;
    if (!packed && element.type !== MATRIX) continue;
    variables.push(variableOf(packed ? begin.subarray(8) : begin, { packed, body: element.body }, little));
  }
  return variables;
}

function zlib(bytes: Uint8Array): Deflated {
  return { format: "MAT", wrapping: "zlib", bytes };
}

function typeOf(bytes: Uint8Array, little: boolean): number {
  if (bytes.length < 8) throw endsEarly("MAT");
  return viewOf(bytes).getUint32(0, little);
}

/** The bytes that a packed variable says it takes. */
function announcedIn(body: Uint8Array, little: boolean): number {
  const tag = inflatedBegin(zlib(body), 8);
  if (tag.length < 8) throw endsEarly("MAT");
  const announced = 8 + viewOf(tag).getUint32(4, little);
  if (announced > body.length * DEFLATE_MAX_RATIO) throw endsEarly("MAT");
  return announced;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The element at an offset, and where the next one begins; short ones stand within their tag, long ones are padded. */
function elementAt(
  bytes: Uint8Array,
  at: number,
  little: boolean,
  padded: boolean,
): { readonly element: Element; readonly next: number } {
  if (at + 8 > bytes.length) throw endsEarly("MAT");
  const view = viewOf(bytes);
  const word = view.getUint32(at, little);
  const short = word >>> 16;
  if (short > 4) throw contradicts("MAT", `an element of ${short} bytes in four`);
  if (short > 0) {
    return { element: { type: word & 0xffff, body: bytes.subarray(at + 4, at + 4 + short) }, next: at + 8 };
  }
  const length = view.getUint32(at + 4, little);
  const end = at + 8 + length;
  if (end > bytes.length) throw endsEarly("MAT");
  const next = padded ? at + 8 + Math.ceil(length / 8) * 8 : end;
  return { element: { type: word, body: bytes.subarray(at + 8, end) }, next };
}

/** A variable by the first bytes of it: flags, dimensions and name. */
function variableOf(
  front: Uint8Array,
  { packed, body }: Pick<Variable, "packed" | "body">,
  little: boolean,
): Variable {
  const [flags, dimensions, name] = elementsOf(front, 3, little);
  if (flags === undefined || dimensions === undefined || name === undefined) {
    throw contradicts("MAT", "a variable without flags, dimensions and name");
  }
  const flagWord = decodeNumbers(flags.body, "u4", 1, little)[0] ?? 0;
  return {
    name: new TextDecoder("latin1").decode(name.body),
    matlabClass: flagWord & 0xff,
    complex: ((flagWord >>> 8) & COMPLEX_FLAG) !== 0,
    shape: [...decodeNumbers(dimensions.body, "i4", Math.floor(dimensions.body.length / 4), little)],
    ...{ packed, body },
  };
}

/** The first elements of a variable, at most so many. */
function elementsOf(body: Uint8Array, count: number, little: boolean): readonly Element[] {
  const elements: Element[] = [];
  for (let at = 0; at + 8 <= body.length && elements.length < count;) {
    const { element, next } = elementAt(body, at, little, true);
    elements.push(element);
    at = next;
  }
  return elements;
}

function requireFull({ name, matlabClass }: Variable): void {
  if (isNumeric(matlabClass)) return;
  const sparse = matlabClass === SPARSE_CLASS;
  const hint = sparse ? `Save it as ${name} = full(${name}).` : "Save its numbers as a matrix of their own.";
  const what = `'${name}' is ${sparse ? "a sparse matrix" : "no matrix of numbers"}; full ones are read.`;
  throw notRead(what, hint);
}

/** Classes of single precision and of whole numbers that it holds. */
function isSingle(matlabClass: number): boolean {
  return matlabClass === 7 || (matlabClass >= 8 && matlabClass <= 11);
}

function arrayOf(variable: Variable, little: boolean): HostArray {
  const { name, matlabClass, complex, shape, packed, body } = variable;
  const plain = packed ? inflated(zlib(body), announcedIn(body, little)).subarray(8) : body;
  const numbers = elementsOf(plain, 5, little).slice(3);
  const count = product(shape);
  const [real, imaginary] = numbers.map(({ type, body }) => {
    const kind = TYPES.get(type);
    if (kind === undefined) throw contradicts("MAT", `'${name}' has numbers of an unknown type, ${type}`);
    return decodeNumbers(body, kind, count, little);
  });
  if (real === undefined || (complex && imaginary === undefined)) throw endsEarly("MAT");
  const single = isSingle(matlabClass);
  if (!complex || imaginary === undefined) {
    return hostArray("real", shape, fromFortranOrder(precise(real, single), shape, 1));
  }
  const pairs = single ? new Float32Array(2 * count) : new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    pairs[2 * i] = real[i] ?? 0;
    pairs[2 * i + 1] = imaginary[i] ?? 0;
  }
  return hostArray("complex", shape, fromFortranOrder(pairs, shape, 2));
}

/** MATLAB stores doubles that are whole numbers in fewer bits; the class says what they are. */
function precise(numbers: Float32Array | Float64Array, single: boolean): Float32Array | Float64Array {
  return single ? new Float32Array(numbers) : new Float64Array(numbers);
}
