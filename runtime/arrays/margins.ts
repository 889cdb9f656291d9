import type { Engine } from "../engine/engine.ts";
import { extend, extendAdjoint, type Margin } from "../operators/extension.ts";
import { asArray } from "./layout.ts";
import type { ImageMargins } from "./operations.ts";
import { ShapeError } from "./shapeError.ts";
import type { ArrayValue, Value } from "./value.ts";

/** Images continued beyond both image axes, the first two. @throws ShapeError where an image is smaller than a margin */
export function extendImage(engine: Engine, x: Value, margins: ImageMargins): ArrayValue {
  const image = asArray("extendImage", x);
  const { before, after, boundary } = margins;
  const tooSmall = image.shape.slice(0, 2).some((extent) => extent < Math.max(before, after));
  if (image.shape.length < 2 || (boundary !== "zero" && tooSmall)) {
    throw new ShapeError("extendImage", [x], `margins of ${before} and ${after} are wider than the image`);
  }
  const handle = extend(engine, image.handle, boundary, onAxes(image, margins));
  return { ...image, shape: grown(image.shape, before + after), handle };
}

/** The adjoint of `extendImage`: margins are added to the points that they came from. @throws ShapeError */
export function foldImage(engine: Engine, x: Value, margins: ImageMargins): ArrayValue {
  const image = asArray("foldImage", x);
  const { before, after, boundary } = margins;
  if (image.shape.length < 2 || image.shape.slice(0, 2).some((extent) => extent < before + after)) {
    throw new ShapeError("foldImage", [x], `there are no margins of ${before} and ${after}`);
  }
  const handle = extendAdjoint(engine, image.handle, boundary, onAxes(image, margins));
  return { ...image, shape: grown(image.shape, -before - after), handle };
}

function onAxes({ batch }: ArrayValue, { before, after }: ImageMargins): readonly Margin[] {
  const first = batch === null ? 0 : 1;
  return [first, first + 1].map((axis) => ({ axis, before, after }));
}

function grown(shape: readonly number[], by: number): readonly number[] {
  return shape.map((extent, axis) => (axis < 2 ? extent + by : extent));
}
