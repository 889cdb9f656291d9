import { type End, hasEnd, WRITTEN } from "./ends.ts";
import { FUNCTIONS } from "./functions.ts";
import {
  advanceOf,
  type Layout,
  layoutOf,
  LEVELS,
  levelsOf,
  type Mode,
  type Pattern,
  planesOf,
} from "./pattern.ts";
import type { Step } from "./program.ts";

/**
 * The kernel of a pattern as a C function of that name, as `kernelOf` gives it in WebAssembly: the same operations in
 * the same order, on registers as wide as the processor has them. What it includes is runtime/kernels/native.
 */
export function sourceOf(pattern: Pattern, name: string): string {
  return new Source(pattern).text(name);
}

const BOUNDARIES = { neumann: "NEUMANN", periodic: "PERIODIC", zero: "ZERO_BEYOND" } as const;

/** Which points code is written for. */
interface Variant {
  /** whether arguments that serve rows are ordinary */
  readonly isOrdinary: boolean;
  /** whether all points have their neighbours */
  readonly isInside: boolean;
}

/** A step with an argument that serves rows, for which there are fewer instructions where that is ordinary. */
interface Ordinary {
  readonly function: string;
  readonly bound: number;
  readonly other: number;
  /** whether something of the argument, computed once a row, is taken instead of it */
  readonly isPrepared: boolean;
}

const GENERAL: Variant = { isOrdinary: false, isInside: false };

/** Writes the C of a kernel, from the items down to the entries. */
class Source {
  private readonly pattern: Pattern;
  private readonly layout: Layout;
  private readonly levels: readonly number[];
  private readonly planes: readonly number[];
  constructor(pattern: Pattern) {
    this.pattern = pattern;
    this.layout = layoutOf(pattern);
    this.levels = levelsOf(pattern);
    this.planes = planesOf(pattern);
  }

  text(name: string): string {
    const { tiles, rowsOfItem, tile, entries, rows } = this.layout;
    const joining = this.rowEnds();
    const lines = [
      `EXPORT_KERNEL void ${name}(char *arena, const word *a, int first, int last) {`,
      ...this.steps(0, GENERAL, "LANES"),
      "for (word item = (word)first; item < (word)last; item++) {",
      `const word column = item % a[${tiles}] * a[${tile}];`,
      `word row = item / a[${tiles}] * a[${rowsOfItem}];`,
      `const word row_end = least(row + a[${rowsOfItem}], a[${rows}]);`,
      `const word entries = a[${entries}], count = least(entries - column, a[${tile}]);`,
      ...this.results().map((_, at) => this.startOfResult(at)),
      ...(hasEnd(this.pattern.ends, "rows") ? ["int fresh = 1;"] : []),
      ...this.startsOfItem(),
      "for (; row < row_end; row++) {",
      ...this.inputs((mode) => LEVELS[mode] === 2).map(
        (input) => `const char *p${input} = arena + s${input};`,
      ),
      ...this.steps(1, GENERAL, "LANES"),
      ...joining.before,
      ...(this.stretches() ?? ["word left = count;", ...this.entries(true)]),
      ...joining.after,
      ...this.nextRow(0),
      "}",
      "}",
      "}",
    ];
    return `${lines.join("\n")}\n`;
  }

  /** By array that is written, the names of what it holds of a point. */
  private results(): readonly (readonly string[])[] {
    const { program, interleaved } = this.pattern;
    const values = program.results.map((step) => this.valuesOf(step));
    return interleaved ? [values.flat()] : values;
  }

  private end(result: number): End {
    return this.pattern.ends[result] ?? WRITTEN;
  }

  private startOfResult(at: number): string {
    const { results, tiles } = this.layout;
    const { planes } = this.pattern;
    const begin = {
      written: `${planes} * ((size_t)row * entries + column)`,
      row: `(size_t)row * a[${tiles}] + item % a[${tiles}]`,
      rows: `${planes} * ((size_t)(item / a[${tiles}]) * entries + column)`,
    };
    return `float *out${at} = (float *)(arena + a[${results + at}]) + ${begin[this.end(at).kind]};`;
  }

  /** What precedes and follows the entries of a row where results are joined. */
  private rowEnds(): { readonly before: readonly string[]; readonly after: readonly string[] } {
    const { planes, ends } = this.pattern;
    const overRows = hasEnd(ends, "rows");
    const after = this.results().flatMap((_, at) => {
      const end = this.end(at);
      switch (end.kind) {
        case "row":
          return [`*out${at} = fold_${end.by}(parts${at});`, `out${at} += a[${this.layout.tiles}];`];
        case "rows":
          return [`out${at} -= (size_t)count * ${planes};`];
        case "written":
          return overRows ? [`out${at} += (size_t)(entries - count) * ${planes};`] : [];
      }
    });
    const before = this.results().flatMap((_, at) => {
      const end = this.end(at);
      const parts = `vec parts${at}[PARTS];`;
      return end.kind === "row"
        ? [parts, `for (int k = 0; k < PARTS; k++) parts${at}[k] = splat(START_${end.by});`]
        : [];
    });
    return { before, after: overRows ? [...after, "fresh = 0;"] : after };
  }

  private inputs(wanted: (mode: Mode) => boolean): readonly number[] {
    return this.pattern.modes.flatMap((mode, input) => (wanted(mode) ? [input] : []));
  }

  private moving(): readonly number[] {
    return this.inputs((mode) => mode !== "single");
  }

  private advance(input: number): number {
    return advanceOf(this.pattern, this.pattern.modes[input] ?? "single");
  }

  private stride(table: "strides" | "carries", axis: number, input: number): string {
    return `a[${this.layout[table] + axis * this.pattern.modes.length + input}]`;
  }

  private extent(axis: number): string {
    return `a[${this.layout.extents + axis}]`;
  }

  /** Where the inputs of an item begin, in bytes that go round at 2^32 as WebAssembly's do. */
  private startsOfItem(): readonly string[] {
    const moving = this.moving();
    const begin = moving.map(
      (input) => `word s${input} = a[${this.layout.offsets + input}] + column * ${this.advance(input)};`,
    );
    const axes = Array.from({ length: this.pattern.axes }, (_, axis) => [
      `word n${axis} = rest % ${this.extent(axis)};`,
      `rest /= ${this.extent(axis)};`,
      ...moving.map((input) => `s${input} += n${axis} * ${this.stride("strides", axis, input)};`),
    ]);
    return [...begin, ...(axes.length === 0 ? [] : ["word rest = row;"]), ...axes.flat()];
  }

  private nextRow(axis: number): readonly string[] {
    if (axis >= this.pattern.axes) return [];
    const table = axis === 0 ? "strides" : "carries";
    const moved = this.moving().map((input) => `s${input} += ${this.stride(table, axis, input)};`);
    const isLast = axis === this.pattern.axes - 1;
    if (isLast) return [...moved, `n${axis}++;`];
    const ended = `if (++n${axis} == ${this.extent(axis)}) {`;
    return [...moved, ended, `n${axis} = 0;`, ...this.nextRow(axis + 1), "}"];
  }

  /** The entries of a row in stretches whose neighbours all lie alike; null where nobody asks for neighbours. */
  private stretches(): readonly string[] | null {
    const { stencil, modes } = this.pattern;
    if (stencil === null) return null;
    const input = modes.indexOf("stencil");
    const kind = `${BOUNDARIES[stencil.boundary]}, ${stencil.adjoint ? 1 : 0}`;
    const along = stencil.directions.includes("along");
    const sides = stencil.directions.map((direction, d) => ({
      direction,
      text:
        direction === "across"
          ? `const placed side${d} = placed_at(n0, ${this.extent(0)}, ${this.stride("strides", 0, input)}, ${kind});`
          : `const placed side${d} = placed_at(from, entries, ${this.advance(input)}, ${kind});`,
    }));
    const of = (wanted: string): readonly string[] =>
      sides.flatMap(({ direction, text }) => (direction === wanted ? [text] : []));
    const inside = stencil.directions.map((_, d) => `all_inside(side${d}, ${kind})`);
    return [
      ...of("across"),
      "for (word from = column, remaining = count; remaining > 0;) {",
      ...of("along"),
      `word left = least(${along ? `stretch(from, entries, ${kind})` : "entries - from"}, remaining);`,
      "from += left;",
      "remaining -= left;",
      `if (${inside.join(" && ")}) {`,
      ...this.entries(true),
      "} else {",
      ...this.entries(false),
      "}",
      "}",
    ];
  }

  /** The points that are left, by fewer instructions where arguments that serve the row are ordinary. */
  private entries(isInside: boolean): readonly string[] {
    const tests = this.pattern.program.steps.flatMap((step) => {
      const found = this.ordinaryOf(step);
      return found === null
        ? []
        : this.valuesOf(found.bound).map((value) => `${found.function}_is_ordinary(${value})`);
    });
    const general = this.points({ isInside, isOrdinary: false });
    if (tests.length === 0) return general;
    const ordinary = [...this.prepared(), ...this.points({ isInside, isOrdinary: true })];
    return [`if (${tests.join(" && ")}) {`, ...ordinary, "} else {", ...general, "}"];
  }

  /** What is computed once a row of arguments that serve it. */
  private prepared(): readonly string[] {
    return this.pattern.program.steps.flatMap((step, at) => {
      const found = this.ordinaryOf(step);
      if (found?.isPrepared !== true) return [];
      const { bound, function: name } = found;
      return this.valuesOf(bound).map((value, plane) =>
        declared(`o${at}_${plane}`, `prepared_${name}(${value})`),
      );
    });
  }

  /** Registers of points, and what is less than a register. */
  private points(variant: Variant): readonly string[] {
    const some = (count: string): readonly string[] => [
      ...this.steps(2, variant, count),
      ...this.results().flatMap((values, at) => this.ended(values, at, count)),
      ...this.inputs((mode) => LEVELS[mode] === 2).map(
        (input) => `p${input} += (size_t)${count} * ${this.advance(input)};`,
      ),
      ...this.results().flatMap((_, at) =>
        this.end(at).kind === "row" ? [] : [`out${at} += (size_t)${count} * ${this.pattern.planes};`],
      ),
    ];
    if (hasEnd(this.pattern.ends, "row")) {
      return [
        "for (; left >= PARTS * LANES; left -= PARTS * LANES) {",
        ...["EACH_PART for (int k = 0; k < PARTS; k++) {", ...some("LANES"), "}"],
        "}",
        "EACH_PART for (int k = 0; k < PARTS; k++) if (left > 0) {",
        ...["const word few = least(left, LANES);", ...some("few"), "left -= few;"],
        "}",
      ];
    }
    return [
      ...["for (; left >= LANES; left -= LANES) {", ...some("LANES"), "}"],
      ...["if (left > 0) {", ...some("left"), "}"],
    ];
  }

  /** What becomes of the values of a result for so many points. */
  private ended(
    [first = "", second = first]: readonly string[],
    at: number,
    count: string,
  ): readonly string[] {
    const isPair = this.pattern.planes === 2;
    const end = this.end(at);
    switch (end.kind) {
      case "written":
        return [
          isPair
            ? `put_pairs(out${at}, ${first}, ${second}, ${count});`
            : `put(out${at}, ${first}, ${count});`,
        ];
      case "row":
        return (isPair ? [first, second] : [first]).map(
          (value) =>
            `parts${at}[k] = join_${end.by}(parts${at}[k], first_of(${value}, ${count}, START_${end.by}));`,
        );
      case "rows": {
        const before = `before${at}`;
        const joined = (value: string, earlier: string): string =>
          `fresh ? ${value} : join_${end.by}(${earlier}, ${value})`;
        const place = `(const char *)out${at}`;
        if (!isPair) return [`put(out${at}, ${joined(first, `at(${place})`)}, ${count});`];
        return [
          `const pairs ${before} = pairs_at(${place}, ${count});`,
          `put_pairs(out${at}, ${joined(first, `${before}.re`)}, ${joined(second, `${before}.im`)}, ${count});`,
        ];
      }
    }
  }

  /** The names of a step's values, one for each entry of a point that differs. */
  private valuesOf(step: number): readonly string[] {
    return Array.from({ length: this.planes[step] ?? 1 }, (_, plane) => `v${step}_${plane}`);
  }

  /** Computes the steps of a level for so many points. */
  private steps(level: number, variant: Variant, count: string): readonly string[] {
    return this.pattern.program.steps.flatMap((step, at) =>
      this.levels[at] === level ? this.step(step, this.valuesOf(at), variant, count) : [],
    );
  }

  private step(step: Step, values: readonly string[], variant: Variant, count: string): readonly string[] {
    switch (step.kind) {
      case "constant":
        return values.map((value) =>
          declared(value, `splat(float_of(a[${this.layout.constants + step.index}]))`),
        );
      case "input":
        return this.load(step.index, values, variant, count);
      case "apply":
        return values.map((value, plane) => declared(value, this.applied(step, plane, variant)));
    }
  }

  private applied(step: Extract<Step, { kind: "apply" }>, plane: number, { isOrdinary }: Variant): string {
    const argument = (at: number, of: number): string => {
      const values = this.valuesOf(at);
      return values[of] ?? values[0] ?? "";
    };
    const rule = FUNCTIONS[step.function];
    if (rule.kind === "none") throw new TypeError(`${step.function} is no function of real numbers`);
    const found = isOrdinary ? this.ordinaryOf(step) : null;
    if (found !== null) {
      const own = Math.min(plane, this.valuesOf(found.bound).length - 1);
      const prepared = `o${this.pattern.program.steps.indexOf(step)}_${own}`;
      const bound = found.isPrepared ? prepared : argument(found.bound, plane);
      return `ordinary_${found.function}(${argument(found.other, plane)}, ${bound})`;
    }
    const [of = 0] = step.arguments;
    const given =
      rule.kind === "pair"
        ? [argument(of, 0), argument(of, 1)]
        : step.arguments.map((at) => argument(at, plane));
    return `f_${step.function}(${given.join(", ")})`;
  }

  /** The argument of a step that serves rows, where there are fewer instructions for ordinary ones; else null. */
  private ordinaryOf(step: Step): Ordinary | null {
    const rule = step.kind === "apply" ? FUNCTIONS[step.function] : null;
    if (step.kind !== "apply" || rule?.kind !== "code" || rule.special === null) return null;
    const at = rule.special.places.find((place) => (this.levels[step.arguments[place] ?? -1] ?? 2) < 2);
    const [bound, other] = at === undefined ? [] : [step.arguments[at], step.arguments[1 - at]];
    if (bound === undefined || other === undefined || (this.levels[other] ?? 2) < 2) return null;
    return { function: step.function, bound, other, isPrepared: rule.special.prepared !== null };
  }

  private load(input: number, values: readonly string[], variant: Variant, count: string): readonly string[] {
    const [first = "", second = first] = values;
    switch (this.pattern.modes[input] ?? "single") {
      case "single":
        return [declared(first, `repeated(arena + a[${this.layout.offsets + input}])`)];
      case "splat":
        return [declared(first, `repeated(arena + s${input})`)];
      case "couple":
        return values.map((value, plane) => declared(value, `repeated(arena + s${input} + ${4 * plane})`));
      case "repeat":
        return [declared(first, `at(p${input})`)];
      case "stream":
        return values.length === 1
          ? [declared(first, `at(p${input})`)]
          : loadedPairs(`both${input}`, `p${input}`, [first, second], count);
      case "first":
        return [declared(first, `pairs_at(p${input}, ${count}).re`)];
      case "second":
        return [declared(first, `pairs_at(p${input}, ${count}).im`)];
      case "stencil":
        return this.loadStencil(input, values, variant, count);
    }
  }

  private loadStencil(
    input: number,
    values: readonly string[],
    { isInside }: Variant,
    count: string,
  ): readonly string[] {
    const { stencil } = this.pattern;
    if (stencil === null) throw new TypeError("an input has no stencil");
    const boundary = isInside ? BOUNDARIES.periodic : BOUNDARIES[stencil.boundary];
    const place = `p${input}`;
    const next = (d: number): string => `${place} + side${d}.distance`;
    if (!stencil.adjoint) {
      const here = `here${input}`;
      return [
        declared(here, `at(${place})`),
        ...values.map((value, d) =>
          declared(value, `difference(${here}, at(${next(d)}), side${d}, ${boundary})`),
        ),
      ];
    }
    const isPair = stencil.directions.length === 2;
    const own = isPair
      ? `const pairs own${input} = pairs_at(${place}, ${count});`
      : declared(`own${input}`, `at(${place})`);
    const parts = stencil.directions.map((_, d) => {
      const part = isPair ? (d === 0 ? ".re" : ".im") : "";
      const behind = isPair ? `pairs_at(${next(d)}, ${count})` : `at(${next(d)})`;
      return `convergence(own${input}${part}, ${behind}${part}, side${d}, ${boundary})`;
    });
    return [own, declared(values[0] ?? "", parts.join(" + "))];
  }
}

const declared = (name: string, value: string): string => `const vec ${name} = ${value};`;

function loadedPairs(
  name: string,
  place: string,
  [first, second]: readonly [string, string],
  count: string,
): readonly string[] {
  return [
    `const pairs ${name} = pairs_at(${place}, ${count});`,
    declared(first, `${name}.re`),
    declared(second, `${name}.im`),
  ];
}
