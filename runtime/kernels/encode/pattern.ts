import { type End, type EndLocals, endLocals } from "./ends.ts";
import { FUNCTIONS } from "./functions.ts";
import type { Import, Type } from "./module.ts";
import type { Program, Step } from "./program.ts";
import { type Stencil, type StencilLocals, stencilLocals } from "./stencil.ts";

/**
 * How an input runs along a row of points. `single`: one number for all; `splat`: one a row; `stream`: an entry for
 * each of the result; and where points are pairs, `repeat`: one a pair; `couple`: two for each pair, the same along the
 * row. `stencil`: the differences at the point. `first` and `second`: that entry of a pair for each point.
 */
export type Mode = "single" | "splat" | "stream" | "repeat" | "couple" | "stencil" | "first" | "second";

/** What a kernel is generated for: a program, how its inputs run, and how many axes the rows have. */
export interface Pattern {
  readonly program: Program;
  readonly modes: readonly Mode[];
  readonly axes: number;
  /** entries of a point: pairs are computed side by side, what is the same for both of them once */
  readonly planes: 1 | 2;
  /** how the inputs of mode `stencil` are read */
  readonly stencil: Stencil | null;
  /** whether two results are the first and the second entries of pairs, which are written as one array */
  readonly interleaved: boolean;
  /** by result, what becomes of its values */
  readonly ends: readonly End[];
}

/** How many arrays a kernel writes. */
export function outputsOf({ program, interleaved }: Pattern): number {
  return interleaved ? 1 : program.results.length;
}

/** Where the arguments of a kernel stand, in words; the innermost axis of the rows is the first. */
export interface Layout {
  /** bytes: where each result begins */
  readonly results: 0;
  /** points of a row, and of the tile of a row that is an item's */
  readonly entries: number;
  readonly tile: number;
  /** tiles of a row; where there is one only, or results are joined over rows, an item may have many rows */
  readonly tiles: number;
  readonly rows: number;
  readonly rowsOfItem: number;
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
export function layoutOf(pattern: Pattern): Layout {
  const { program, modes, axes } = pattern;
  const entries = outputsOf(pattern);
  const constants = entries + 5;
  const offsets = constants + program.constants.length;
  const extents = offsets + modes.length;
  const strides = extents + axes;
  const carries = strides + axes * modes.length;
  return {
    ...{ results: 0, entries, tile: entries + 1, tiles: entries + 2, rows: entries + 3, constants },
    ...{ rowsOfItem: entries + 4, offsets, extents, strides, carries, words: carries + axes * modes.length },
  };
}

/** The locals of a kernel: numbers by what they hold. */
export interface Locals {
  readonly types: readonly Type[];
  readonly part: number;
  readonly row: number;
  readonly rowEnd: number;
  readonly column: number;
  readonly count: number;
  readonly left: number;
  /** by result, where it is written */
  readonly outs: readonly number[];
  readonly rest: number;
  readonly tail: number;
  readonly other: number;
  readonly stencil: StencilLocals | null;
  readonly ends: EndLocals;
  readonly indices: readonly number[];
  readonly starts: readonly number[];
  readonly places: readonly number[];
  /** by step, a local for each plane */
  readonly values: readonly (readonly number[])[];
  /** by step, what is prepared of an argument that serves rows: see `Special` */
  readonly prepared: readonly (readonly number[])[];
}

/** The locals that a pattern asks for, numbered from 4. */
export function localsOf(pattern: Pattern): Locals {
  const { program, modes, axes, stencil, ends } = pattern;
  const types: Type[] = [];
  const local = (type: Type): number => 3 + types.push(type);
  const many = (count: number, type: Type): number[] => Array.from({ length: count }, () => local(type));
  const [part, row, rowEnd, column] = [local("i32"), local("i32"), local("i32"), local("i32")];
  const [count, left, rest] = [local("i32"), local("i32"), local("i32")];
  return {
    ...{ types, part, row, rowEnd, column, count, left, rest },
    outs: many(outputsOf(pattern), "i32"),
    ...{ tail: local("v128"), other: local("v128") },
    stencil: stencil && stencilLocals(stencil, local),
    ends: endLocals(ends, local),
    indices: many(axes, "i32"),
    starts: many(modes.length, "i32"),
    places: many(modes.length, "i32"),
    values: planesOf(pattern).map((count) => many(count, "v128")),
    prepared: planesOf(pattern).map((count, at) => many(isPrepared(program.steps[at]) ? count : 0, "v128")),
  };
}

function isPrepared(step: Step | undefined): boolean {
  const rule = step?.kind === "apply" ? FUNCTIONS[step.function] : null;
  return rule?.kind === "code" && rule.special !== null && rule.special.prepared !== null;
}

/** How many numbers a step has for a point. */
export function planesOf({ program, modes, planes, stencil }: Pattern): readonly number[] {
  const counts: number[] = [];
  const ofMode: { readonly [M in Mode]: number } = {
    ...{ single: 1, splat: 1, repeat: 1, stream: planes, couple: 2, first: 1, second: 1 },
    stencil: stencil?.adjoint === true ? 1 : planes,
  };
  for (const step of program.steps) {
    if (step.kind === "constant") counts.push(1);
    else if (step.kind === "input") counts.push(ofMode[modes[step.index] ?? "single"]);
    else if (step.function === "pairNorm") counts.push(1);
    else counts.push(Math.max(...step.arguments.map((at) => counts[at] ?? 1)));
  }
  return counts;
}

/** How often a step is computed: once for all (0), once a row (1), or for all entries (2). */
export function levelsOf({ program, modes }: Pattern): readonly number[] {
  const levels: number[] = [];
  for (const step of program.steps) {
    if (step.kind === "constant") levels.push(0);
    else if (step.kind === "input") levels.push(LEVELS[modes[step.index] ?? "single"]);
    else levels.push(Math.max(0, ...step.arguments.map((at) => levels[at] ?? 0)));
  }
  return levels;
}

/** How often an input is read, by its mode. */
export const LEVELS: { readonly [M in Mode]: number } = {
  ...{ single: 0, splat: 1, couple: 1, stream: 2, repeat: 2, first: 2, second: 2 },
  stencil: 2,
};

/** Bytes of the input that belong to one point. */
export function advanceOf({ planes, stencil }: Pattern, mode: Mode): number {
  const advances: { readonly [M in Mode]: number } = {
    ...{ single: 0, splat: 0, couple: 0, stream: 4 * planes, repeat: 4, first: 8, second: 8 },
    stencil: stencil?.adjoint === true ? 4 * stencil.directions.length : 4,
  };
  return advances[mode];
}

/** The library functions that a program calls, each once. */
export function importsOf({ steps }: Program): readonly Import[] {
  const found = new Map<string, Import>();
  for (const step of steps) {
    const rule = step.kind === "apply" ? FUNCTIONS[step.function] : null;
    if (rule?.kind === "call") found.set(rule.import.name, rule.import);
  }
  return [...found.values()];
}

/** Whether a program's kernel imports the library. */
export function callsLibrary(program: Program): boolean {
  return importsOf(program).length > 0;
}
