import type { ArrayValue } from "../../arrays/value.ts";
import type { Engine } from "../../engine/engine.ts";
import { reachOf } from "./blurMethod.ts";
import type { Extension } from "./extension.ts";
import { samplesOf } from "../handles.ts";
import { readNumbers } from "../host.ts";
import type { NormBound, OperatorProperty } from "../operator.ts";
import type { ArraySpace } from "../spaces.ts";
import { largestTransfer } from "./transfer.ts";

/** What the kernel says of a blur. */
export interface BlurFacts {
  readonly bound: NormBound;
  /** the bound of each kernel by itself */
  readonly bounds: readonly number[];
  /** whether the bound is a closed form that is as good as can be had */
  readonly exactRule: boolean;
  readonly properties: readonly OperatorProperty[];
}

/**
 * Norm bound and properties of a blur, from its kernels.
 *
 * Periodic: max |K| on the grid, exactly. Zero: the image padded with zeros by the kernel's reach is periodic, and
 * padding and cropping have norm 1. Neumann: an image is half of each axis of its mirrored, periodic image; a kernel
 * that is even on each axis keeps the mirror symmetry, so max |K| on the grid of twice the size bounds the norm;
 * without that, mirroring has norm 2^(axes/2). Reflect: each point of an axis stands at most three times in the
 * continued image, which is convolved as with zeros around.
 */
export function blurFacts(
  engine: Engine,
  kernel: ArrayValue,
  space: ArraySpace,
  boundary: Extension,
): BlurFacts {
  const numbers = readNumbers(engine, kernel.handle, "the kernel of `blur`");
  const length = numbers.length / samplesOf(kernel);
  const kernels = Array.from({ length: samplesOf(kernel) }, (_, sample) =>
    numbers.slice(sample * length, (sample + 1) * length),
  );
  const axes = kernel.shape.map((_, axis) => axis);
  const evenOnEachAxis = axes.every((axis) => kernels.every((each) => isEven(each, kernel.shape, [axis])));
  const sizes = gridOf(kernel, space, boundary);
  const transfers = kernels.map((each) => (engine.computes ? largestTransfer(each, kernel.shape, sizes) : 1));
  const mirrored = boundary === "neumann" || boundary === "reflect";
  const exactRule = boundary !== "reflect" && (!mirrored || evenOnEachAxis);
  const even = EVEN[boundary](
    evenOnEachAxis,
    kernels.every((each) => isEven(each, kernel.shape, axes)),
  );
  const nonnegative = numbers.every((value) => value >= 0);
  const factor = exactRule ? 1 : MIRRORING[boundary] ** axes.length;
  return {
    bound: { value: Math.max(...transfers) * factor, provenance: { kind: "proved" } },
    bounds: transfers.map((transfer) => transfer * factor),
    exactRule,
    properties: [
      ...(nonnegative ? (["nonnegative"] as const) : []),
      ...(even ? (["symmetric"] as const) : []),
    ],
  };
}

/** The norm of the continuation of a signal beyond its border, where that is no closed form's part. */
const MIRRORING: { readonly [E in Extension]: number } = {
  periodic: 1,
  zero: 1,
  neumann: Math.SQRT2,
  reflect: Math.sqrt(3),
};

/** Whether a blur is symmetric, of whether its kernels are even on each axis, and even as a whole. */
const EVEN: { readonly [E in Extension]: (onEachAxis: boolean, whole: boolean) => boolean } = {
  periodic: (_, whole) => whole,
  zero: (_, whole) => whole,
  neumann: (onEachAxis) => onEachAxis,
  reflect: () => false,
};

function gridOf(kernel: ArrayValue, space: ArraySpace, boundary: Extension): readonly number[] {
  return reachOf(kernel.shape).map(({ before, after }, axis) => {
    const extent = space.shape[axis] ?? 1;
    if (boundary === "periodic") return extent;
    return boundary === "neumann" ? 2 * extent : extent + before + after;
  });
}

/** Whether a kernel with a middle (odd sizes) is the same when the given axes are turned. */
function isEven(kernel: Float64Array, shape: readonly number[], axes: readonly number[]): boolean {
  if (axes.some((axis) => (shape[axis] ?? 1) % 2 === 0)) return false;
  return kernel.every((value, position) => value === kernel[turnedPosition(position, shape, axes)]);
}

function turnedPosition(position: number, shape: readonly number[], axes: readonly number[]): number {
  let rest = position;
  let turned = 0;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    const index = rest % extent;
    rest = Math.floor(rest / extent);
    turned += stride * (axes.includes(axis) ? extent - 1 - index : index);
    stride *= extent;
  }
  return turned;
}
