import * as ends from "./ends.ts";
import { type End, hasEnd } from "./ends.ts";
import * as wasm from "./module.ts";
import type { Code } from "./module.ts";
import type { Layout, Locals, Pattern } from "./pattern.ts";

/** The local that holds where the arguments stand. */
export const ARGUMENTS = 1;

/** The local that holds the item. */
export const FIRST = 2;

/** The argument of a kernel that stands at a place, in words. */
export const argument = (at: number): Code => [...wasm.get(ARGUMENTS), ...wasm.loadWord(4 * at)];

/** A result of some end, and where it is written. */
interface Ended<E extends End> {
  readonly end: E;
  readonly result: number;
  readonly out: number;
  readonly parts: readonly number[];
}

/** Writes the code of a kernel for what becomes of its results. */
export class Results {
  /** whether some are joined along rows */
  readonly areJoined: boolean;
  private readonly pattern: Pattern;
  private readonly locals: Locals;
  private readonly layout: Layout;
  constructor(pattern: Pattern, locals: Locals, layout: Layout) {
    this.pattern = pattern;
    this.locals = locals;
    this.layout = layout;
    this.areJoined = hasEnd(pattern.ends, "row");
  }

  /** Where the results of an item begin, once its row, column and part are known. */
  itemStart(): Code {
    const { part, row, column, outs, ends: locals } = this.locals;
    const [tiles, entries] = [argument(this.layout.tiles), argument(this.layout.entries)];
    const cell = (rowCode: Code, width: Code, columnCode: Code, bytes: number): Code => [
      ...[...rowCode, ...width, ...wasm.MULTIPLY, ...columnCode, ...wasm.ADD],
      ...[...wasm.word(bytes), ...wasm.MULTIPLY],
    ];
    const group = [...wasm.get(FIRST), ...tiles, ...wasm.DIVIDE];
    const begin: { readonly [K in End["kind"]]: Code } = {
      written: cell(wasm.get(row), entries, wasm.get(column), this.pointBytes()),
      row: cell(wasm.get(row), tiles, wasm.get(part), 4),
      rows: cell(group, entries, wasm.get(column), this.pointBytes()),
    };
    const fresh = [...wasm.vectorOf(-1, -1, -1, -1), ...wasm.set(locals.fresh)];
    return [
      ...outs.flatMap((out, result) => [
        ...argument(this.layout.results + result),
        ...[...begin[this.end(result).kind], ...wasm.ADD, ...wasm.set(out)],
      ]),
      ...(hasEnd(this.pattern.ends, "rows") ? fresh : []),
    ];
  }

  /** What precedes the entries of a row. */
  rowStart(): Code {
    return this.ended("row").flatMap(({ end, parts }) => ends.begin(end.by, parts));
  }

  /** What follows the entries of a row. */
  rowEnd(): Code {
    const { count, tail, ends: locals } = this.locals;
    const rows = this.ended("rows");
    const bytes = [...wasm.word(this.pointBytes()), ...wasm.MULTIPLY];
    const others = [...argument(this.layout.entries), ...wasm.get(count), ...wasm.SUBTRACT, ...bytes];
    const back = [...wasm.word(0), ...wasm.get(count), ...bytes, ...wasm.SUBTRACT];
    const joined = this.ended("row").flatMap(({ end, parts, out }) => [
      ...ends.fold(end.by, parts, tail),
      ...[...wasm.get(out), ...wasm.get(tail), ...wasm.storeFirst()],
      ...wasm.increase(out, [...argument(this.layout.tiles), ...wasm.word(4), ...wasm.MULTIPLY]),
    ]);
    if (rows.length === 0) return joined;
    return [
      ...joined,
      ...rows.flatMap(({ out }) => wasm.increase(out, back)),
      ...this.ended("written").flatMap(({ out }) => wasm.increase(out, others)),
      ...[...wasm.vectorOf(0, 0, 0, 0), ...wasm.set(locals.fresh)],
    ];
  }

  /** What precedes vectors that come one by one. */
  firstTurn(): Code {
    return this.areJoined ? [...wasm.word(0), ...wasm.set(this.locals.ends.turn)] : [];
  }

  /** What becomes of a vector, the one of that number among `count` at once. */
  vector(vector: number, count: number): Code {
    const { planes } = this.pattern;
    const stored = this.stored().flatMap(({ out, result }) =>
      this.vectorsOf(result, vector).flatMap((code, at) => [
        ...[...wasm.get(out), ...code, ...wasm.storeVector(16 * (planes * vector + at))],
      ]),
    );
    if (!this.areJoined || count > 1) return [...this.joinedInRound(vector), ...stored];
    return [...this.joinedInTurn(null), ...wasm.increase(this.locals.ends.turn, wasm.word(1)), ...stored];
  }

  /** What becomes of less than four points. */
  few(): Code {
    const stored = this.stored().flatMap(({ out, result }) => this.storeFew(out, this.vectorsOf(result, 0)));
    return [...this.joinedInTurn(wasm.get(this.locals.left)), ...stored];
  }

  /** Moves the places of results by so many vectors. */
  advanced(vectors: number): Code {
    return this.stored().flatMap(({ out }) => wasm.increase(out, wasm.word(4 * vectors * this.pointBytes())));
  }

  private pointBytes(): number {
    return 4 * this.pattern.planes;
  }

  private end(result: number): End {
    return this.pattern.ends[result] ?? ends.WRITTEN;
  }

  /** The results of that end. */
  private ended<K extends End["kind"]>(kind: K): readonly Ended<Extract<End, { kind: K }>>[] {
    const isOf = (end: End): end is Extract<End, { kind: K }> => end.kind === kind;
    return this.locals.outs.flatMap((out, result) => {
      const end = this.end(result);
      return isOf(end) ? [{ end, result, out, parts: this.locals.ends.parts[result] ?? [] }] : [];
    });
  }

  /** The results that are stored point by point. */
  private stored(): readonly Ended<End>[] {
    return [...this.ended("written"), ...this.ended("rows")];
  }

  private joinedInRound(vector: number): Code {
    return this.ended("row").flatMap(({ end: { by }, result, parts }) =>
      this.planesOf(result).flatMap((value) => ends.joinInRound(by, parts, vector, wasm.get(value))),
    );
  }

  /** Joins the values of a vector, or `left` lanes of it. */
  private joinedInTurn(left: Code | null): Code {
    const { tail: room, ends: locals } = this.locals;
    return this.ended("row").flatMap(({ end: { by }, result, parts }) =>
      this.planesOf(result).flatMap((value) =>
        ends.joinInTurn(by, { parts, turn: locals.turn, room }, wasm.get(value), left),
      ),
    );
  }

  /** The values of both entries of a point of a result, or of its only one. */
  private planesOf(result: number): readonly number[] {
    const { program, planes, interleaved } = this.pattern;
    const valuesOf = (step: number): readonly number[] => this.locals.values[step] ?? [];
    const [first = 0, second = first] = interleaved
      ? program.results.flatMap(valuesOf)
      : valuesOf(program.results[result] ?? 0);
    return planes === 1 ? [first] : [first, second];
  }

  /** The vectors that four points of a result become, as they are stored: pairs side by side. */
  private vectorsOf(result: number, vector: number): readonly Code[] {
    const [first = 0, second = first] = this.planesOf(result);
    const both = [...wasm.get(first), ...wasm.get(second)];
    const values =
      this.pattern.planes === 1
        ? [wasm.get(first)]
        : [
            [...both, ...wasm.lanes(0, 4, 1, 5)],
            [...both, ...wasm.lanes(2, 6, 3, 7)],
          ];
    const end = this.end(result);
    if (end.kind !== "rows") return values;
    const place = wasm.get(this.locals.outs[result] ?? 0);
    return values.map((value, at) =>
      ends.joinRows(end.by, this.locals.ends.fresh, place, 16 * (this.pattern.planes * vector + at), value),
    );
  }

  /** Stores less than four points of a result. */
  private storeFew(out: number, [first = [], second = []]: readonly Code[]): Code {
    const { left, tail, other } = this.locals;
    const isPair = this.pattern.planes === 2;
    const bit = (size: number, body: Code): Code =>
      wasm.when([...wasm.get(left), ...wasm.word(size), ...wasm.AND], body);
    const moved = (points: number): Code => wasm.increase(out, wasm.word(points * this.pointBytes()));
    const value = [...wasm.get(out), ...wasm.get(tail)];
    const behind = [...wasm.get(tail), ...wasm.get(tail), ...wasm.lanes(2, 3, 2, 3)];
    return [
      ...[...first, ...wasm.set(tail)],
      ...(isPair ? [...second, ...wasm.set(other)] : []),
      ...bit(2, [
        ...[...value, ...(isPair ? wasm.storeVector(0) : wasm.storeFirstPair()), ...moved(2)],
        ...[...(isPair ? wasm.get(other) : behind), ...wasm.set(tail)],
      ]),
      ...bit(1, [...value, ...(isPair ? wasm.storeFirstPair() : wasm.storeFirst()), ...moved(1)]),
    ];
  }
}
