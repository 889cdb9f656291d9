import { FUNCTIONS, noneNegative } from "./functions.ts";
import * as wasm from "./module.ts";
import type { Code, Import, Type } from "./module.ts";
import type { Program, Step } from "./program.ts";

/**
 * How an input runs along a row. `single`: one number for all; `splat`: one a row; `stream`: one an entry; and where
 * entries come in pairs, `repeat`: one a pair; `couple`: two for each pair, the same along the row.
 */
export type Mode = "single" | "splat" | "stream" | "repeat" | "couple";

/** What a kernel is generated for: a program, how its inputs run, and how many axes the rows have. */
export interface Pattern {
  readonly program: Program;
  readonly modes: readonly Mode[];
  readonly axes: number;
}

/** Where the arguments of a kernel stand, in words; the innermost axis of the rows is the first. */
export interface Layout {
  readonly result: 0;
  /** entries of a row, and of the tile of a row that is an item's */
  readonly entries: 1;
  readonly tile: 2;
  /** tiles of a row; where there is one only, an item may have many rows */
  readonly tiles: 3;
  readonly rows: 4;
  readonly rowsOfItem: 5;
  readonly constants: number;
  /** bytes: where each input begins, */
  readonly offsets: number;
  readonly extents: number;
  /** by axis and input, the way from a row to the next, */
  readonly strides: number;
  /** and what is added to the step along an axis when the one within comes to its end */
  readonly carries: number;
  readonly words: number;
}

/** The layout of the arguments of a pattern's kernel. */
export function layoutOf({ program, modes, axes }: Pattern): Layout {
  const offsets = 6 + program.constants.length;
  const extents = offsets + modes.length;
  const strides = extents + axes;
  const carries = strides + axes * modes.length;
  return {
    ...{ result: 0, entries: 1, tile: 2, tiles: 3, rows: 4, rowsOfItem: 5, constants: 6 },
    ...{ offsets, extents, strides, carries, words: carries + axes * modes.length },
  };
}

const ARGUMENTS = 1;
const FIRST = 2;
const LAST = 3;

/** The locals of a kernel: numbers by what they hold. */
interface Locals {
  readonly types: readonly Type[];
  readonly part: number;
  readonly row: number;
  readonly rowEnd: number;
  readonly column: number;
  readonly count: number;
  readonly left: number;
  readonly out: number;
  readonly rest: number;
  readonly tail: number;
  readonly indices: readonly number[];
  readonly starts: readonly number[];
  readonly places: readonly number[];
  readonly values: readonly number[];
}

function localsOf({ program, modes, axes }: Pattern): Locals {
  const types: Type[] = [];
  const local = (type: Type): number => 3 + types.push(type);
  const many = (count: number, type: Type): number[] => Array.from({ length: count }, () => local(type));
  const [part, row, rowEnd, column] = [local("i32"), local("i32"), local("i32"), local("i32")];
  const [count, left, out, rest] = [local("i32"), local("i32"), local("i32"), local("i32")];
  return {
    ...{ types, part, row, rowEnd, column, count, left, out, rest },
    tail: local("v128"),
    indices: many(axes, "i32"),
    starts: many(modes.length, "i32"),
    places: many(modes.length, "i32"),
    values: many(program.steps.length, "v128"),
  };
}

/** How often a step is computed: once for all (0), once a row (1), or for all entries (2). */
function levelsOf({ program, modes }: Pattern): readonly number[] {
  const levels: number[] = [];
  for (const step of program.steps) {
    if (step.kind === "constant") levels.push(0);
    else if (step.kind === "input") levels.push(LEVELS[modes[step.index] ?? "single"]);
    else levels.push(Math.max(0, ...step.arguments.map((at) => levels[at] ?? 0)));
  }
  return levels;
}

const LEVELS: { readonly [M in Mode]: number } = { single: 0, splat: 1, couple: 1, stream: 2, repeat: 2 };

/** Bytes of the input that belong to one entry. */
const ADVANCE: { readonly [M in Mode]: number } = { single: 0, splat: 0, couple: 0, stream: 4, repeat: 2 };

/** The library functions that a program calls, each once. */
function importsOf({ steps }: Program): readonly Import[] {
  const found = new Map<string, Import>();
  for (const step of steps) {
    const rule = step.kind === "apply" ? FUNCTIONS[step.function] : null;
    if (rule?.kind === "call") found.set(rule.import.name, rule.import);
  }
  return [...found.values()];
}

/** The kernel of a pattern: a module that exports `run`, and imports what it calls as `library.NAME`. */
export function kernelOf(pattern: Pattern): Uint8Array<ArrayBuffer> {
  const writer = new Writer(pattern);
  return wasm.moduleOf(writer.imports, writer.locals.types, writer.code());
}

/** Whether a program's kernel imports the library. */
export function callsLibrary(program: Program): boolean {
  return importsOf(program).length > 0;
}

/** Writes the code of a kernel, from the items down to the entries. */
class Writer {
  readonly imports: readonly Import[];
  readonly locals: Locals;
  private readonly pattern: Pattern;
  private readonly layout: Layout;
  private readonly levels: readonly number[];
  /** the steps whose values are known not to be negative where code is written now */
  private nonnegative: ReadonlySet<number> = new Set();
  constructor(pattern: Pattern) {
    this.pattern = pattern;
    this.imports = importsOf(pattern.program);
    this.locals = localsOf(pattern);
    this.layout = layoutOf(pattern);
    this.levels = levelsOf(pattern);
  }

  /** The numbers that serve all items, and the items one by one. */
  code(): Code {
    const item = [...this.itemStart(), ...this.rows(), ...wasm.increase(FIRST, wasm.word(1))];
    const more = [...wasm.get(FIRST), ...wasm.get(LAST), ...wasm.LESS];
    return [...this.steps(0, 0), ...wasm.during(more, item)];
  }

  private argument(at: number): Code {
    return [...wasm.get(ARGUMENTS), ...wasm.loadWord(4 * at)];
  }

  /** `left[axis of strides or carries][input]` */
  private stride(table: "strides" | "carries", axis: number, input: number): Code {
    return this.argument(this.layout[table] + axis * this.pattern.modes.length + input);
  }

  private inputs(wanted: (mode: Mode) => boolean): readonly number[] {
    return this.pattern.modes.flatMap((mode, input) => (wanted(mode) ? [input] : []));
  }

  /** Which rows and which entries of them an item has, and where its inputs begin. */
  private itemStart(): Code {
    const { part, row, rowEnd, column, count, out } = this.locals;
    const { layout } = this;
    const tiles = this.argument(layout.tiles);
    const rows = this.argument(layout.rows);
    const entries = this.argument(layout.entries);
    const tile = this.argument(layout.tile);
    const size = (rowCode: Code, columnCode: Code): Code => [
      ...[...rowCode, ...entries, ...wasm.MULTIPLY, ...columnCode, ...wasm.ADD],
      ...[...wasm.word(2), ...wasm.SHIFT_LEFT],
    ];
    return [
      ...[...wasm.get(FIRST), ...tiles, ...wasm.REMAINDER, ...wasm.set(part)],
      ...[...wasm.get(FIRST), ...tiles, ...wasm.DIVIDE],
      ...[...this.argument(layout.rowsOfItem), ...wasm.MULTIPLY, ...wasm.set(row)],
      ...[...wasm.get(row), ...this.argument(layout.rowsOfItem), ...wasm.ADD, ...wasm.set(rowEnd)],
      ...this.atMost(rowEnd, rows),
      ...[...wasm.get(part), ...tile, ...wasm.MULTIPLY, ...wasm.set(column)],
      ...[...entries, ...wasm.get(column), ...wasm.SUBTRACT, ...wasm.set(count)],
      ...this.atMost(count, tile),
      ...this.argument(layout.result),
      ...[...size(wasm.get(row), wasm.get(column)), ...wasm.ADD, ...wasm.set(out)],
      ...this.startsOfItem(),
    ];
  }

  private atMost(local: number, bound: Code): Code {
    return wasm.when([...bound, ...wasm.get(local), ...wasm.LESS], [...bound, ...wasm.set(local)]);
  }

  private startsOfItem(): Code {
    const { starts, indices, column, row, rest } = this.locals;
    const moving = this.inputs((mode) => mode !== "single");
    const begin = moving.flatMap((input) => [
      ...this.argument(this.layout.offsets + input),
      ...[...wasm.get(column), ...wasm.word(ADVANCE[this.pattern.modes[input] ?? "single"])],
      ...[...wasm.MULTIPLY, ...wasm.ADD, ...wasm.set(starts[input] ?? 0)],
    ]);
    const axes = indices.flatMap((index, axis) => {
      const extent = this.argument(this.layout.extents + axis);
      return [
        ...[...wasm.get(rest), ...extent, ...wasm.REMAINDER, ...wasm.set(index)],
        ...[...wasm.get(rest), ...extent, ...wasm.DIVIDE, ...wasm.set(rest)],
        ...moving.flatMap((input) =>
          wasm.increase(starts[input] ?? 0, [
            ...[...wasm.get(index), ...this.stride("strides", axis, input), ...wasm.MULTIPLY],
          ]),
        ),
      ];
    });
    return [...begin, ...wasm.get(row), ...wasm.set(rest), ...axes];
  }

  private rows(): Code {
    const { row, rowEnd, count, left, starts, places } = this.locals;
    const streams = this.inputs((mode) => LEVELS[mode] === 2);
    const body = [
      ...streams.flatMap((input) => [...wasm.get(starts[input] ?? 0), ...wasm.set(places[input] ?? 0)]),
      ...[...wasm.get(count), ...wasm.set(left)],
      ...this.steps(1, 0),
      ...this.allEntries(streams),
      ...this.nextRow(0),
      ...wasm.increase(row, wasm.word(1)),
    ];
    return wasm.during([...wasm.get(row), ...wasm.get(rowEnd), ...wasm.LESS], body);
  }

  private nextRow(axis: number): Code {
    const { starts, indices } = this.locals;
    const index = indices[axis];
    if (index === undefined) return [];
    const table = axis === 0 ? "strides" : "carries";
    const moved = this.inputs((mode) => mode !== "single").flatMap((input) =>
      wasm.increase(starts[input] ?? 0, this.stride(table, axis, input)),
    );
    if (axis === indices.length - 1) return moved;
    const extent = this.argument(this.layout.extents + axis);
    const ended = [...wasm.get(index), ...extent, ...wasm.EQUAL];
    const carried = [...wasm.word(0), ...wasm.set(index), ...this.nextRow(axis + 1)];
    return [...moved, ...wasm.increase(index, wasm.word(1)), ...wasm.when(ended, carried)];
  }

  /** The entries of a row, by fewer instructions where thresholds that serve the row are not negative. */
  private allEntries(streams: readonly number[]): Code {
    const bounds = this.pattern.program.steps.flatMap((step) => {
      const rule = step.kind === "apply" ? FUNCTIONS[step.function] : null;
      const bound = step.kind === "apply" ? step.arguments[1] : undefined;
      if (bound === undefined || rule?.kind !== "code" || rule.nonnegative === null) return [];
      return (this.levels[bound] ?? 2) < 2 ? [bound] : [];
    });
    if (bounds.length === 0) return this.entries(streams);
    const tests = bounds.map((at) => noneNegative(wasm.get(this.locals.values[at] ?? 0)));
    const all = tests.flatMap((test, index) => (index === 0 ? test : [...test, ...wasm.AND]));
    const general = this.entries(streams);
    this.nonnegative = new Set(bounds);
    const special = this.entries(streams);
    this.nonnegative = new Set();
    return wasm.either(all, special, general);
  }

  /** The entries of a row: several vectors at once, then one by one, then what is less than a vector. */
  private entries(streams: readonly number[]): Code {
    const { left, tail, out } = this.locals;
    const atOnce = this.vectorsAtOnce();
    const atLeast = (vectors: number): Code => [
      ...[...wasm.get(left), ...wasm.word(4 * vectors), ...wasm.NOT_LESS],
    ];
    const loop = (vectors: number): Code => wasm.during(atLeast(vectors), this.vectors(vectors, streams));
    const bit = (size: number, body: Code): Code =>
      wasm.when([...wasm.get(left), ...wasm.word(size), ...wasm.AND], body);
    const rest = [
      ...[...this.steps(2, 0), ...this.result(), ...wasm.set(tail)],
      ...bit(2, [
        ...[...wasm.get(out), ...wasm.get(tail), ...wasm.storeFirstPair()],
        ...[...wasm.get(tail), ...wasm.get(tail), ...wasm.lanes(2, 3, 2, 3), ...wasm.set(tail)],
        ...wasm.increase(out, wasm.word(8)),
      ]),
      ...bit(1, [
        ...[...wasm.get(out), ...wasm.get(tail), ...wasm.storeFirst()],
        ...wasm.increase(out, wasm.word(4)),
      ]),
    ];
    return [...(atOnce > 1 ? loop(atOnce) : []), ...loop(1), ...wasm.when(wasm.get(left), rest)];
  }

  private vectorsAtOnce(): number {
    if (this.imports.length > 0) return 1;
    const size = this.levels.filter((level) => level === 2).length;
    return size <= 12 ? 4 : size <= 32 ? 2 : 1;
  }

  private vectors(count: number, streams: readonly number[]): Code {
    const { left, out, places } = this.locals;
    const stores = Array.from({ length: count }, (_, vector) => [
      ...this.steps(2, vector),
      ...[...wasm.get(out), ...this.result(), ...wasm.storeVector(16 * vector)],
    ]);
    return [
      ...stores.flat(),
      ...streams.flatMap((input) =>
        wasm.increase(
          places[input] ?? 0,
          wasm.word(4 * count * ADVANCE[this.pattern.modes[input] ?? "single"]),
        ),
      ),
      ...wasm.increase(out, wasm.word(16 * count)),
      ...wasm.increase(left, wasm.word(-4 * count)),
    ];
  }

  private result(): Code {
    return wasm.get(this.locals.values.at(-1) ?? 0);
  }

  /** Computes the steps of a level, for the given vector behind where the streams stand. */
  private steps(level: number, vector: number): Code {
    return this.pattern.program.steps.flatMap((step, at) =>
      this.levels[at] === level ? [...this.step(step, vector), ...wasm.set(this.locals.values[at] ?? 0)] : [],
    );
  }

  private step(step: Step, vector: number): Code {
    switch (step.kind) {
      case "constant":
        return [...wasm.get(ARGUMENTS), ...wasm.loadRepeated(4 * (this.layout.constants + step.index))];
      case "input":
        return this.load(step.index, vector);
      case "apply": {
        const [a = [], b = [], c = []] = step.arguments.map((at) => wasm.get(this.locals.values[at] ?? 0));
        const rule = FUNCTIONS[step.function];
        if (rule.kind === "code") {
          const special = this.nonnegative.has(step.arguments[1] ?? -1) ? rule.nonnegative : null;
          return (special ?? rule.code)(a, b, c);
        }
        if (rule.kind === "none") throw new TypeError(`${step.function} is no function of real numbers`);
        const index = this.imports.findIndex(({ name }) => name === rule.import.name);
        return [...[a, b].slice(0, rule.import.vectors).flat(), ...wasm.call(index)];
      }
    }
  }

  private load(input: number, vector: number): Code {
    const start = wasm.get(this.locals.starts[input] ?? 0);
    const place = wasm.get(this.locals.places[input] ?? 0);
    switch (this.pattern.modes[input] ?? "single") {
      case "single":
        return [...this.argument(this.layout.offsets + input), ...wasm.loadRepeated(0)];
      case "splat":
        return [...start, ...wasm.loadRepeated(0)];
      case "couple":
        return [...start, ...wasm.loadRepeatedPair(0)];
      case "stream":
        return [...place, ...wasm.loadVector(16 * vector)];
      case "repeat": {
        const { tail } = this.locals;
        const loaded = [...place, ...wasm.loadPair(8 * vector), ...wasm.set(tail)];
        return [...loaded, ...wasm.get(tail), ...wasm.get(tail), ...wasm.lanes(0, 0, 1, 1)];
      }
    }
  }
}
