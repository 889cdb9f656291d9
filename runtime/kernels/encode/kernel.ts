import { PARTIAL_RESULTS } from "./ends.ts";
import { FUNCTIONS, type Special } from "./functions.ts";
import * as wasm from "./module.ts";
import type { Code, Import } from "./module.ts";
import {
  advanceOf,
  importsOf,
  type Layout,
  layoutOf,
  LEVELS,
  levelsOf,
  type Locals,
  localsOf,
  type Mode,
  type Pattern,
} from "./pattern.ts";
import type { Step } from "./program.ts";
import { argument, ARGUMENTS, FIRST, Results } from "./results.ts";
import * as stencils from "./stencil.ts";
import type { Along, Direction } from "./stencil.ts";

const LAST = 3;

/** The kernel of a pattern: a module that exports `run`, and imports what it calls as `library.NAME`. */
export function kernelOf(pattern: Pattern): Uint8Array<ArrayBuffer> {
  const writer = new Writer(pattern);
  return wasm.moduleOf(writer.imports, writer.locals.types, writer.code());
}

/** A step by the rule for an ordinary argument that serves rows: that argument, the other one, and what is prepared. */
interface Bounded {
  readonly bound: number;
  readonly other: number;
  readonly special: Special;
  readonly prepared: readonly number[];
}

/** Writes the code of a kernel, from the items down to the entries. */
class Writer {
  readonly imports: readonly Import[];
  readonly locals: Locals;
  private readonly pattern: Pattern;
  private readonly layout: Layout;
  private readonly levels: readonly number[];
  private readonly advances: readonly number[];
  private readonly results: Results;
  /** whether arguments that serve rows are ordinary, where code is written now */
  private isSpecial = false;
  /** whether all points have their neighbours, where code is written now */
  private isInside = false;
  constructor(pattern: Pattern) {
    this.pattern = pattern;
    this.imports = importsOf(pattern.program);
    this.locals = localsOf(pattern);
    this.layout = layoutOf(pattern);
    this.levels = levelsOf(pattern);
    this.results = new Results(pattern, this.locals, this.layout);
    this.advances = pattern.modes.map((mode) => advanceOf(pattern, mode));
  }

  /** The numbers that serve all items, and the items one by one. */
  code(): Code {
    const item = [...this.itemStart(), ...this.rows(), ...wasm.increase(FIRST, wasm.word(1))];
    const more = [...wasm.get(FIRST), ...wasm.get(LAST), ...wasm.LESS];
    return [...this.steps(0, 0), ...wasm.during(more, item)];
  }

  /** `left[axis of strides or carries][input]` */
  private stride(table: "strides" | "carries", axis: number, input: number): Code {
    return argument(this.layout[table] + axis * this.pattern.modes.length + input);
  }

  private inputs(wanted: (mode: Mode) => boolean): readonly number[] {
    return this.pattern.modes.flatMap((mode, input) => (wanted(mode) ? [input] : []));
  }

  /** Which rows and which entries of them an item has, and where its inputs begin. */
  private itemStart(): Code {
    const { part, row, rowEnd, column, count } = this.locals;
    const { layout } = this;
    const tiles = argument(layout.tiles);
    const rows = argument(layout.rows);
    const entries = argument(layout.entries);
    const tile = argument(layout.tile);
    return [
      ...[...wasm.get(FIRST), ...tiles, ...wasm.REMAINDER, ...wasm.set(part)],
      ...[...wasm.get(FIRST), ...tiles, ...wasm.DIVIDE],
      ...[...argument(layout.rowsOfItem), ...wasm.MULTIPLY, ...wasm.set(row)],
      ...[...wasm.get(row), ...argument(layout.rowsOfItem), ...wasm.ADD, ...wasm.set(rowEnd)],
      ...this.atMost(rowEnd, rows),
      ...[...wasm.get(part), ...tile, ...wasm.MULTIPLY, ...wasm.set(column)],
      ...[...entries, ...wasm.get(column), ...wasm.SUBTRACT, ...wasm.set(count)],
      ...this.atMost(count, tile),
      ...this.results.itemStart(),
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
      ...argument(this.layout.offsets + input),
      ...[...wasm.get(column), ...wasm.word(this.advances[input] ?? 0)],
      ...[...wasm.MULTIPLY, ...wasm.ADD, ...wasm.set(starts[input] ?? 0)],
    ]);
    const axes = indices.flatMap((index, axis) => {
      const extent = argument(this.layout.extents + axis);
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
    const whole = [...wasm.get(count), ...wasm.set(left), ...this.allEntries(streams)];
    const body = [
      ...streams.flatMap((input) => [...wasm.get(starts[input] ?? 0), ...wasm.set(places[input] ?? 0)]),
      ...this.steps(1, 0),
      ...this.results.rowStart(),
      ...(this.stretches(streams) ?? whole),
      ...this.results.rowEnd(),
      ...this.nextRow(0),
      ...wasm.increase(row, wasm.word(1)),
    ];
    return wasm.during([...wasm.get(row), ...wasm.get(rowEnd), ...wasm.LESS], body);
  }

  /** The entries of a row in stretches whose neighbours all lie alike; null where nobody asks for neighbours. */
  private stretches(streams: readonly number[]): Code | null {
    const { stencil, modes } = this.pattern;
    const { stencil: locals, indices, column, count, left } = this.locals;
    if (stencil === null || locals === null) return null;
    const entries = argument(this.layout.entries);
    const placed = (direction: Direction, along: Along): Code => {
      const at = stencil.directions.indexOf(direction);
      return at < 0 ? [] : stencils.placedAlong(stencil, locals, at, along);
    };
    const input = modes.indexOf("stencil");
    const across: Along = {
      index: wasm.get(indices[0] ?? 0),
      extent: argument(this.layout.extents),
      step: this.stride("strides", 0, input),
    };
    const along: Along = {
      index: wasm.get(locals.at),
      extent: entries,
      step: wasm.word(this.advances[input] ?? 0),
    };
    return [
      ...[...wasm.get(column), ...wasm.set(locals.at), ...wasm.get(count), ...wasm.set(locals.remaining)],
      ...placed("across", across),
      ...wasm.during(wasm.get(locals.remaining), [
        ...placed("along", along),
        ...stencils.nextStretch(stencil, locals, left, entries),
        ...wasm.either(stencils.isInside(stencil, locals), this.inside(streams), this.allEntries(streams)),
      ]),
    ];
  }

  private nextRow(axis: number): Code {
    const { starts, indices } = this.locals;
    const index = indices[axis];
    if (index === undefined) return [];
    const table = axis === 0 ? "strides" : "carries";
    const moved = this.inputs((mode) => mode !== "single").flatMap((input) =>
      wasm.increase(starts[input] ?? 0, this.stride(table, axis, input)),
    );
    const counted = wasm.increase(index, wasm.word(1));
    if (axis === indices.length - 1)
      return this.pattern.stencil === null || axis > 0 ? moved : [...moved, ...counted];
    const extent = argument(this.layout.extents + axis);
    const ended = [...wasm.get(index), ...extent, ...wasm.EQUAL];
    const carried = [...wasm.word(0), ...wasm.set(index), ...this.nextRow(axis + 1)];
    return [...moved, ...counted, ...wasm.when(ended, carried)];
  }

  /** The entries of a row, by fewer instructions where thresholds that serve the row are not negative. */
  private allEntries(streams: readonly number[]): Code {
    const bounds = this.pattern.program.steps.flatMap((step) => this.specialOf(step) ?? []);
    if (bounds.length === 0) return this.entries(streams);
    const tests = bounds.flatMap(({ bound, special }) =>
      this.valuesOf(bound).map((value) => special.holds(wasm.get(value))),
    );
    const all = tests.flatMap((test, index) => (index === 0 ? test : [...test, ...wasm.AND]));
    const general = this.entries(streams);
    this.isSpecial = true;
    const special = [...bounds.flatMap((found) => this.prepared(found)), ...this.entries(streams)];
    this.isSpecial = false;
    return wasm.either(all, special, general);
  }

  /** The argument of a step that serves rows, and the rule for ordinary ones; null where there is none. */
  private specialOf(step: Step): Bounded | null {
    const rule = step.kind === "apply" ? FUNCTIONS[step.function] : null;
    if (step.kind !== "apply" || rule?.kind !== "code" || rule.special === null) return null;
    const { special } = rule;
    const at = special.places.find((place) => (this.levels[step.arguments[place] ?? -1] ?? 2) < 2);
    const [bound, other] = at === undefined ? [] : [step.arguments[at], step.arguments[1 - at]];
    if (bound === undefined || other === undefined || (this.levels[other] ?? 2) < 2) return null;
    const prepared = this.locals.prepared[this.pattern.program.steps.indexOf(step)] ?? [];
    return { bound, other, special, prepared };
  }

  /** Sets what is computed once a row of an argument that serves it. */
  private prepared({ bound, special, prepared }: Bounded): Code {
    const compute = special.prepared;
    if (compute === null) return [];
    return this.valuesOf(bound).flatMap((value, plane) => [
      ...[...compute(wasm.get(value)), ...wasm.set(prepared[plane] ?? 0)],
    ]);
  }

  /** The entries of a row whose points all have their neighbours. */
  private inside(streams: readonly number[]): Code {
    this.isInside = true;
    const code = this.allEntries(streams);
    this.isInside = false;
    return code;
  }

  private valuesOf(step: number): readonly number[] {
    return this.locals.values[step] ?? [];
  }

  /** The points that are left: several vectors at once, then one by one, then what is less than a vector. */
  private entries(streams: readonly number[]): Code {
    const { left } = this.locals;
    const atOnce = this.vectorsAtOnce();
    const atLeast = (vectors: number): Code => [
      ...[...wasm.get(left), ...wasm.word(4 * vectors), ...wasm.NOT_LESS],
    ];
    const loop = (vectors: number): Code => wasm.during(atLeast(vectors), this.vectors(vectors, streams));
    const rest = [
      ...this.steps(2, 0),
      ...this.results.few(),
      ...(this.pattern.stencil === null ? [] : this.advanced(streams, wasm.get(left))),
    ];
    return [
      ...(atOnce > 1 ? loop(atOnce) : []),
      ...this.results.firstTurn(),
      ...loop(1),
      ...wasm.when(wasm.get(left), rest),
    ];
  }

  private vectorsAtOnce(): number {
    if (this.results.areJoined) return PARTIAL_RESULTS / 4;
    if (this.imports.length > 0) return 1;
    const sizes = this.levels.map((level, at) => (level === 2 ? this.valuesOf(at).length : 0));
    const size = sizes.reduce((sum, each) => sum + each, 0);
    return size <= 12 ? 4 : size <= 32 ? 2 : 1;
  }

  private vectors(count: number, streams: readonly number[]): Code {
    const { left } = this.locals;
    const computed = Array.from({ length: count }, (_, vector) => [
      ...this.steps(2, vector),
      ...this.results.vector(vector, count),
    ]);
    return [
      ...computed.flat(),
      ...this.advanced(streams, wasm.word(4 * count)),
      ...this.results.advanced(count),
      ...wasm.increase(left, wasm.word(-4 * count)),
    ];
  }

  /** Moves the places of the streams by so many points. */
  private advanced(streams: readonly number[], points: Code): Code {
    return streams.flatMap((input) =>
      wasm.increase(this.locals.places[input] ?? 0, [
        ...[...points, ...wasm.word(this.advances[input] ?? 0), ...wasm.MULTIPLY],
      ]),
    );
  }

  /** Computes the steps of a level, for the given vector behind where the streams stand. */
  private steps(level: number, vector: number): Code {
    return this.pattern.program.steps.flatMap((step, at) =>
      this.levels[at] === level ? this.step(step, this.valuesOf(at), vector) : [],
    );
  }

  /** Sets the values of a step. */
  private step(step: Step, values: readonly number[], vector: number): Code {
    switch (step.kind) {
      case "constant": {
        const place = 4 * (this.layout.constants + step.index);
        return values.flatMap((value) => [
          ...[...wasm.get(ARGUMENTS), ...wasm.loadRepeated(place), ...wasm.set(value)],
        ]);
      }
      case "input":
        return this.load(step.index, values, vector);
      case "apply":
        return values.flatMap((value, plane) => [...this.applied(step, plane), ...wasm.set(value)]);
    }
  }

  private applied(step: Extract<Step, { kind: "apply" }>, plane: number): Code {
    const argument = (at: number, of: number): Code => {
      const values = this.valuesOf(at);
      return wasm.get(values[of] ?? values[0] ?? 0);
    };
    const [a = [], b = [], c = []] = step.arguments.map((at) => argument(at, plane));
    const rule = FUNCTIONS[step.function];
    switch (rule.kind) {
      case "code": {
        const found = this.isSpecial ? this.specialOf(step) : null;
        if (found === null) return rule.code(a, b, c);
        const { other, bound, special, prepared } = found;
        const [first = 0, second = first] = prepared.slice(0, this.valuesOf(bound).length);
        const taken = wasm.get(plane === 0 ? first : second);
        return special.code(
          argument(other, plane),
          special.prepared === null ? argument(bound, plane) : taken,
        );
      }
      case "pair": {
        const [of = 0] = step.arguments;
        return rule.code(argument(of, 0), argument(of, 1));
      }
      case "call": {
        const index = this.imports.findIndex(({ name }) => name === rule.import.name);
        return [...[a, b].slice(0, rule.import.vectors).flat(), ...wasm.call(index)];
      }
      case "none":
        throw new TypeError(`${step.function} is no function of real numbers`);
    }
  }

  /** Sets the values of an input. */
  private load(input: number, values: readonly number[], vector: number): Code {
    const start = wasm.get(this.locals.starts[input] ?? 0);
    const place = wasm.get(this.locals.places[input] ?? 0);
    const [first = 0, second = 0] = values;
    switch (this.pattern.modes[input] ?? "single") {
      case "single":
        return [...argument(this.layout.offsets + input), ...wasm.loadRepeated(0), ...wasm.set(first)];
      case "splat":
        return [...start, ...wasm.loadRepeated(0), ...wasm.set(first)];
      case "couple":
        return values.flatMap((value, plane) => [
          ...[...start, ...wasm.loadRepeated(4 * plane), ...wasm.set(value)],
        ]);
      case "repeat":
        return [...place, ...wasm.loadVector(16 * vector), ...wasm.set(first)];
      case "stream":
        return values.length === 1
          ? [...place, ...wasm.loadVector(16 * vector), ...wasm.set(first)]
          : this.loadPairs(place, vector, first, second);
      case "first":
        return [...this.loadBoth(place, vector), ...wasm.lanes(0, 2, 4, 6), ...wasm.set(first)];
      case "second":
        return [...this.loadBoth(place, vector), ...wasm.lanes(1, 3, 5, 7), ...wasm.set(first)];
      case "stencil":
        return this.loadStencil(place, values, vector);
    }
  }

  /** The two vectors of four pairs. */
  private loadBoth(place: Code, vector: number): Code {
    return [...place, ...wasm.loadVector(32 * vector), ...place, ...wasm.loadVector(32 * vector + 16)];
  }

  private loadPairs(place: Code, vector: number, first: number, second: number): Code {
    const { tail, other } = this.locals;
    const both = [...wasm.get(tail), ...wasm.get(other)];
    return [
      ...[...place, ...wasm.loadVector(32 * vector), ...wasm.set(tail)],
      ...[...place, ...wasm.loadVector(32 * vector + 16), ...wasm.set(other)],
      ...[...both, ...wasm.lanes(0, 2, 4, 6), ...wasm.set(first)],
      ...[...both, ...wasm.lanes(1, 3, 5, 7), ...wasm.set(second)],
    ];
  }

  private loadStencil(place: Code, values: readonly number[], vector: number): Code {
    const { isInside } = this;
    const { stencil } = this.pattern;
    const { stencil: locals } = this.locals;
    if (stencil === null || locals === null) throw new TypeError("an input has no stencil");
    return stencil.adjoint
      ? stencils.loadDivergence(stencil, locals, { place, vector, isInside }, values[0] ?? 0)
      : stencils.loadDifferences(stencil, locals, { place, vector, isInside }, values);
  }
}
