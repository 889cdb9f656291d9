import type { Tensor } from "@tensorflow/tfjs-core";
import {
  type DifferencesOptions,
  differencesDomain,
  differencesRefusal,
  differencesShape,
} from "../differences.ts";
import type { Engine } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import { type Instance, refuse, run } from "./instance.ts";
import { joined, sliced, transposed } from "./movement.ts";
import { sweptDifferences } from "./sweptDifferences.ts";

/** Finite differences: a sweep over the memory of WebAssembly; on other backends by slices and zeros around them. */
export function differencesOf(instance: Instance): Pick<Engine, "differences"> {
  const { tf } = instance;
  return {
    differences: (array, options) =>
      run(instance, "differences", [array], (x) => {
        const reason = differencesRefusal(array, options);
        if (reason !== null) throw refuse(instance, "differences", [x.shape], reason);
        if (x.size === 0) return tf.zeros([...differencesShape(array, options)]);
        if (instance.heap !== null) return sweptDifferences(instance.heap, x, options);
        return options.adjoint ? divergence(instance, x, options) : gradient(instance, x, options);
      }),
  };
}

function gradient(instance: Instance, x: Tensor, options: DifferencesOptions): Tensor {
  const { tf } = instance;
  const { axes, at, boundary } = options;
  const inner = sizeOf(x.shape.slice(at));
  const parts = axes.map((axis) => {
    const along = DIFFERENCES[boundary].apply(instance, aroundAxis(instance, x, axis));
    return tf.reshape(along, [1, x.size / inner, inner]);
  });
  const last = transposed(instance, joined(instance, parts, 0), [1, 0, 2]);
  return tf.reshape(last, [...differencesShape(x, options)]);
}

function divergence(instance: Instance, y: Tensor, options: DifferencesOptions): Tensor {
  const { tf } = instance;
  const { axes, at, boundary } = options;
  const shape = [...differencesDomain(y, options)];
  const size = sizeOf(shape);
  const inner = sizeOf(shape.slice(at));
  const last = tf.reshape(y, [size / inner, axes.length, inner]);
  const planes = tf.reshape(transposed(instance, last, [1, 0, 2]), [axes.length, size]);
  const parts = axes.map((axis, index) => {
    const plane = tf.reshape(sliced(instance, planes, [index, 0], [1, size]), shape);
    return tf.reshape(DIFFERENCES[boundary].adjoint(instance, aroundAxis(instance, plane, axis)), shape);
  });
  return parts.reduce((sum, part) => tf.add(sum, part));
}

/** Forward differences on axis 1 of [outer, n, inner], and their adjoint. */
interface Differences {
  readonly apply: (instance: Instance, x: Tensor) => Tensor;
  readonly adjoint: (instance: Instance, y: Tensor) => Tensor;
}

const DIFFERENCES: { readonly [B in DifferencesOptions["boundary"]]: Differences } = {
  neumann: {
    apply: (instance, x) => {
      const n = pointsOf(x);
      const inside = instance.tf.sub(middle(instance, x, 1, n - 1), middle(instance, x, 0, n - 1));
      return padded(instance, inside, 0, 1);
    },
    adjoint: (instance, y) => {
      const inside = middle(instance, y, 0, pointsOf(y) - 1);
      return instance.tf.sub(padded(instance, inside, 1, 0), padded(instance, inside, 0, 1));
    },
  },
  periodic: {
    apply: (instance, x) => instance.tf.sub(rotated(instance, x, 1), x),
    adjoint: (instance, y) => instance.tf.sub(rotated(instance, y, pointsOf(y) - 1), y),
  },
  zero: {
    apply: (instance, x) =>
      instance.tf.sub(padded(instance, middle(instance, x, 1, pointsOf(x) - 1), 0, 1), x),
    adjoint: (instance, y) =>
      instance.tf.sub(padded(instance, middle(instance, y, 0, pointsOf(y) - 1), 1, 0), y),
  },
};

function pointsOf(x: Tensor): number {
  return x.shape[1] ?? 1;
}

function aroundAxis({ tf }: Instance, x: Tensor, axis: number): Tensor {
  const { shape } = x;
  return tf.reshape(x, [sizeOf(shape.slice(0, axis)), shape[axis] ?? 1, sizeOf(shape.slice(axis + 1))]);
}

function middle(instance: Instance, x: Tensor, begin: number, size: number): Tensor {
  const [outer = 1, , inner = 1] = x.shape;
  return sliced(instance, x, [0, begin, 0], [outer, size, inner]);
}

function padded({ tf }: Instance, x: Tensor, before: number, after: number): Tensor {
  const [outer = 1, n = 0, inner = 1] = x.shape;
  if (x.size === 0) return tf.zeros([outer, n + before + after, inner]);
  return tf.pad(x, [
    [0, 0],
    [before, after],
    [0, 0],
  ]);
}

/** Entry (j + by) mod n at j, on axis 1. */
function rotated(instance: Instance, x: Tensor, by: number): Tensor {
  const n = pointsOf(x);
  if (n === 1) return x;
  return joined(instance, [middle(instance, x, by, n - by), middle(instance, x, 0, by)], 1);
}
