import type { Handle, Reduction } from "../engine.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import { type Kernel, LANES } from "./kernel.ts";
import type { Store, Work } from "./store.ts";

/** Entries that an invocation adds up before it adds them to the rest: long sums lose fewer digits. */
const BLOCK = 32;

/** Entries of a part of a result, for an invocation and for a group. */
const PART = { entries: 256, groups: 8192 } as const;

/** Fewer entries than this are reduced by one invocation. */
const FEW = 64;

const START: { readonly [R in Reduction]: string } = {
  sum: "0.0",
  max: "-infinity()",
  min: "infinity()",
};
const JOIN: { readonly [R in Reduction]: (a: string, b: string) => string } = {
  sum: (a, b) => `${a} + ${b}`,
  max: (a, b) => `larger(${a}, ${b})`,
  min: (a, b) => `smaller(${a}, ${b})`,
};

/**
 * How entries are joined over axes: the parts of each result by an invocation each, where its neighbours are those of
 * the next result or there are few, else by a group. The cut depends on the shape alone.
 */
export interface Cut {
  readonly form: Kernel["form"];
  /** of the result */
  readonly shape: readonly number[];
  readonly parts: number;
  /** invocations or groups */
  readonly units: number;
  /** see `reducingKernel` */
  readonly words: readonly number[];
}

/** The cut of an array of that shape that is reduced over some axes. */
export function cutOf(shape: readonly number[], axes: readonly number[]): Cut {
  const all = [...shape.keys()];
  const isKept = (axis: number): boolean => !axes.includes(axis);
  const [kept, left] = [loopsOf(shape, isKept), loopsOf(shape, (axis) => !isKept(axis))];
  const length = sizeOf(left.extents);
  const innermost = all.findLast((axis) => shape[axis] !== 1);
  const form = length < FEW || (innermost !== undefined && isKept(innermost)) ? "entries" : "groups";
  const parts = Math.max(1, Math.ceil(length / PART[form]));
  const results = sizeOf(kept.extents);
  const rank = [kept.extents.length, left.extents.length];
  const loops = [kept, left].flatMap(({ extents, strides }) => [...extents, ...strides]);
  return {
    form,
    shape: all.filter(isKept).map((axis) => shape[axis] ?? 1),
    parts,
    units: results * parts,
    words: [length, Math.ceil(length / parts), results, parts, ...rank, ...loops],
  };
}

/** Some axes of an array as loops, neighbours that are one run of memory as one. */
function loopsOf(
  shape: readonly number[],
  chosen: (axis: number) => boolean,
): { readonly extents: readonly number[]; readonly strides: readonly number[] } {
  const extents: number[] = [];
  const strides: number[] = [];
  stridesOf(shape).forEach((stride, axis) => {
    const extent = shape[axis] ?? 1;
    if (!chosen(axis) || extent === 1) return;
    const last = extents.length - 1;
    if (last >= 0 && strides[last] === stride * extent) {
      extents[last] = (extents[last] ?? 1) * extent;
      strides[last] = stride;
    } else {
      extents.push(extent);
      strides.push(stride);
    }
  });
  return { extents, strides };
}

/** What is reduced: WGSL of its value at entry `i`. */
export interface Reduced {
  readonly by: Reduction;
  readonly value: string;
}

/** What a kernel does at each entry, beside joining it. */
export interface Visited {
  readonly reads: Kernel["reads"];
  /** results of the kernel that are written entry by entry, before those that are reduced */
  readonly whole: readonly string[];
  readonly reduced: readonly Reduced[];
  readonly numbers: readonly string[];
  readonly declarations: string;
  /** before the first entry; words behind those of the cut stand from `behind` on */
  readonly start: string;
  /** what values name, at entry `i` */
  readonly steps: string;
}

/** The words of a cut, its loops behind `numbers` of the kernel: [words of the cut, numbers, loops]. */
const CUT = ["length", "each", "results", "parts_of_each", "kept", "left"];

/** Words for a kernel: those of the cut with the kernel's own numbers, and what its text reads behind them. */
export function wordsOf(
  { words }: Cut,
  numbers: readonly number[],
  behind: readonly number[],
): readonly number[] {
  return [...words.slice(0, CUT.length), ...numbers, ...words.slice(CUT.length), ...behind];
}

/**
 * A kernel that visits the entries of parts of results, and writes the parts, [results, parts] of groups and [parts,
 * results] of invocations.
 */
export function reducingKernel(form: Kernel["form"], visited: Visited): Kernel {
  const { reads, whole, reduced, numbers, declarations, start, steps } = visited;
  const [unit, lane, step] = form === "groups" ? ["group", "lane", LANES.groups] : ["i", "0u", 1];
  const [result, part] =
    form === "groups"
      ? ["unit / parts_of_each", "unit % parts_of_each"]
      : ["unit % results", "unit / results"];
  const each = (text: (one: Reduced, at: number) => string): string => reduced.map(text).join("\n");
  const ended = (at: number): number => whole.length + at;
  return {
    form,
    reads,
    writes: whole.length + reduced.length,
    numbers: [...CUT, ...numbers],
    declarations,
    body: `
  let unit = ${unit};
  let origin = place(${result}, tail, kept);
  let first = ${part} * each;
${start}
${each(({ by }, at) => `  var all${at} = ${START[by]}; var some${at} = ${START[by]};`)}
  var taken = 0u;
  for (var index = first + ${lane}; index < min(length, first + each); index += ${step}u) {
    let i = origin + place(index, tail + 2u * kept, left);
${steps}
${whole.map((value, at) => `    r${at}[i] = ${value};`).join("\n")}
${each(({ by, value }, at) => `    some${at} = ${JOIN[by](`some${at}`, value)};`)}
    taken += 1u;
    if (taken % ${BLOCK}u == 0u) {
${each(({ by }, at) => `      all${at} = ${JOIN[by](`all${at}`, `some${at}`)}; some${at} = ${START[by]};`)}
    }
  }
${each(({ by }, at) => (form === "groups" ? joined(by, at, ended(at)) : `  r${ended(at)}[unit] = ${JOIN[by](`all${at}`, `some${at}`)};`))}`,
  };
}

/** The lanes of a group joined by halves. */
function joined(by: Reduction, at: number, result: number): string {
  return `
  parts[lane] = ${JOIN[by](`all${at}`, `some${at}`)};
  for (var step = ${LANES.groups / 2}u; step > 0u; step /= 2u) {
    workgroupBarrier();
    if (lane < step) { parts[lane] = ${JOIN[by]("parts[lane]", "parts[lane + step]")}; }
  }
  if (lane == 0u) { r${result}[unit] = parts[0]; }
  workgroupBarrier();`;
}

/** The shapes of what a kernel with this cut writes for each result that is reduced. */
export function partsShape({ form, parts, units }: Cut): readonly number[] {
  const results = units / parts;
  return form === "groups" ? [results, parts] : [parts, results];
}

const PLAIN: { readonly [F in Kernel["form"]]: { readonly [R in Reduction | "dot"]: Kernel } } = {
  entries: plainKernels("entries"),
  groups: plainKernels("groups"),
};

function plainKernels(form: Kernel["form"]): { readonly [R in Reduction | "dot"]: Kernel } {
  const plain = (by: Reduction, value: string, arrays: number): Kernel =>
    reducingKernel(form, {
      reads: Array.from({ length: arrays }, () => "f32" as const),
      whole: [],
      reduced: [{ by, value }],
      numbers: [],
      declarations: "",
      start: "",
      steps: "",
    });
  return {
    sum: plain("sum", "a0[i]", 1),
    max: plain("max", "a0[i]", 1),
    min: plain("min", "a0[i]", 1),
    dot: plain("sum", "a0[i] * a1[i]", 2),
  };
}

/** An array, or the product of two, joined over some axes. */
export function reduced(
  store: Store,
  operation: string,
  kind: Reduction | "dot",
  inputs: readonly [Handle, ...Handle[]],
  axes: readonly number[],
): Handle {
  const cut = cutOf(inputs[0].shape, axes);
  const work: Work = { operation, kernel: PLAIN[cut.form][kind], inputs, words: wordsOf(cut, [], []) };
  const [parts] = store.computeAll(work, [partsShape(cut)], cut.units);
  if (parts === undefined) throw new RangeError("a kernel without a result");
  return together(store, operation, kind === "dot" ? "sum" : kind, parts, cut);
}

/** The parts that a kernel has written as results; they are freed. */
export function together(store: Store, operation: string, by: Reduction, parts: Handle, cut: Cut): Handle {
  try {
    return cut.parts === 1 ? store.reshape(parts, cut.shape) : joinedParts(store, operation, by, parts, cut);
  } finally {
    store.dispose([parts]);
  }
}

function joinedParts(store: Store, operation: string, by: Reduction, parts: Handle, cut: Cut): Handle {
  const whole = reduced(store, operation, by, [parts], [cut.form === "groups" ? 1 : 0]);
  const result = store.reshape(whole, cut.shape);
  store.dispose([whole]);
  return result;
}
