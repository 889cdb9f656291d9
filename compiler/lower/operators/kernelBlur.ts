import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import type { ImageMargins } from "../../ir/operation.ts";
import { isReal } from "../../ir/spaces.ts";
import { constantValue } from "../../types/dimension.ts";
import type { Space } from "../../types/space.ts";
import { besideBorders, onParts, withChannel } from "./convolution.ts";
import type { OperatorForm } from "../lowered.ts";
import { spaceOfVariable } from "../values.ts";

type KernelBlur = Extract<OperatorForm, { kind: "kernelBlur" }>;

/** The taps of a real kernel on each axis of images or signals; null for kernels of other forms. */
export function tapsOf(kernel: Space, image: Space): readonly number[] | null {
  if (kernel.kind !== "array" || image.kind !== "array" || !isReal(kernel)) return null;
  const taps = kernel.dimensions.map(constantValue).filter((extent) => extent !== null);
  const axes = image.dimensions.length;
  return (axes === 1 || axes === 2) && kernel.dimensions.length === axes && taps.length === axes
    ? taps
    : null;
}

/** The points beyond the ends of one axis, or of both. */
type Margins = readonly ImageMargins[];

/**
 * The points beyond the border that a kernel reads, whose middle is floor(k/2), and those beside the blurred image
 * where the transposed correlation with the kernel, whose middle is floor((k - 1)/2), leaves it.
 */
function marginsOf({ kernel, domain, boundary }: KernelBlur): {
  readonly read: Margins;
  readonly beside: Margins;
} {
  const taps = tapsOf(spaceOfVariable(kernel), domain);
  if (taps === null) throw new Error("the kernel of a blur by correlation has a size");
  const [first, second = 1] = taps;
  const onAxis = (size: number, axis: { readonly only?: 0 | 1 }) => {
    const middle = Math.floor(size / 2);
    const other = size - 1 - middle;
    return {
      read: { before: other, after: middle, boundary, ...axis },
      beside: { before: middle, after: other, boundary: "zero", ...axis },
    } as const;
  };
  const axes =
    first === second
      ? [onAxis(first, {})]
      : [
          ...(first === undefined || first === 1 ? [] : [onAxis(first, { only: 0 })]),
          ...(second === 1 ? [] : [onAxis(second, { only: 1 })]),
        ];
  return { read: axes.map((axis) => axis.read), beside: axes.map((axis) => axis.beside) };
}

function extended(builder: IrBuilder, x: Variable, margins: Margins): Variable {
  return margins.reduce((image, margin) => builder.extendImage(image, margin), x);
}

function folded(builder: IrBuilder, x: Variable, margins: Margins): Variable {
  return margins.reduceRight((image, margin) => builder.foldImage(image, margin), x);
}

/** A map of real images on the images of a space: signals are images with one column. */
function onImages(builder: IrBuilder, x: Variable, map: (image: Variable) => Variable): Variable {
  return onParts(builder, x, (part) => {
    const space = spaceOfVariable(part);
    const isSignal = space.kind === "array" && space.dimensions.length === 1;
    return isSignal ? builder.reshape(map(builder.reshape(part, withChannel(space))), space) : map(part);
  });
}

/** The kernel as a filter [p, q, 1, 1]. */
function filterOf(builder: IrBuilder, { kernel }: KernelBlur): Variable {
  const space = spaceOfVariable(kernel);
  const plane = space.kind === "array" && space.dimensions.length === 1 ? withChannel(space) : space;
  const filter = builder.reshape(kernel, withChannel(withChannel(plane)));
  return builder.named(filter, `${kernel.name}_filter`);
}

/** k * x, the transpose of a correlation of the extended image. */
export function blurred(builder: IrBuilder, form: KernelBlur, x: Variable): Variable {
  const { read, beside } = marginsOf(form);
  return onImages(builder, x, (image) => {
    const wide = extended(builder, image, read);
    const space = spaceOfVariable(wide);
    const single = builder.reshape(wide, withChannel(space));
    const moved = builder.convolveInput(single, filterOf(builder, form), withChannel(space), 1);
    return folded(builder, builder.reshape(moved, space), beside);
  });
}

/** The adjoint of `blurred`: a correlation, folded back at the border. */
export function blurredBack(builder: IrBuilder, form: KernelBlur, y: Variable): Variable {
  const { read, beside } = marginsOf(form);
  return onImages(builder, y, (image) => {
    const wide = extended(builder, image, beside);
    const space = spaceOfVariable(wide);
    const single = builder.reshape(wide, withChannel(space));
    const moved = builder.convolve(single, filterOf(builder, form), 1);
    return folded(builder, builder.reshape(moved, space), read);
  });
}

/** |k * x| <= |k|_1 |x| by Young's inequality, times what the border's repetition adds. */
export function normOfKernel(builder: IrBuilder, { kernel, boundary }: KernelBlur): Variable {
  const sum = builder.sum(builder.elementwise("abs", [kernel]));
  return builder.elementwise("mul", [builder.constant(besideBorders(boundary)), sum]);
}
