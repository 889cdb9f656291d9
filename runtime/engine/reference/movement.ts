import type { Engine, Handle } from "../engine.ts";
import { sameShape, sizeOf, stridesOf, broadcastShape } from "../shape.ts";
import { refuse, type Store } from "./array.ts";
import { eachIndex, positionOf, repeatingStrides } from "./indices.ts";

type Movement = "reshape" | "transpose" | "slice" | "concat" | "pad" | "broadcast" | "gather";

/** Reshaping, moving and repeating entries. */
export function movementOf(store: Store): Pick<Engine, Movement> {
  /** an array of `shape` whose entry at some indices is the source's at `from(indices)` */
  const taken = (
    source: Handle,
    shape: readonly number[],
    from: (indices: readonly number[]) => number,
  ): Handle => {
    const values = store.open(source);
    const data = new Float64Array(sizeOf(shape));
    eachIndex(shape, (indices, position) => {
      data[position] = values[from(indices)] ?? 0;
    });
    return store.make(data, shape);
  };

  return {
    reshape(array, shape) {
      if (sizeOf(array.shape) !== sizeOf(shape))
        throw refuse("reshape", [array.shape, shape], "sizes differ");
      return store.make(store.open(array).slice(), shape);
    },
    transpose(array, permutation) {
      const axes = [...permutation].sort((a, b) => a - b);
      if (
        !sameShape(
          axes,
          array.shape.map((_, axis) => axis),
        )
      ) {
        throw refuse("transpose", [array.shape], `[${permutation.join(", ")}] is no permutation of its axes`);
      }
      const own = stridesOf(array.shape);
      const strides = permutation.map((axis) => own[axis] ?? 0);
      const shape = permutation.map((axis) => array.shape[axis] ?? 1);
      return taken(array, shape, (indices) => positionOf(indices, strides));
    },
    slice(array, begin, size) {
      const inside = array.shape.every(
        (extent, axis) => (begin[axis] ?? -1) >= 0 && (begin[axis] ?? 0) + (size[axis] ?? NaN) <= extent,
      );
      if (!inside) throw refuse("slice", [array.shape, size], `out of range from [${begin.join(", ")}]`);
      const strides = stridesOf(array.shape);
      const start = positionOf(begin, strides);
      return taken(array, size, (indices) => start + positionOf(indices, strides));
    },
    concat: (arrays, axis) => concatenated(store, arrays, axis),
    pad(array, widths) {
      const shape = array.shape.map(
        (extent, axis) => extent + (widths[axis]?.[0] ?? 0) + (widths[axis]?.[1] ?? 0),
      );
      const strides = stridesOf(array.shape);
      return taken(array, shape, (indices) => {
        const moved = indices.map((index, axis) => index - (widths[axis]?.[0] ?? 0));
        const inside = moved.every((index, axis) => index >= 0 && index < (array.shape[axis] ?? 0));
        return inside ? positionOf(moved, strides) : -1;
      });
    },
    broadcast(array, shape) {
      const joint = broadcastShape(array.shape, shape);
      if (joint === null || !sameShape(joint, shape)) {
        throw refuse("broadcast", [array.shape, shape], "the shapes do not align");
      }
      const strides = repeatingStrides(array.shape, shape);
      return taken(array, shape, (indices) => positionOf(indices, strides));
    },
    gather(array, chosen, axis) {
      const extent = array.shape[axis] ?? 0;
      if (chosen.some((index) => index < 0 || index >= extent)) {
        throw refuse("gather", [array.shape], `an index out of range on axis ${axis}`);
      }
      const strides = stridesOf(array.shape);
      const shape = array.shape.map((size, at) => (at === axis ? chosen.length : size));
      return taken(array, shape, (indices) =>
        positionOf(
          indices.map((index, at) => (at === axis ? (chosen[index] ?? 0) : index)),
          strides,
        ),
      );
    },
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
  const data = new Float64Array(sizeOf(shape));
  let start = 0;
  for (const array of arrays) {
    const values = store.open(array);
    const offset = start * (strides[axis] ?? 0);
    eachIndex(array.shape, (indices, position) => {
      data[offset + positionOf(indices, strides)] = values[position] ?? 0;
    });
    start += array.shape[axis] ?? 0;
  }
  return store.make(data, shape);
}
