import type { Tensor } from "@tensorflow/tfjs-core";
import type { Engine } from "../engine.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import { copyBox } from "./copy.ts";
import { type Instance, refuse, run } from "./instance.ts";

type Movement = "reshape" | "transpose" | "slice" | "concat" | "pad" | "broadcast" | "gather";

/** Reshaping, moving and repeating entries. */
export function movementOf(instance: Instance): Pick<Engine, Movement> {
  const { tf } = instance;
  return {
    reshape: (array, shape) => run(instance, "reshape", [array], (x) => tf.reshape(x, [...shape])),
    transpose: (array, permutation) =>
      run(instance, "transpose", [array], (x) => transposed(instance, x, permutation)),
    slice: (array, begin, size) => run(instance, "slice", [array], (x) => sliced(instance, x, begin, size)),
    concat: (arrays, axis) => run(instance, "concat", arrays, (...parts) => joined(instance, parts, axis)),
    pad: (array, widths) =>
      run(instance, "pad", [array], (x) =>
        x.size === 0
          ? tf.zeros(
              x.shape.map((extent, axis) => extent + (widths[axis]?.[0] ?? 0) + (widths[axis]?.[1] ?? 0)),
            )
          : tf.pad(
              x,
              widths.map(([before, after]): [number, number] => [before, after]),
            ),
      ),
    broadcast: (array, shape) => run(instance, "broadcast", [array], (x) => repeated(instance, x, shape)),
    gather: (array, indices, axis) =>
      run(instance, "gather", [array], (x) => gathered(instance, x, indices, axis)),
  };
}

/** The axes in another order; a permutation that moves no entry is a reshape. */
export function transposed({ tf }: Instance, x: Tensor, permutation: readonly number[]): Tensor {
  const moving = permutation.filter((axis) => x.shape[axis] !== 1);
  const inOrder = moving.every((axis, at) => at === 0 || (moving[at - 1] ?? 0) < axis);
  const shape = permutation.map((axis) => x.shape[axis] ?? 1);
  return inOrder || x.size === 0 ? tf.reshape(x, shape) : tf.transpose(x, [...permutation]);
}

/** A box of entries. */
export function sliced(
  instance: Instance,
  x: Tensor,
  begin: readonly number[],
  size: readonly number[],
): Tensor {
  const inside = x.shape.every(
    (extent, axis) => (begin[axis] ?? -1) >= 0 && (begin[axis] ?? 0) + (size[axis] ?? NaN) <= extent,
  );
  if (!inside) throw refuse(instance, "slice", [x.shape, size], `out of range from [${begin.join(", ")}]`);
  if (instance.heap === null) return instance.tf.slice(x, [...begin], [...size]);
  return strided(
    instance,
    x,
    begin,
    size,
    x.shape.map(() => 1),
  );
}

/** Every `step`-th entry along each axis, from `begin` on. */
export function strided(
  instance: Instance,
  x: Tensor,
  begin: readonly number[],
  size: readonly number[],
  step: readonly number[],
): Tensor {
  if (instance.heap === null) {
    const end = begin.map((index, axis) => index + ((size[axis] ?? 1) - 1) * (step[axis] ?? 1) + 1);
    return instance.tf.stridedSlice(x, [...begin], end, [...step]);
  }
  const own = stridesOf(x.shape);
  const offset = begin.reduce((sum, index, axis) => sum + index * (own[axis] ?? 0), 0);
  const from = own.map((stride, axis) => stride * (step[axis] ?? 1));
  return instance.heap.make(size, [x], (result, data) => {
    copyBox({ data: result, offset: 0, strides: stridesOf(size) }, { data, offset, strides: from }, size);
  });
}

/** Arrays side by side along an axis. */
export function joined(instance: Instance, parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts;
  if (first === undefined) throw refuse(instance, "concat", [], "no arrays");
  for (const { shape } of parts) {
    const fits =
      shape.length === first.shape.length && shape.every((n, at) => at === axis || n === first.shape[at]);
    if (!fits) throw refuse(instance, "concat", [first.shape, shape], `they differ beside axis ${axis}`);
  }
  if (instance.heap === null) return instance.tf.concat([...parts], axis);
  const total = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  const shape = first.shape.map((extent, at) => (at === axis ? total : extent));
  const strides = stridesOf(shape);
  return instance.heap.make(shape, parts, (result, ...views) => {
    let offset = 0;
    parts.forEach((part, index) => {
      const data = views[index];
      if (data === undefined) return;
      const from = { data, offset: 0, strides: stridesOf(part.shape) };
      copyBox({ data: result, offset, strides }, from, part.shape);
      offset += (part.shape[axis] ?? 0) * (strides[axis] ?? 0);
    });
  });
}

/** The array repeated to a shape, numpy's rule. */
export function repeated(instance: Instance, x: Tensor, shape: readonly number[]): Tensor {
  const missing = shape.length - x.shape.length;
  const fits =
    missing >= 0 && x.shape.every((extent, axis) => extent === 1 || extent === (shape[axis + missing] ?? 1));
  if (!fits) throw refuse(instance, "broadcast", [x.shape, shape], "the shapes do not align");
  if (sizeOf(shape) === 0) return instance.tf.zeros([...shape]);
  if (instance.heap === null) return instance.tf.broadcastTo(x, [...shape]);
  const own = stridesOf(x.shape);
  const strides = shape.map((_, axis) => (x.shape[axis - missing] === 1 ? 0 : (own[axis - missing] ?? 0)));
  return instance.heap.make(shape, [x], (result, data) => {
    if (x.size === 1) result.fill(data[0] ?? 0);
    else copyBox({ data: result, offset: 0, strides: stridesOf(shape) }, { data, offset: 0, strides }, shape);
  });
}

function gathered(instance: Instance, x: Tensor, indices: readonly number[], axis: number): Tensor {
  const extent = x.shape[axis] ?? 0;
  if (indices.some((index) => index < 0 || index >= extent)) {
    throw refuse(instance, "gather", [x.shape], `an index out of range on axis ${axis}`);
  }
  const shape = x.shape.map((size, at) => (at === axis ? indices.length : size));
  if (sizeOf(shape) === 0) return instance.tf.zeros(shape);
  if (instance.heap === null) return instance.tf.gather(x, instance.tf.tensor1d([...indices], "int32"), axis);
  const from = stridesOf(x.shape);
  const to = stridesOf(shape);
  const extents = shape.map((size, at) => (at === axis ? 1 : size));
  return instance.heap.make(shape, [x], (result, data) => {
    indices.forEach((index, position) => {
      copyBox(
        { data: result, offset: position * (to[axis] ?? 0), strides: to },
        { data, offset: index * (from[axis] ?? 0), strides: from },
        extents,
      );
    });
  });
}
