import type { Engine, Handle } from "../engine.ts";
import { broadcastShape, sameShape, sizeOf, stridesOf } from "../shape.ts";
import { refuse } from "./device.ts";
import type { Kernel } from "./kernel.ts";
import type { Store, Table } from "./store.ts";

type Movement = "transpose" | "slice" | "concat" | "pad" | "broadcast" | "gather";

const entries = { form: "entries", reads: ["f32"], writes: 1 } as const;

/** The entry where strides lead; words: the first entry, the number of axes, extents, strides. */
export const TAKE: Kernel = {
  ...entries,
  numbers: ["start", "rank"],
  body: "  r0[i] = a0[start + place(i, tail, rank)];",
};

/** The entries put where strides lead. */
const PUT: Kernel = {
  ...entries,
  numbers: ["start", "rank"],
  body: "  r0[start + place(i, tail, rank)] = a0[i];",
};

/** The entry before which zeros stand; words: extents, strides of the source, zeros before it, its extents. */
const PAD: Kernel = {
  ...entries,
  numbers: ["rank"],
  body: `
  var rest = i;
  var at = 0u;
  var inside = true;
  for (var axis = rank; axis > 0u; axis--) {
    let word = tail + axis - 1u;
    let index = rest % p[word] - p[word + 2u * rank];
    rest /= p[word];
    inside = inside && index < p[word + 3u * rank];
    at += index * p[word + rank];
  }
  if (inside) { r0[i] = a0[at]; } else { r0[i] = 0.0; }`,
};

const GATHER: Kernel = {
  ...entries,
  reads: ["f32", "u32"],
  numbers: ["extent", "count", "inner"],
  body: `
  let chosen = a1[i / inner % count];
  r0[i] = a0[(i / (inner * count) * extent + chosen) * inner + i % inner];`,
};

/** Moving and repeating entries. */
export function movementOf(store: Store): Pick<Engine, Movement> {
  const tableOf = tables();
  const taken = (
    operation: string,
    array: Handle,
    shape: readonly number[],
    strides: readonly number[],
    start = 0,
  ): Handle => {
    const words = [start, shape.length, ...shape, ...strides];
    return store.compute({ operation, kernel: TAKE, inputs: [array], words }, shape);
  };

  return {
    transpose(array, permutation) {
      const axes = permutation.toSorted((a, b) => a - b);
      if (!sameShape(axes, [...array.shape.keys()])) {
        throw refuse("transpose", [array.shape], `[${permutation.join(", ")}] is no permutation of its axes`);
      }
      const own = stridesOf(array.shape);
      const shape = permutation.map((axis) => array.shape[axis] ?? 1);
      return taken(
        "transpose",
        array,
        shape,
        permutation.map((axis) => own[axis] ?? 0),
      );
    },
    slice(array, begin, size) {
      const inside = array.shape.every(
        (extent, axis) => (begin[axis] ?? -1) >= 0 && (begin[axis] ?? 0) + (size[axis] ?? NaN) <= extent,
      );
      if (!inside) throw refuse("slice", [array.shape, size], `out of range from [${begin.join(", ")}]`);
      const strides = stridesOf(array.shape);
      const start = strides.reduce((sum, stride, axis) => sum + stride * (begin[axis] ?? 0), 0);
      return taken("slice", array, size, strides, start);
    },
    concat: (arrays, axis) => concatenated(store, arrays, axis),
    pad(array, widths) {
      const before = array.shape.map((_, axis) => widths[axis]?.[0] ?? 0);
      const shape = array.shape.map((n, axis) => n + (before[axis] ?? 0) + (widths[axis]?.[1] ?? 0));
      const words = [shape.length, ...shape, ...stridesOf(array.shape), ...before, ...array.shape];
      return store.compute({ operation: "pad", kernel: PAD, inputs: [array], words }, shape);
    },
    broadcast(array, shape) {
      const joint = broadcastShape(array.shape, shape);
      if (joint === null || !sameShape(joint, shape)) {
        throw refuse("broadcast", [array.shape, shape], "the shapes do not align");
      }
      const missing = shape.length - array.shape.length;
      const own = stridesOf(array.shape);
      const strides = shape.map((_, axis) =>
        (array.shape[axis - missing] ?? 1) === 1 ? 0 : (own[axis - missing] ?? 0),
      );
      return taken("broadcast", array, shape, strides);
    },
    gather(array, indices, axis) {
      const extent = array.shape[axis] ?? 0;
      if (indices.some((index) => index < 0 || index >= extent)) {
        throw refuse("gather", [array.shape], `an index out of range on axis ${axis}`);
      }
      const shape = array.shape.map((size, at) => (at === axis ? indices.length : size));
      const words = [extent, indices.length, sizeOf(array.shape.slice(axis + 1))];
      const work = {
        operation: "gather",
        kernel: GATHER,
        inputs: [array],
        tables: [tableOf(indices)],
        words,
      };
      return store.compute(work, shape);
    },
  };
}

function tables(): (indices: readonly number[]) => Table {
  const known = new WeakMap<readonly number[], Table>();
  return (indices) => {
    const table = known.get(indices) ?? Uint32Array.from(indices);
    known.set(indices, table);
    return table;
  };
}

function concatenated(store: Store, arrays: readonly Handle[], axis: number): Handle {
  const [first] = arrays;
  if (first === undefined) throw refuse("concat", [], "no arrays");
  const others = (shape: readonly number[]): readonly number[] => shape.filter((_, at) => at !== axis);
  for (const array of arrays) {
    if (!sameShape(others(array.shape), others(first.shape)) || array.shape.length !== first.shape.length) {
      throw refuse("concat", [first.shape, array.shape], `they differ beside axis ${axis}`);
    }
  }
  const total = arrays.reduce((sum, array) => sum + (array.shape[axis] ?? 0), 0);
  const shape = first.shape.map((extent, at) => (at === axis ? total : extent));
  const strides = stridesOf(shape);
  const result = store.make("concat", shape);
  let start = 0;
  for (const array of arrays) {
    const words = [start, array.shape.length, ...array.shape, ...strides];
    store.write({ operation: "concat", kernel: PUT, inputs: [array], words }, [result], sizeOf(array.shape));
    start += (array.shape[axis] ?? 0) * (strides[axis] ?? 0);
  }
  return result;
}
