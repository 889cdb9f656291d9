import { unzlibSync } from "fflate";
import { fromFortranOrder } from "./axisOrder.ts";
import { decoding } from "./dataError.ts";
import { contradicts, endsEarly, noSuchArray, notOfFormat, notRead } from "./fileErrors.ts";
import { type HostArray, hostArray, product, shapeText } from "./hostArray.ts";
import { decodeNumbers, type NumberKind } from "./numbers.ts";

const HEADER = 128;
const COMPRESSED = 15;
const MATRIX = 14;
const COMPLEX_FLAG = 0x08;
const SPARSE_CLASS = 5;
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

/** A variable of the file; `rest` are the elements of its numbers. */
interface Variable {
  readonly name: string;
  readonly matlabClass: number;
  readonly complex: boolean;
  readonly shape: readonly number[];
  readonly numbers: readonly Element[];
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
  return arrayOf(wanted, little);
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
    const inner = element.type === COMPRESSED ? inflated(element.body, little) : element;
    if (inner.type === MATRIX) variables.push(variableOf(inner.body, little));
  }
  return variables;
}

function inflated(body: Uint8Array, little: boolean): Element {
  return elementAt(unzlibSync(body), 0, little, true).element;
}

/** The element at an offset, and where the next one begins; short ones stand within their tag, long ones are padded. */
function elementAt(
  bytes: Uint8Array,
  at: number,
  little: boolean,
  padded: boolean,
): { readonly element: Element; readonly next: number } {
  if (at + 8 > bytes.length) throw endsEarly("MAT");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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

function variableOf(body: Uint8Array, little: boolean): Variable {
  const elements: Element[] = [];
  for (let at = 0; at + 8 <= body.length && elements.length < 5;) {
    const { element, next } = elementAt(body, at, little, true);
    elements.push(element);
    at = next;
  }
  const [flags, dimensions, name, ...numbers] = elements;
  if (flags === undefined || dimensions === undefined || name === undefined) {
    throw contradicts("MAT", "a variable without flags, dimensions and name");
  }
  const flagWord = decodeNumbers(flags.body, "u4", 1, little)[0] ?? 0;
  return {
    name: new TextDecoder("latin1").decode(name.body),
    matlabClass: flagWord & 0xff,
    complex: ((flagWord >>> 8) & COMPLEX_FLAG) !== 0,
    shape: [...decodeNumbers(dimensions.body, "i4", Math.floor(dimensions.body.length / 4), little)],
    numbers,
  };
}

function arrayOf({ name, matlabClass, complex, shape, numbers }: Variable, little: boolean): HostArray {
  if (!isNumeric(matlabClass)) {
    const sparse = matlabClass === SPARSE_CLASS;
    const hint = sparse
      ? `Save it as ${name} = full(${name}).`
      : "Save its numbers as a matrix of their own.";
    throw notRead(
      `'${name}' is ${sparse ? "a sparse matrix" : "no matrix of numbers"}; full ones are read.`,
      hint,
    );
  }
  const count = product(shape);
  const [real, imaginary] = numbers.map(({ type, body }) => {
    const kind = TYPES.get(type);
    if (kind === undefined) throw contradicts("MAT", `'${name}' has numbers of an unknown type, ${type}`);
    return decodeNumbers(body, kind, count, little);
  });
  if (real === undefined || (complex && imaginary === undefined)) throw endsEarly("MAT");
  const single = matlabClass === 7 || (matlabClass >= 8 && matlabClass <= 11);
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
  return single ? Float32Array.from(numbers) : Float64Array.from(numbers);
}
