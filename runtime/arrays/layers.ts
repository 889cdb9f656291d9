import type { ConvolutionOptions, Engine, Handle } from "../engine/engine.ts";
import { sameShape } from "../engine/shape.ts";
import {
  arrayValue,
  asArray,
  asReal,
  batchedHandle,
  commonBatch,
  handleShape,
  pairAxis,
  withBatch,
} from "./layout.ts";
import { complexOf } from "./pairs.ts";
import { sumSamples } from "./reductions.ts";
import { ShapeError } from "./shapeError.ts";
import type { ArrayValue, Space, Value } from "./value.ts";

/** Padding with zeros that keeps ceil(size/stride) entries an axis, the odd one behind. */
function keeping(image: readonly number[], filter: readonly number[], stride: number): ConvolutionOptions {
  const around = (axis: number): readonly [number, number] => {
    const [size, reach] = [image[axis] ?? 1, filter[axis] ?? 1];
    const total = Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  return { stride, padding: [around(0), around(1)] };
}

/** The value as images [h, w, c]. @throws ShapeError */
export function imagesOf(operation: string, value: Value): ArrayValue {
  const images = asReal(operation, value);
  if (images.shape.length === 3) return images;
  throw new ShapeError(operation, [value], "images [h, w, c] are needed");
}

function filtersOf(operation: string, value: Value, channels: number | undefined, axis: 2 | 3): ArrayValue {
  const filters = asReal(operation, value);
  if (filters.shape.length === 4 && filters.shape[axis] === channels) return filters;
  throw new ShapeError(operation, [value], `filters [kh, kw, c, out] of ${channels} channels are needed`);
}

/** An operation on images, whose filters may be a batch, too: then sample by sample. */
export function withFilters(
  engine: Engine,
  operation: string,
  images: ArrayValue,
  filters: ArrayValue,
  shape: readonly number[],
  compute: (images: Handle, filters: Handle) => Handle,
): ArrayValue {
  const batch = commonBatch(operation, [images, filters]);
  if (filters.batch === null) {
    return arrayValue(engine, compute(batchedHandle(engine, images), filters.handle), images.batch, shape);
  }
  const all = withBatch(engine, images, batch);
  const results = Array.from({ length: filters.batch }, (_, sample) =>
    compute(
      engine.gather(all.handle, [sample], 0),
      engine.reshape(engine.gather(filters.handle, [sample], 0), filters.shape),
    ),
  );
  return arrayValue(engine, engine.concat(results, 0), batch, shape);
}

/** A convolution layer (cross-correlation) of images [h, w, c] with filters [kh, kw, c, out]. @throws ShapeError */
export function convolve(engine: Engine, images: Value, filters: Value, stride: number): Value {
  const x = imagesOf("convolve", images);
  const w = filtersOf("convolve", filters, x.shape[2], 2);
  const [height = 0, width = 0] = x.shape;
  const shape = [Math.ceil(height / stride), Math.ceil(width / stride), w.shape[3] ?? 0];
  const options = keeping(x.shape, w.shape, stride);
  return withFilters(engine, "convolve", x, w, shape, (a, b) => engine.convolve(a, b, options));
}

/** The adjoint of `convolve` as a map of the images, whose space is `image`. @throws ShapeError */
export function convolveInputGradient(
  engine: Engine,
  cotangent: Value,
  filters: Value,
  image: Space,
  stride: number,
): Value {
  const g = imagesOf("convolveInputGradient", cotangent);
  const w = filtersOf("convolveInputGradient", filters, g.shape[2], 3);
  const shape = shapeOf("convolveInputGradient", image, g);
  const options = keeping(shape, w.shape, stride);
  return withFilters(engine, "convolveInputGradient", g, w, shape, (a, b) =>
    engine.convolveInputGradient(a, b, [a.shape[0] ?? 1, ...shape], options),
  );
}

/**
 * The gradient of <convolve(images, filters), cotangent> by the filters: summed over the samples, or that of each
 * sample. @throws ShapeError
 */
export function convolveFilterGradient(
  engine: Engine,
  images: Value,
  cotangent: Value,
  filters: Space,
  stride: number,
  samples?: "apart",
): Value {
  const operation = "convolveFilterGradient";
  const pair = [imagesOf(operation, images), imagesOf(operation, cotangent)] as const;
  const shape = shapeOf(operation, filters, pair[0]);
  const options = keeping(pair[0].shape, shape, stride);
  return filterGradients(engine, operation, pair, shape, samples, (x, g) =>
    engine.convolveFilterGradient(x, g, shape, options),
  );
}

/** A gradient by filters that the engine sums over the samples: so, or for each sample. @throws ShapeError */
export function filterGradients(
  engine: Engine,
  operation: string,
  [x, g]: readonly [images: ArrayValue, cotangent: ArrayValue],
  shape: readonly number[],
  samples: "apart" | undefined,
  compute: (images: Handle, cotangent: Handle) => Handle,
): ArrayValue {
  const batch = commonBatch(operation, [x, g]);
  if (samples === "apart" && batch !== null) {
    const [images, cotangents] = [withBatch(engine, x, batch), withBatch(engine, g, batch)];
    const results = Array.from({ length: batch }, (_, sample) => {
      const one = compute(
        engine.gather(images.handle, [sample], 0),
        engine.gather(cotangents.handle, [sample], 0),
      );
      return engine.reshape(one, [1, ...shape]);
    });
    return arrayValue(engine, engine.concat(results, 0), batch, shape);
  }
  const summed = x.batch === null && g.batch !== null ? asArray(operation, sumSamples(engine, g)) : g;
  const whole = summed === g ? withBatch(engine, g, batch) : summed;
  return arrayValue(engine, compute(batchedHandle(engine, x), batchedHandle(engine, whole)), null, shape);
}

/** The shape of a space of real arrays. @throws ShapeError */
export function shapeOf(operation: string, space: Space, value: Value): readonly number[] {
  if (space.kind === "array" && space.field === "real") return space.shape;
  throw new ShapeError(operation, [value, space], "a space of real arrays is needed");
}

/** The largest entry of each q x q tile; q divides height and width. @throws ShapeError */
export function maxPool(engine: Engine, images: Value, q: number): Value {
  const x = tiled("maxPool", images, q);
  return arrayValue(engine, engine.maxPool(batchedHandle(engine, x), q), x.batch, pooledShape(x.shape, q));
}

/** The cotangent moved to the first largest entry of each tile. @throws ShapeError */
export function maxPoolGradient(engine: Engine, images: Value, cotangent: Value, q: number): Value {
  const batch = commonBatch("maxPoolGradient", [images, cotangent]);
  const x = withBatch(engine, tiled("maxPoolGradient", images, q), batch);
  const g = withBatch(engine, imagesOf("maxPoolGradient", cotangent), batch);
  if (!sameShape(g.shape, pooledShape(x.shape, q))) {
    throw new ShapeError("maxPoolGradient", [images, cotangent], `not tiles of ${q} x ${q}`);
  }
  const handle = engine.maxPoolGradient(batchedHandle(engine, x), batchedHandle(engine, g), q);
  return arrayValue(engine, handle, batch, x.shape);
}

function tiled(operation: string, value: Value, q: number): ArrayValue {
  const images = imagesOf(operation, value);
  const [height = 0, width = 0] = images.shape;
  if (height % q === 0 && width % q === 0) return images;
  throw new ShapeError(operation, [value], `${q} does not divide height and width`);
}

function pooledShape([height = 0, width = 0, channels = 0]: readonly number[], q: number): readonly number[] {
  return [height / q, width / q, channels];
}

/** Arrays joined on their last axis. @throws ShapeError */
export function concat(engine: Engine, parts: readonly Value[]): Value {
  const arrays = parts.map((part) => asArray("concat", part));
  const [first] = arrays;
  const others = ({ shape }: ArrayValue): readonly number[] => shape.slice(0, -1);
  if (
    first === undefined ||
    arrays.some((a) => a.shape.length === 0 || !sameShape(others(a), others(first)))
  ) {
    throw new ShapeError("concat", parts, "the arrays differ beside the last axis");
  }
  const batch = commonBatch("concat", arrays);
  const complex = arrays.some(({ field }) => field === "complex");
  const whole = arrays.map((array) => withBatch(engine, complex ? complexOf(engine, array) : array, batch));
  const shape = [...others(first), arrays.reduce((sum, array) => sum + (array.shape.at(-1) ?? 0), 0)];
  const axis = shape.length - 1 + (batch === null ? 0 : 1);
  const handle = engine.concat(
    whole.map((array) => array.handle),
    axis,
  );
  return arrayValue(engine, handle, batch, shape, complex ? "complex" : "real");
}

/** Entries begin..begin+size of the last axis. @throws ShapeError */
export function channels(engine: Engine, x: Value, begin: number, size: number): Value {
  const array = asArray("channels", x);
  const last = array.shape.length - 1;
  if (last < 0 || begin < 0 || begin + size > (array.shape[last] ?? 0)) {
    throw new ShapeError("channels", [x], `there are no channels ${begin} to ${begin + size}`);
  }
  return sliced(engine, array, atAxis(array.shape, last, size), atAxis(zerosLike(array.shape), last, begin));
}

/** The array as channels begin.. of `count`, zeros in the others: the adjoint of `channels`. @throws ShapeError */
export function placeChannels(engine: Engine, x: Value, begin: number, count: number): Value {
  const array = asArray("placeChannels", x);
  const last = array.shape.length - 1;
  const after = count - begin - (array.shape[last] ?? 0);
  if (last < 0 || begin < 0 || after < 0) {
    throw new ShapeError("placeChannels", [x], `it does not fit at ${begin} of ${count} channels`);
  }
  return padded(
    engine,
    array,
    array.shape.map((_, axis) => (axis === last ? [begin, after] : [0, 0])),
  );
}

const zerosLike = (shape: readonly number[]): readonly number[] => shape.map(() => 0);
const atAxis = (shape: readonly number[], axis: number, value: number): readonly number[] =>
  shape.map((extent, at) => (at === axis ? value : extent));

function sliced(
  engine: Engine,
  x: ArrayValue,
  size: readonly number[],
  begin: readonly number[],
): ArrayValue {
  const before = x.batch === null ? [] : [0];
  const start = [...before, ...begin, ...pairAxis(x).map(() => 0)];
  return { ...x, shape: size, handle: engine.slice(x.handle, start, handleShape(x.batch, size, x.field)) };
}

function padded(engine: Engine, x: ArrayValue, widths: readonly (readonly [number, number])[]): ArrayValue {
  const none: readonly [number, number] = [0, 0];
  const all = [...(x.batch === null ? [] : [none]), ...widths, ...pairAxis(x).map(() => none)];
  const shape = x.shape.map((extent, axis) => extent + (widths[axis]?.[0] ?? 0) + (widths[axis]?.[1] ?? 0));
  const moves = widths.some(([before, after]) => before + after > 0);
  return { ...x, shape, handle: moves ? engine.pad(x.handle, all) : x.handle };
}

/** Zeros behind the first two axes, up to multiples. */
export function padImage(engine: Engine, x: Value, multiple: number): Value {
  const array = asArray("padImage", x);
  return padded(
    engine,
    array,
    array.shape.map((extent, axis) => [0, axis < 2 ? Math.ceil(extent / multiple) * multiple - extent : 0]),
  );
}

/** The first entries of each axis: the adjoint of `padImageTo`. @throws ShapeError */
export function cropImage(engine: Engine, x: Value, space: Space): Value {
  const array = asArray("cropImage", x);
  const shape = imageShape("cropImage", array, space, (have, want) => have >= want);
  return sameShape(shape, array.shape) ? array : sliced(engine, array, shape, zerosLike(shape));
}

/** Zeros behind the axes up to the shape of a space: the adjoint of `cropImage`. @throws ShapeError */
export function padImageTo(engine: Engine, x: Value, space: Space): Value {
  const array = asArray("padImageTo", x);
  const shape = imageShape("padImageTo", array, space, (have, want) => have <= want);
  return padded(
    engine,
    array,
    shape.map((extent, axis) => [0, extent - (array.shape[axis] ?? 0)]),
  );
}

function imageShape(
  operation: string,
  x: ArrayValue,
  space: Space,
  fits: (have: number, want: number) => boolean,
): readonly number[] {
  if (space.kind === "array" && space.shape.length === x.shape.length) {
    if (space.shape.every((extent, axis) => fits(x.shape[axis] ?? 0, extent))) return space.shape;
  }
  throw new ShapeError(operation, [x, space], "the shapes do not fit");
}
