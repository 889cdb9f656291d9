import type { Engine, Handle, Reduction } from "../engine.ts";
import { sameShape, sizeOf, stridesOf } from "../shape.ts";
import { refuse } from "./device.ts";
import { bitsOf, type Kernel, LANES } from "./kernel.ts";
import type { Store } from "./store.ts";

/** Entries that a lane adds up before it adds them to the rest: long sums lose fewer digits. */
const BLOCK = 32;

const START: { readonly [R in Reduction]: number } = { sum: 0, max: -Infinity, min: Infinity };
const JOIN: { readonly [R in Reduction]: string } = {
  sum: "a + b",
  max: "larger(a, b)",
  min: "smaller(a, b)",
};

/**
 * A group for each result: its lanes take the entries in turn. Words: extents and strides of the axes that are kept,
 * then of those that are not.
 */
function reducing(kind: Reduction, entry: string, arrays: number): Kernel {
  return {
    form: "groups",
    reads: Array.from({ length: arrays }, () => "f32" as const),
    writes: 1,
    numbers: ["length", "start", "kept", "left"],
    declarations: `fn join(a: f32, b: f32) -> f32 { return ${JOIN[kind]}; }`,
    body: `
  let origin = place(group, tail, kept);
  let none = bitcast<f32>(start);
  var all = none;
  var some = none;
  var taken = 0u;
  for (var index = lane; index < length; index += ${LANES.groups}u) {
    let at = origin + place(index, tail + 2u * kept, left);
    some = join(some, ${entry});
    taken += 1u;
    if (taken % ${BLOCK}u == 0u) { all = join(all, some); some = none; }
  }
  parts[lane] = join(all, some);
  for (var step = ${LANES.groups / 2}u; step > 0u; step /= 2u) {
    workgroupBarrier();
    if (lane < step) { parts[lane] = join(parts[lane], parts[lane + step]); }
  }
  if (lane == 0u) { r0[group] = parts[0]; }`,
  };
}

const REDUCE: { readonly [R in Reduction]: Kernel } = {
  sum: reducing("sum", "a0[at]", 1),
  max: reducing("max", "a0[at]", 1),
  min: reducing("min", "a0[at]", 1),
};
const DOT = reducing("sum", "a0[at] * a1[at]", 2);

/**
 * The k-th largest of each row, bit by bit: the largest number that at least k entries reach, in the order of floats as
 * whole numbers (negative ones by their complement; NaN are the largest).
 */
const KTH: Kernel = {
  form: "groups",
  reads: ["f32"],
  writes: 1,
  numbers: ["length", "k"],
  declarations: `
fn order(x: f32) -> u32 {
  if (is_nan(x)) { return 0xffffffffu; }
  let bits = bitcast<u32>(x);
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}
var<workgroup> reached: atomic<u32>;
var<workgroup> found: u32;`,
  body: `
  if (lane == 0u) { found = 0u; }
  for (var bit = 0x80000000u; bit > 0u; bit >>= 1u) {
    if (lane == 0u) { atomicStore(&reached, 0u); }
    workgroupBarrier();
    let least = found | bit;
    var own = 0u;
    for (var index = lane; index < length; index += ${LANES.groups}u) {
      own += select(0u, 1u, order(a0[group * length + index]) >= least);
    }
    atomicAdd(&reached, own);
    workgroupBarrier();
    if (lane == 0u && atomicLoad(&reached) >= k) { found = least; }
    workgroupBarrier();
  }
  if (lane == 0u) { r0[group] = bitcast<f32>(select(~found, found & 0x7fffffffu, found >= 0x80000000u)); }`,
};

/** Reductions over axes, and order statistics. */
export function reductionsOf(store: Store): Pick<Engine, "reduce" | "dot" | "kthLargest"> {
  const reduced = (
    operation: string,
    kernel: Kernel,
    start: number,
    inputs: readonly [Handle, ...Handle[]],
    axes: readonly number[],
  ): Handle => {
    const { shape } = inputs[0];
    const strides = stridesOf(shape);
    const all = [...shape.keys()];
    const kept = all.filter((axis) => !axes.includes(axis));
    const left = all.filter((axis) => axes.includes(axis));
    const extents = (of: readonly number[]): readonly number[] => of.map((axis) => shape[axis] ?? 1);
    const along = (of: readonly number[]): readonly number[] => [
      ...extents(of),
      ...of.map((axis) => strides[axis] ?? 0),
    ];
    const length = sizeOf(extents(left));
    const words = [length, bitsOf(start), kept.length, left.length, ...along(kept), ...along(left)];
    return store.compute({ operation, kernel, inputs, words }, extents(kept));
  };

  return {
    reduce: (kind, array, axes) => reduced("reduce", REDUCE[kind], START[kind], [array], axes),
    dot(a, b, axes) {
      if (!sameShape(a.shape, b.shape)) throw refuse("dot", [a.shape, b.shape], "the shapes differ");
      return reduced("dot", DOT, 0, [a, b], axes);
    },
    kthLargest(rows, k) {
      const [count = 0, n = 0] = rows.shape;
      if (rows.shape.length !== 2 || k < 1 || k > n) throw refuse("kthLargest", [rows.shape], `k = ${k}`);
      return store.compute({ operation: "kthLargest", kernel: KTH, inputs: [rows], words: [n, k] }, [count]);
    },
  };
}
