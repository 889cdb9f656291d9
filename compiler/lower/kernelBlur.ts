import type { IrBuilder } from "../ir/build.ts";
import type { Variable } from "../ir/block.ts";
import type { ImageMargins } from "../ir/operation.ts";
import { isReal } from "../ir/spaces.ts";
import { constantValue } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import { besideBorders, onParts, withChannel } from "./convolution.ts";
import type { OperatorForm } from "./lowered.ts";
import { spaceOfVariable } from "./values.ts";

type KernelBlur = Extract<OperatorForm, { kind: "kernelBlur" }>;

/** The taps k of a real kernel [k, k] of images [h, w]; null for kernels and images of other forms. */
export function squareKernel(kernel: Space, image: Space): number | null {
  if (kernel.kind !== "array" || image.kind !== "array" || !isReal(kernel)) return null;
  const [rows, columns, ...further] = kernel.dimensions.map(constantValue);
  const isPlain = further.length === 0 && image.dimensions.length === 2;
  return isPlain && rows !== undefined && rows === columns ? rows : null;
}

/**
 * The points beyond the border that a kernel reads, whose middle is floor(k/2), and those beside the blurred image
 * where the transposed correlation with the kernel, whose middle is floor((k - 1)/2), leaves it.
 */
function marginsOf({ kernel, domain, boundary }: KernelBlur): {
  readonly read: ImageMargins;
  readonly beside: ImageMargins;
} {
  const size = squareKernel(spaceOfVariable(kernel), domain);
  if (size === null) throw new Error("kernels of a blur by correlation are square");
  const middle = Math.floor(size / 2);
  const other = size - 1 - middle;
  return {
    read: { before: other, after: middle, boundary },
    beside: { before: middle, after: other, boundary: "zero" },
  };
}

/** The kernel as a filter [k, k, 1, 1]. */
function filterOf(builder: IrBuilder, { kernel }: KernelBlur): Variable {
  const filter = builder.reshape(kernel, withChannel(withChannel(spaceOfVariable(kernel))));
  return builder.named(filter, `${kernel.name}_filter`);
}

/** k * x, the transpose of a correlation of the extended image. */
export function blurred(builder: IrBuilder, form: KernelBlur, x: Variable): Variable {
  const { read, beside } = marginsOf(form);
  return onParts(builder, x, (image) => {
    const wide = builder.extendImage(image, read);
    const space = spaceOfVariable(wide);
    const single = builder.reshape(wide, withChannel(space));
    const moved = builder.convolveInput(single, filterOf(builder, form), withChannel(space), 1);
    return builder.foldImage(builder.reshape(moved, space), beside);
  });
}

/** The adjoint of `blurred`: a correlation, folded back at the border. */
export function blurredBack(builder: IrBuilder, form: KernelBlur, y: Variable): Variable {
  const { read, beside } = marginsOf(form);
  return onParts(builder, y, (image) => {
    const wide = builder.extendImage(image, beside);
    const space = spaceOfVariable(wide);
    const single = builder.reshape(wide, withChannel(space));
    const moved = builder.convolve(single, filterOf(builder, form), 1);
    return builder.foldImage(builder.reshape(moved, space), read);
  });
}

/** |k * x| <= |k|_1 |x| by Young's inequality, times what the border's repetition adds. */
export function normOfKernel(builder: IrBuilder, { kernel, boundary }: KernelBlur): Variable {
  const sum = builder.sum(builder.elementwise("abs", [kernel]));
  return builder.elementwise("mul", [builder.constant(besideBorders(boundary)), sum]);
}
