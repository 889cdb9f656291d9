/** Instructions of WebAssembly, as bytes of the binary format. */
export type Code = readonly number[];

/** The types that kernels compute with. */
export type Type = "i32" | "v128";

const TYPES: { readonly [T in Type]: number } = { i32: 0x7f, v128: 0x7b };

/** A number as unsigned LEB 128. */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** A 32-bit number as signed LEB 128. */
function signed(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    if (rest >= -64 && rest < 64) return [...bytes, rest & 127];
    bytes.push((rest & 127) | 128);
  }
}

const SIMD = 0xfd;

/** A vector instruction by its number, with its immediate bytes. */
export const simd = (operation: number, ...immediate: readonly number[]): Code => [
  SIMD,
  ...unsigned(operation),
  ...immediate,
];

/** Loads and stores at an address plus a constant, of floats that stand at multiples of 4 bytes. */
const access = (operation: number) => (offset: number) => simd(operation, 2, ...unsigned(offset));

export const loadVector = access(0x00);
export const loadRepeated = access(0x09);
export const storeVector = access(0x0b);
export const storeFirst = (): Code => simd(0x5a, 2, 0, 0);
export const storeFirstPair = (): Code => simd(0x5b, 2, 0, 0);
export const loadWord = (offset: number): Code => [0x28, 2, ...unsigned(offset)];

/** The vector of four words. */
export const vectorOf = (...words: readonly [number, number, number, number]): Code =>
  simd(0x0c, ...words.flatMap((bits) => [0, 8, 16, 24].map((shift) => (bits >>> shift) & 255)));

/** Four lanes of two vectors, by their numbers: 0 to 3 of the first, 4 to 7 of the second. */
export const lanes = (...chosen: readonly [number, number, number, number]): Code =>
  simd(0x0d, ...chosen.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)));

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
export const word = (value: number): Code => [0x41, ...signed(value)];
export const call = (index: number): Code => [0x10, ...unsigned(index)];

export const ADD: Code = [0x6a];
export const SUBTRACT: Code = [0x6b];
export const MULTIPLY: Code = [0x6c];
export const DIVIDE: Code = [0x6e];
export const REMAINDER: Code = [0x70];
export const AND: Code = [0x71];
export const EQUAL: Code = [0x46];
export const LESS: Code = [0x49];
export const NOT_LESS: Code = [0x4f];

export const V_AND = simd(0x4e);
/** Of three vectors: the bits of the first where those of the last are 1, else those of the second. */
export const V_SELECT = simd(0x52);
export const V_ADD = simd(0xe4);
export const V_SUBTRACT = simd(0xe5);

/** All bits of a vector where `condition` leaves 1, none where it leaves 0. */
export const mask = (condition: Code): Code => [...word(0), ...condition, ...SUBTRACT, ...simd(0x11)];

/** All bits of the lanes before the one of that number, none of the others. */
export const lanesBefore = (count: Code): Code => [
  ...[...vectorOf(0, 1, 2, 3), ...count, ...simd(0x11), ...simd(0x3a)],
];

/** The first lane of a vector, as a word. */
export const firstLane = (local: number): Code => [...get(local), ...simd(0x1b, 0)];

/** `local += code` */
export const increase = (local: number, code: Code): Code => [...get(local), ...code, ...ADD, ...set(local)];

/** `body` where `condition` leaves a word that is not 0. */
export const when = (condition: Code, body: Code): Code => [...condition, 0x04, 0x40, ...body, 0x0b];

/** `body` where `condition` leaves a word that is not 0, else `other`. */
export const either = (condition: Code, body: Code, other: Code): Code => [
  ...[...condition, 0x04, 0x40, ...body, 0x05, ...other, 0x0b],
];

/** `body` as often as `condition` leaves a word that is not 0; the condition is asked before each time. */
export const during = (condition: Code, body: Code): Code =>
  when(condition, [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b]);

/** A function of the library that a module imports. */
export interface Import {
  readonly name: string;
  /** how many vectors it takes; it gives one */
  readonly vectors: number;
}

const string = (text: string): Code => [...unsigned(text.length), ...new TextEncoder().encode(text)];
const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const signature = (taken: readonly Type[], given: readonly Type[]): Code => [
  0x60,
  ...list(taken.map((type) => [TYPES[type]])),
  ...list(given.map((type) => [TYPES[type]])),
];

const SHARED_MEMORY: Code = [0x02, 0x03, ...unsigned(0), ...unsigned(65536)];

/**
 * A module that imports a shared memory as `env.memory` and functions as `library.NAME`, numbered from 0, and exports
 * one function `run` of four words, which has further locals, numbered from 4.
 */
export function moduleOf(
  imports: readonly Import[],
  locals: readonly Type[],
  code: Code,
): Uint8Array<ArrayBuffer> {
  const signatures = [
    signature(["i32", "i32", "i32", "i32"], []),
    ...imports.map(({ vectors }) => signature(new Array<Type>(vectors).fill("v128"), ["v128"])),
  ];
  const imported = [
    [...string("env"), ...string("memory"), ...SHARED_MEMORY],
    ...imports.map(({ name }, at) => [...string("library"), ...string(name), 0x00, ...unsigned(at + 1)]),
  ];
  const declared = list(locals.map((type) => [1, TYPES[type]]));
  const body = [...declared, ...code, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(signatures)),
    ...section(2, list(imported)),
    ...section(3, list([[0]])),
    ...section(7, list([[...string("run"), 0x00, ...unsigned(imports.length)]])),
    ...section(10, list([[...unsigned(body.length), ...body]])),
  ]);
}
