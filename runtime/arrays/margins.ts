import type { Engine } from "../engine/engine.ts";
import { extend, extendAdjoint, type Margin } from "../operators/blur/extension.ts";
import { asArray } from "./layout.ts";
import type { ImageMargins } from "./operations.ts";
import { ShapeError } from "./shapeError.ts";
import type { ArrayValue, Value } from "./value.ts";

/**
 * Images continued beyond both image axes, the first two, or one of them.
 * @throws ShapeError where an image is smaller than a margin
 */
export function extendImage(engine: Engine, x: Value, margins: ImageMargins): ArrayValue {
  const image = asArray("extendImage", x);
  const { before, after, boundary } = margins;
  const tooSmall = extentsOf(image, margins).some((extent) => extent < Math.max(before, after));
  if (image.shape.length < 2 || (boundary !== "zero" && tooSmall)) {
    throw new ShapeError("extendImage", [x], `margins of ${before} and ${after} are wider than the image`);
  }
  const handle = extend(engine, image.handle, boundary, onAxes(image, margins));
  return { ...image, shape: grown(image.shape, margins, before + after), handle };
}

/** The adjoint of `extendImage`: margins are added to the points that they came from. @throws ShapeError */
export function foldImage(engine: Engine, x: Value, margins: ImageMargins): ArrayValue {
  const image = asArray("foldImage", x);
  const { before, after, boundary } = margins;
  if (image.shape.length < 2 || extentsOf(image, margins).some((extent) => extent < before + after)) {
    throw new ShapeError("foldImage", [x], `there are no margins of ${before} and ${after}`);
  }
  const handle = extendAdjoint(engine, image.handle, boundary, onAxes(image, margins));
  return { ...image, shape: grown(image.shape, margins, -before - after), handle };
}

function axesOf({ only }: ImageMargins): readonly number[] {
  return only === undefined ? [0, 1] : [only];
}

function extentsOf({ shape }: ArrayValue, margins: ImageMargins): readonly number[] {
  return axesOf(margins).map((axis) => shape[axis] ?? 0);
}

function onAxes({ batch }: ArrayValue, margins: ImageMargins): readonly Margin[] {
  const { before, after } = margins;
  const first = batch === null ? 0 : 1;
  return axesOf(margins).map((axis) => ({ axis: first + axis, before, after }));
}

function grown(shape: readonly number[], margins: ImageMargins, by: number): readonly number[] {
  const axes = axesOf(margins);
  return shape.map((extent, axis) => (axes.includes(axis) ? extent + by : extent));
}
