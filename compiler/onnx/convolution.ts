import type { IrBuilder } from "../ir/build.ts";
import type { Variable } from "../ir/block.ts";
import { add, constant, constantValue, multiply, type Dimension } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import type { OnnxTensor } from "./tensor.ts";
import { type Flow, imageFlow, imageSpace, type NodePlace, permuted, sizesOfImage } from "./place.ts";

/**
 * How a convolution of ONNX is one of this language, which keeps ceil(n/stride) points an axis: filters get zeros
 * `before` and `after` them, and images of stride 1 grow by `grow` points at each end (shrink where it is negative).
 */
interface Window {
  readonly before: number;
  readonly after: number;
  readonly grow: number;
}

/** Settings that both convolutions have, the same on both axes. */
interface Settings {
  readonly stride: number;
  readonly dilation: number;
  readonly groups: number;
  readonly window: Window;
}

/** `Conv`: filters [out, c/groups, kh, kw] on images, zeros around. */
export function convolution(place: NodePlace): Flow {
  const { b } = place;
  const u = place.image();
  const filters = place.tensor(1);
  const [count = 0, each = 0, height = 0, width = 0] = filters.shape;
  const channels = constantValue(sizesOfImage(u)[2]);
  const { stride, dilation, groups, window } = settingsOf(place, filters, 0);
  demandGroups(place, filters, channels, groups);
  checkDivides(place, u, stride);
  const isDepthwise = groups > 1 && each === 1 && count === groups && stride === 1;
  const layer = place.layer(isDepthwise ? "depthwise" : "conv");
  const shape = isDepthwise ? [height, width, count] : [height, width, each, count];
  const order = isDepthwise ? [2, 3, 0, 1] : [2, 3, 1, 0];
  const weight = place.weight(layer, "filter", filters.name, shape, permuted(filters, order));
  const filter = widened(b, dilated(b, weight, shape, dilation), window);
  const grown = resized(b, u, Math.max(window.grow, 0));
  const kept = isDepthwise
    ? b.depthwise(grown, filter)
    : grouped(b, grown, filter, { each, count, groups, stride });
  return imageFlow(biased(place, layer, resized(b, kept, Math.min(window.grow, 0)), count));
}

/** `ConvTranspose`: the adjoint of the convolution with filters [c, out, kh, kw] from `stride` times the size. */
export function transposedConvolution(place: NodePlace): Flow {
  const { b } = place;
  const u = place.image();
  const filters = place.tensor(1);
  const [channels = 0, count = 0, height = 0, width = 0] = filters.shape;
  const [h, w, c] = sizesOfImage(u);
  const { stride, dilation, groups, window } = settingsOf(
    place,
    filters,
    place.counts("output_padding", [0])[0] ?? 0,
  );
  if (groups !== 1) throw place.fault("It has groups.");
  if (constantValue(c) !== channels) throw place.fault(`Its filters are for ${channels} channels.`);
  const layer = place.layer("upconv");
  const shape = [height, width, count, channels];
  const weight = place.weight(layer, "filter", filters.name, shape, permuted(filters, [2, 3, 1, 0]));
  const filter = widened(b, dilated(b, weight, shape, dilation), window);
  const grown = resized(b, u, Math.max(-window.grow, 0));
  const points = (n: Dimension): Dimension =>
    multiply(constant(stride), add(n, constant(2 * Math.max(-window.grow, 0))));
  const space = imageSpace(points(h), points(w), constant(count));
  const wide = b.convolveInput(grown, filter, space, stride);
  return imageFlow(biased(place, layer, resized(b, wide, Math.min(-window.grow, 0)), count));
}

function settingsOf(place: NodePlace, { shape }: OnnxTensor, outputPadding: number): Settings {
  const kernel = shape.slice(2);
  if (shape.length !== 4 || kernel.some((reach) => reach < 1))
    throw place.fault("Its filters are not of two axes.");
  const strides = place.counts("strides", [1, 1]);
  const dilations = place.counts("dilations", [1, 1]);
  const [stride = 1, dilation = 1] = [strides[0], dilations[0]];
  if (strides.some((each) => each !== stride) || dilations.some((each) => each !== dilation)) {
    throw place.fault("Its strides or dilations differ between the axes.");
  }
  if (stride < 1 || dilation < 1) throw place.fault("Its stride or dilation is below 1.");
  const reaches = kernel.map((reach) => (reach - 1) * dilation + 1);
  const pads = padsOf(place, reaches, stride);
  const [rows, columns] = reaches.map((reach, axis) =>
    windowOf(reach, stride, pads[axis] ?? 0, (pads[axis + 2] ?? 0) - outputPadding),
  );
  if (rows === undefined || rows === null || columns === undefined || columns === null) {
    throw place.fault(
      `Its margins [${pads.join(", ")}] leave no multiple or quotient of the size by the stride.`,
    );
  }
  if (rows.before !== columns.before || rows.after !== columns.after || rows.grow !== columns.grow) {
    throw place.fault("Its margins differ between the axes.");
  }
  return { stride, dilation, groups: place.number("group", 1), window: rows };
}

/** Margins top, left, bottom, right. */
function padsOf(place: NodePlace, reaches: readonly number[], stride: number): readonly number[] {
  const automatic = place.word("auto_pad", "NOTSET");
  if (automatic === "SAME_UPPER") {
    const totals = reaches.map((reach) => Math.max(reach - stride, 0));
    return [...totals.map((total) => Math.floor(total / 2)), ...totals.map((total) => Math.ceil(total / 2))];
  }
  if (automatic === "SAME_LOWER") throw place.fault("Its `auto_pad` is SAME_LOWER.");
  return automatic === "VALID" ? [0, 0, 0, 0] : place.counts("pads", [0, 0, 0, 0]);
}

/** The window of one axis; null where no size is kept, or divided by the stride. */
function windowOf(reach: number, stride: number, before: number, after: number): Window | null {
  const excess = before + after - reach + 1;
  if (before < 0) return null;
  if (stride === 1) {
    if (excess % 2 !== 0) return null;
    const grow = excess / 2;
    return { ...zerosAround(reach, 1, before - grow), grow };
  }
  return excess <= 0 && excess > -stride ? { ...zerosAround(reach, stride, before), grow: 0 } : null;
}

/** Zeros around a filter, so that its window begins `start` points before each place. */
function zerosAround(
  reach: number,
  stride: number,
  start: number,
): { readonly before: number; readonly after: number } {
  const own = Math.floor(Math.max(reach - stride, 0) / 2);
  if (own === start) return { before: 0, after: 0 };
  return own < start
    ? { before: 0, after: 2 * start + stride - reach }
    : { before: reach - stride - 1 - 2 * start, after: 0 };
}

function demandGroups(
  place: NodePlace,
  { shape }: OnnxTensor,
  channels: number | null,
  groups: number,
): void {
  const [count = 0, each = 0] = shape;
  if (!Number.isInteger(groups) || groups < 1 || count % groups !== 0 || channels !== each * groups) {
    throw place.fault(
      `Its filters [${shape.join(", ")}] in ${groups} groups are not for ${channels ?? "any"} channels.`,
    );
  }
}

function checkDivides(place: NodePlace, u: Variable, stride: number): void {
  for (const size of sizesOfImage(u).slice(0, 2)) {
    const known = constantValue(size);
    if (known !== null && known % stride !== 0)
      throw place.fault(`Its stride ${stride} does not divide ${known}.`);
  }
}

/** Each group of the channels with filters of its own. */
function grouped(
  b: IrBuilder,
  u: Variable,
  filter: Variable,
  { each, count, groups, stride }: { each: number; count: number; groups: number; stride: number },
): Variable {
  if (groups === 1) return b.convolve(u, filter, stride);
  const [from, to] = [constant(each), constant(count / groups)];
  return b.concat(
    Array.from({ length: groups }, (_, group) => {
      const part = b.channels(u, constant(group * each), from);
      return b.convolve(part, b.channels(filter, constant((group * count) / groups), to), stride);
    }),
  );
}

/** The filters with d - 1 zeros between their entries. */
function dilated(b: IrBuilder, filter: Variable, shape: readonly number[], d: number): Variable {
  if (d === 1) return filter;
  const [height = 1, width = 1, ...others] = shape;
  const rest = others.reduce((size, extent) => size * extent, 1);
  const space = (...sizes: readonly number[]): ReturnType<typeof arraySpace> =>
    arraySpace("real", sizes.map(constant));
  const [tall, wide] = [(height - 1) * d + 1, (width - 1) * d + 1];
  const rows = b.padImageTo(
    b.reshape(filter, space(height, 1, width * rest)),
    space(height, d, width * rest),
  );
  const cutRows = b.cropImage(b.reshape(rows, space(height * d, width, rest)), space(tall, width, rest));
  const columns = b.padImageTo(
    b.reshape(cutRows, space(tall * width, 1, rest)),
    space(tall * width, d, rest),
  );
  const cut = b.cropImage(b.reshape(columns, space(tall, width * d, rest)), space(tall, wide, rest));
  return b.reshape(cut, space(tall, wide, ...others));
}

function widened(b: IrBuilder, filter: Variable, { before, after }: Window): Variable {
  return before + after === 0 ? filter : b.extendImage(filter, { boundary: "zero", before, after });
}

/** The image with so many zeros more at each border, or so many points less. */
function resized(b: IrBuilder, u: Variable, by: number): Variable {
  if (by === 0) return u;
  const margins = { boundary: "zero", before: Math.abs(by), after: Math.abs(by) } as const;
  return by > 0 ? b.extendImage(u, margins) : b.foldImage(u, margins);
}

function biased(place: NodePlace, layer: string, image: Variable, count: number): Variable {
  const bias = place.optionalTensor(2);
  if (bias === null) return place.b.named(image, hint(layer));
  if (bias.values.length !== count)
    throw place.fault(`It has ${bias.values.length} biases for ${count} channels.`);
  const weight = place.weight(layer, "bias", bias.name, [count], bias.values);
  return place.b.named(place.b.elementwise("add", [image, weight]), hint(layer));
}

function hint(layer: string): string {
  return layer.replaceAll(".", "_");
}
