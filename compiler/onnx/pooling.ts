import type { Variable } from "../ir/block.ts";
import { axesOf, joinAlong, sliceAlong } from "../lower/networks/axes.ts";
import { averagePool, globalPool } from "../lower/networks/poolingLayers.ts";
import {
  add,
  constant,
  constantValue,
  type Dimension,
  divideBy,
  multiply,
  subtract,
} from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import { type Flow, imageFlow, type NodePlace, sizesOfImage } from "./place.ts";

/** Below all numbers of single precision that an image has. */
const LOWEST = -3e38;

/** The windows along one axis: `count` of them, each of `reach` points at the distance `dilation`. */
interface Windows {
  readonly reach: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  /** margin that the settings give, and how many points beyond it the last window takes */
  readonly after: number;
  readonly count: Dimension;
  readonly further: number;
}

/** `MaxPool`: the largest entry of each window; what lies outside of the image is never the largest. */
export function largestOfWindows(place: NodePlace): Flow {
  const u = place.image();
  if (place.outputs > 1) throw place.fault("It gives the places of the largest entries, too.");
  const tile = tileOf(place);
  if (tile !== null) return imageFlow(place.b.maxPool(u, tile));
  const largest = (parts: readonly Variable[]): Variable =>
    parts.reduce((left, right) => place.b.elementwise("max", [left, right]));
  return imageFlow(overWindows(place, u, LOWEST, largest));
}

/** `AveragePool`: the mean of each window, of all its points or of those in the image (`count_include_pad`). */
export function meansOfWindows(place: NodePlace): Flow {
  const { b } = place;
  const u = place.image();
  const tile = tileOf(place);
  if (tile !== null) return imageFlow(averagePool(b, u, tile));
  const sum = (parts: readonly Variable[]): Variable =>
    parts.reduce((left, right) => b.elementwise("add", [left, right]));
  const sums = overWindows(place, u, 0, sum);
  const all = [0, 1].map((axis) => windowsOf(place, axis));
  const isWhole = all.every(({ before, after, further }) => before + after === 0 && further === 0);
  if (place.number("count_include_pad", 0) !== 0 || isWhole) {
    if (all.some(({ further }) => further > 0))
      throw place.fault("Its last windows reach beyond its margins.");
    const [rows, columns] = all;
    return imageFlow(
      b.elementwise("mul", [b.constant(1 / ((rows?.reach ?? 1) * (columns?.reach ?? 1))), sums]),
    );
  }
  const [h, w] = sizesOfImage(u);
  const ones = b.fill(b.constant(1), arraySpace("real", [h, w, constant(1)]));
  return imageFlow(b.elementwise("div", [sums, overWindows(place, ones, 0, sum)]));
}

/** The mean over the image: an image of one pixel. */
export function globalMeans(place: NodePlace): Flow {
  const u = place.image();
  const one = constant(1);
  return imageFlow(
    place.b.reshape(globalPool(place.b, u), arraySpace("real", [one, one, sizesOfImage(u)[2]])),
  );
}

/** The q of windows that tile the image q x q, for which there is an operation; null for any others. */
function tileOf(place: NodePlace): number | null {
  const all = [0, 1].map((axis) => windowsOf(place, axis));
  const q = all[0]?.reach ?? 0;
  const isTile = all.every(
    ({ reach, stride, dilation, before, after, further }) =>
      reach === q && stride === q && (dilation === 1 || q === 1) && before + after + further === 0,
  );
  const divides = sizesOfImage(place.image())
    .slice(0, 2)
    .every((size) => (constantValue(size) ?? 0) % q === 0);
  return isTile && divides ? q : null;
}

/** One axis after the other: what `combine` makes of the points of each window. */
function overWindows(
  place: NodePlace,
  u: Variable,
  outside: number,
  combine: (parts: readonly Variable[]) => Variable,
): Variable {
  return [0, 1].reduce((image, axis) => {
    const windows = windowsOf(place, axis);
    const wide = withMargins(place, image, axis, windows, outside);
    const parts = Array.from({ length: windows.reach }, (_, i) =>
      everyPoint(place, wide, axis, i * windows.dilation, windows),
    );
    return combine(parts);
  }, u);
}

/** As many points along an axis as the windows take, and those up to the next one. */
function withMargins(
  { b }: NodePlace,
  u: Variable,
  axis: number,
  { before, reach, dilation, stride, count }: Windows,
  outside: number,
): Variable {
  const axes = axesOf(u);
  const own = axes[axis] ?? constant(1);
  const taken = add(multiply(constant(stride), count), constant((reach - 1) * dilation));
  const after = constantValue(subtract(taken, add(own, constant(before)))) ?? 0;
  const margin = (points: number): Variable[] => {
    const space = arraySpace(
      "real",
      axes.map((size, at) => (at === axis ? constant(points) : size)),
    );
    return points > 0 ? [b.fill(b.constant(outside), space)] : [];
  };
  const parts = [...margin(before), u, ...margin(after)];
  const wide = parts.length === 1 ? u : joinAlong(b, parts, axis);
  return after < 0 ? sliceAlong(b, wide, axis, constant(0), taken) : wide;
}

/** The points begin, begin + stride, ... of an axis, one for each window. */
function everyPoint(
  { b }: NodePlace,
  u: Variable,
  axis: number,
  begin: number,
  { stride, count }: Windows,
): Variable {
  const part = sliceAlong(b, u, axis, constant(begin), multiply(constant(stride), count));
  return strided(b, part, axis, stride, count);
}

/** The first of every `stride` points of an axis of stride*count points. */
export function strided(
  b: NodePlace["b"],
  u: Variable,
  axis: number,
  stride: number,
  count: Dimension,
): Variable {
  if (stride === 1) return u;
  const axes = axesOf(u);
  const [before, after] = [axes.slice(0, axis), axes.slice(axis + 1)];
  const apart = b.reshape(u, arraySpace("real", [...before, count, constant(stride), ...after]));
  const first = sliceAlong(b, apart, axis + 1, constant(0), constant(1));
  return b.reshape(first, arraySpace("real", [...before, count, ...after]));
}

/** The margins before and after an axis: as set, or such that there are as many windows as strides (`auto_pad`). */
function marginsOf(
  place: NodePlace,
  axis: number,
  { reach, stride, dilation }: Pick<Windows, "reach" | "stride" | "dilation">,
): readonly [before: number, after: number] {
  const word = place.word("auto_pad", "NOTSET");
  if (word === "VALID") return [0, 0];
  if (word !== "SAME_UPPER" && word !== "SAME_LOWER") {
    const set = place.counts("pads", []);
    return [set[axis] ?? 0, set[axis + 2] ?? 0];
  }
  const known = constantValue(sizesOfImage(place.image())[axis] ?? constant(1));
  if (known === null && stride > 1) throw place.fault("Its margins depend on sizes that are open.");
  const size = known ?? 0;
  const reached =
    (stride === 1 ? size - 1 : (Math.ceil(size / stride) - 1) * stride) + (reach - 1) * dilation + 1;
  const total = Math.max(reached - size, 0);
  const less = Math.floor(total / 2);
  return word === "SAME_UPPER" ? [less, total - less] : [total - less, less];
}

function windowsOf(place: NodePlace, axis: number): Windows {
  const setting = (name: string, index: number, initial: number): number =>
    place.counts(name, [])[index] ?? initial;
  const reach = setting("kernel_shape", axis, 0);
  const [stride, dilation] = [setting("strides", axis, 1), setting("dilations", axis, 1)];
  const [before, after] = marginsOf(place, axis, { reach, stride, dilation });
  if (reach < 1 || stride < 1 || dilation < 1 || before < 0 || after < 0) {
    throw place.fault("Its windows, strides or margins are no counts.");
  }
  const extent = (reach - 1) * dilation + 1;
  const isCeil = place.number("ceil_mode", 0) !== 0;
  const round = isCeil ? Math.ceil : Math.floor;
  const size = sizesOfImage(place.image())[axis] ?? constant(1);
  const known = constantValue(size);
  const excess = before + after - extent;
  // of open sizes the stride divides, which is checked when they are bound
  const [base, rest] = known === null ? [divideBy(size, stride), 0] : [constant(0), known];
  const least = round((rest + excess) / stride) + 1;
  const beyond = isCeil && (least - 1) * stride >= rest + before;
  const more = beyond ? least - 1 : least;
  const count = add(base, constant(more));
  if ((constantValue(count) ?? 1) < 1) throw place.fault("Its windows are larger than the image.");
  const further = Math.max((more - 1) * stride + extent - (rest + before + after), 0);
  return { reach, stride, dilation, before, after, count, further };
}
