import type { Learn } from "../../ast/tree.ts";
import type { Variable } from "../../ir/block.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { ImageMargins } from "../../ir/operation.ts";
import { constant, constantValue } from "../../types/dimension.ts";
import { arraySpace } from "../../ir/spaces.ts";
import type { Space } from "../../types/space.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import { Limitation } from "../limitation.ts";
import type { OperatorForm } from "../lowered.ts";
import { spaceOfVariable } from "../values.ts";

type Convolution = Extract<OperatorForm, { kind: "convolution" }>;

/** What a `learn` of an operator says where it learns filters: their array, their boundary, and where they start. */
interface LearnedFilters {
  readonly space: Space;
  readonly boundary: ImageMargins["boundary"];
  readonly init: (typeof STARTS)[number];
}

const BOUNDARIES = ["periodic", "neumann", "reflect", "zero"] as const;
const STARTS = ["xavier", "he", "dct", "zero"] as const;

/** The filters [k, k, 1, n] of `learn H : linear F[h, w] -> F[h, w, n] = convolution(n)`; null for other operators. */
export function learnedFilters(learn: Learn<Typed>): LearnedFilters | null {
  const { initial } = learn;
  if (initial.kind !== "call" || initial.call.kind !== "library" || initial.call.name !== "convolution")
    return null;
  const { operator, settings } = initial.call;
  const count = operator?.codomain.kind === "array" ? operator.codomain.dimensions.at(-1) : undefined;
  const kernel = settings["kernel"];
  if (count === undefined || kernel?.kind !== "number" || kernel.value < 1) {
    throw new Limitation("a convolution whose filters have no known size", learn.span);
  }
  const size = constant(kernel.value);
  return {
    space: arraySpace("real", [size, size, constant(1), count]),
    boundary: boundaryOf(settings),
    init: wordOf(settings["init"], STARTS),
  };
}

/** What the setting `boundary` of a convolution or a blur says. */
export function boundaryOf(settings: Readonly<Record<string, SettingValue>>): ImageMargins["boundary"] {
  return wordOf(settings["boundary"], BOUNDARIES);
}

function wordOf<W extends string>(
  setting: { readonly kind: string; readonly value?: unknown } | undefined,
  words: readonly [W, ...W[]],
): W {
  return words.find((word) => word === setting?.value) ?? words[0];
}

/** Points beyond the border that the filters read; the middle of k taps is the one at floor((k - 1)/2). */
function marginsOf({ filters }: Convolution): { readonly before: number; readonly after: number } {
  const space = spaceOfVariable(filters);
  const taps = space.kind === "array" ? space.dimensions[0] : undefined;
  const size = taps === undefined ? null : constantValue(taps);
  if (size === null) throw new Error("filters have a known size");
  const before = Math.floor((size - 1) / 2);
  return { before, after: size - 1 - before };
}

/** H x: the correlation with each filter, of real and imaginary part alike. */
export function filtered(builder: IrBuilder, form: Convolution, x: Variable): Variable {
  return onParts(builder, x, (image) => {
    const margins = marginsOf(form);
    const wide = builder.extendImage(image, { ...margins, boundary: form.boundary });
    const single = builder.reshape(wide, withChannel(spaceOfVariable(wide)));
    const maps = builder.convolve(single, form.filters, 1);
    return builder.foldImage(maps, { ...margins, boundary: "zero" });
  });
}

/** H'y. */
export function filteredBack(builder: IrBuilder, form: Convolution, y: Variable): Variable {
  return onParts(builder, y, (maps) => {
    const margins = marginsOf(form);
    const wide = builder.extendImage(maps, { ...margins, boundary: "zero" });
    const space = spaceOfVariable(wide);
    if (space.kind !== "array") throw new Error("feature maps are arrays");
    const images: Space = { ...space, dimensions: space.dimensions.slice(0, 2) };
    const single = builder.convolveInput(wide, form.filters, withChannel(images), 1);
    return builder.foldImage(builder.reshape(single, images), { ...margins, boundary: form.boundary });
  });
}

/**
 * |H|^2 <= sum over the filters of |f|_1^2, by Young's inequality for convolutions; an image that is mirrored beyond both
 * axes has at most twice the norm, one that is reflected three times.
 */
export function normOfFilters(builder: IrBuilder, form: Convolution): Variable {
  const space = spaceOfVariable(form.filters);
  const count = space.kind === "array" ? space.dimensions.at(-1) : undefined;
  if (count === undefined) throw new Error("filters have a number");
  const sums = builder.sumTo(builder.elementwise("abs", [form.filters]), arraySpace("real", [count]));
  return builder.elementwise("mul", [builder.constant(besideBorders(form.boundary)), builder.norm2(sums)]);
}

/** How much larger than an image, in the 2-norm, the image with what stands beyond its border is at most. */
export function besideBorders(boundary: ImageMargins["boundary"]): number {
  return { periodic: 1, zero: 1, neumann: 2, reflect: 3 }[boundary];
}

/** A map of real images, on the real and the imaginary part where the image is complex. */
export function onParts(builder: IrBuilder, x: Variable, map: (part: Variable) => Variable): Variable {
  const space = spaceOfVariable(x);
  if (space.kind !== "array" || space.element !== "complex") return map(x);
  const real = map(builder.elementwise("real", [x]));
  const imaginary = map(builder.elementwise("imag", [x]));
  return builder.elementwise("add", [
    builder.elementwise("complex", [real]),
    builder.elementwise("imaginary", [imaginary]),
  ]);
}

/** Images with one channel, on a last axis. */
export function withChannel(space: Space): Space {
  if (space.kind !== "array") throw new Error("images are arrays");
  return { ...space, dimensions: [...space.dimensions, constant(1)] };
}
