import type { Engine } from "../engine.ts";
import { sameShape } from "../shape.ts";
import { refuse } from "./device.ts";
import { type Kernel, LANES } from "./kernel.ts";
import { reduced } from "./reducing.ts";
import type { Store } from "./store.ts";

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
  return {
    reduce: (kind, array, axes) => reduced(store, "reduce", kind, [array], axes),
    dot(a, b, axes) {
      if (!sameShape(a.shape, b.shape)) throw refuse("dot", [a.shape, b.shape], "the shapes differ");
      return reduced(store, "dot", "dot", [a, b], axes);
    },
    kthLargest(rows, k) {
      const [count = 0, n = 0] = rows.shape;
      if (rows.shape.length !== 2 || k < 1 || k > n) throw refuse("kthLargest", [rows.shape], `k = ${k}`);
      return store.compute({ operation: "kthLargest", kernel: KTH, inputs: [rows], words: [n, k] }, [count]);
    },
  };
}
