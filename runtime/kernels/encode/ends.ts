import * as wasm from "./module.ts";
import type { Code, Type } from "./module.ts";

/** How values are joined: sums, or the largest or smallest ones, NaN where one is. */
export type Join = "sum" | "max" | "min";

/**
 * What becomes of the values of a result. `written`: they are the result. `row`: those of a row within a tile are
 * joined to one number, and the numbers of the tiles stand side by side. `rows`: those of the rows of an item are joined
 * to one row, and the rows of the items stand one after the other.
 */
export type End =
  | { readonly kind: "written" }
  | { readonly kind: "row"; readonly by: Join }
  | { readonly kind: "rows"; readonly by: Join };

export const WRITTEN: End = { kind: "written" };

/**
 * Along a row, the point of number i is joined to the partial result i mod 16, whatever registers there are; these are
 * joined in pairs at the end, those 8, 4, 2, and 1 apart. So WebAssembly and native code give the same bits, and a sum of
 * n numbers has a relative error of at most (n/16 + 4) 2^-24, of the sum of absolute values.
 */
export const PARTIAL_RESULTS = 16;

const VECTORS = PARTIAL_RESULTS / 4;

const JOINS: { readonly [J in Join]: { readonly code: Code; readonly start: number } } = {
  sum: { code: wasm.V_ADD, start: 0 },
  max: { code: wasm.simd(0xe9), start: 0xff800000 },
  min: { code: wasm.simd(0xe8), start: 0x7f800000 },
};

/** What `ends` keep in locals. */
export interface EndLocals {
  /** by result, four partial results a local; none where values are not joined along rows */
  readonly parts: readonly (readonly number[])[];
  /** which of them is next, behind whole rounds */
  readonly turn: number;
  /** all bits in the first row of an item, then none */
  readonly fresh: number;
}

export function endLocals(ends: readonly End[], local: (type: Type) => number): EndLocals {
  return {
    parts: ends.map(({ kind }) =>
      kind === "row" ? Array.from({ length: VECTORS }, () => local("v128")) : [],
    ),
    turn: local("i32"),
    fresh: local("v128"),
  };
}

export const hasEnd = (ends: readonly End[], kind: End["kind"]): boolean =>
  ends.some((end) => end.kind === kind);

const startOf = (by: Join): Code => {
  const { start } = JOINS[by];
  return wasm.vectorOf(start, start, start, start);
};

const join = (by: Join, a: Code, b: Code): Code => [...a, ...b, ...JOINS[by].code];

/** Sets the partial results to what nothing gives. */
export function begin(by: Join, parts: readonly number[]): Code {
  return parts.flatMap((part) => [...startOf(by), ...wasm.set(part)]);
}

/** Joins a whole vector, the one of that number in a round, to its partial results. */
export function joinInRound(by: Join, parts: readonly number[], vector: number, value: Code): Code {
  const part = parts[vector % VECTORS] ?? 0;
  return [...join(by, wasm.get(part), value), ...wasm.set(part)];
}

/** Joins a vector, or its first `left` lanes, to the partial results whose turn it is; `room` is a local for it. */
export function joinInTurn(
  by: Join,
  { parts, turn, room }: { readonly parts: readonly number[]; readonly turn: number; readonly room: number },
  value: Code,
  left: Code | null,
): Code {
  const kept =
    left === null ? value : [...value, ...startOf(by), ...wasm.lanesBefore(left), ...wasm.V_SELECT];
  const joined = parts.flatMap((part, at) =>
    wasm.when(
      [...wasm.get(turn), ...wasm.word(at), ...wasm.EQUAL],
      [...join(by, wasm.get(part), wasm.get(room)), ...wasm.set(part)],
    ),
  );
  return [...kept, ...wasm.set(room), ...joined];
}

/** Leaves the partial results, joined, in the first lane of `room`. */
export function fold(by: Join, parts: readonly number[], room: number): Code {
  const [a = [], b = [], c = [], d = []] = parts.map(wasm.get);
  const apart = (...lanes: readonly [number, number, number, number]): Code => [
    ...join(by, wasm.get(room), [...wasm.get(room), ...wasm.get(room), ...wasm.lanes(...lanes)]),
    ...wasm.set(room),
  ];
  return [
    ...[...join(by, join(by, a, c), join(by, b, d)), ...wasm.set(room)],
    ...apart(2, 3, 2, 3),
    ...apart(1, 1, 1, 1),
  ];
}

/** A vector joined to what the rows before have left at `place`; itself in the first row of an item. */
export function joinRows(by: Join, fresh: number, place: Code, offset: number, value: Code): Code {
  return [
    ...value,
    ...join(by, [...place, ...wasm.loadVector(offset)], value),
    ...[...wasm.get(fresh), ...wasm.V_SELECT],
  ];
}
