import type { Engine, Handle } from "../engine/engine.ts";
import { filterGradients, imagesOf, shapeOf, withFilters } from "./layers.ts";
import { arrayValue, asReal, batchedHandle } from "./layout.ts";
import { ShapeError } from "./shapeError.ts";
import type { ArrayValue, Space, Value } from "./value.ts";

type Padding = Parameters<Engine["depthwise"]>[2];

/** Zeros around that keep the size, the odd one behind. */
function keeping([height = 1, width = 1]: readonly number[]): Padding {
  const around = (reach: number): readonly [number, number] => [
    Math.floor((reach - 1) / 2),
    Math.ceil((reach - 1) / 2),
  ];
  return [around(height), around(width)];
}

function filtersOf(operation: string, value: Value, channels: number | undefined): ArrayValue {
  const filters = asReal(operation, value);
  if (filters.shape.length === 3 && filters.shape[2] === channels) return filters;
  throw new ShapeError(operation, [value], `filters [kh, kw, ${channels}] are needed`);
}

/** Each channel of images [h, w, c] correlated with its filter of [kh, kw, c]. @throws ShapeError */
export function depthwise(engine: Engine, images: Value, filters: Value): Value {
  const x = imagesOf("depthwise", images);
  const w = filtersOf("depthwise", filters, x.shape[2]);
  const padding = keeping(w.shape);
  return withFilters(engine, "depthwise", x, w, x.shape, (a, b) => engine.depthwise(a, b, padding));
}

/** The adjoint of `depthwise` as a map of the images: the filters turned by 180 degrees. @throws ShapeError */
export function depthwiseInputGradient(engine: Engine, cotangent: Value, filters: Value): Value {
  const g = imagesOf("depthwiseInputGradient", cotangent);
  const w = filtersOf("depthwiseInputGradient", filters, g.shape[2]);
  const [rows, columns] = keeping(w.shape);
  const padding: Padding = [
    [rows[1], rows[0]],
    [columns[1], columns[0]],
  ];
  return withFilters(engine, "depthwiseInputGradient", g, w, g.shape, (a, b) =>
    engine.depthwise(a, turned(engine, b), padding),
  );
}

function turned(engine: Engine, filters: Handle): Handle {
  const [height = 1, width = 1, channels = 1] = filters.shape;
  const taps = height * width;
  const backwards = Array.from({ length: taps }, (_, tap) => taps - 1 - tap);
  const flat = engine.reshape(filters, [taps, channels]);
  return engine.reshape(engine.gather(flat, backwards, 0), [height, width, channels]);
}

/**
 * The gradient of <depthwise(images, filters), cotangent> by the filters: summed over the samples, or that of each
 * sample. @throws ShapeError
 */
export function depthwiseFilterGradient(
  engine: Engine,
  images: Value,
  cotangent: Value,
  filters: Space,
  samples?: "apart",
): Value {
  const operation = "depthwiseFilterGradient";
  const pair = [imagesOf(operation, images), imagesOf(operation, cotangent)] as const;
  const shape = shapeOf(operation, filters, pair[0]);
  return filterGradients(engine, operation, pair, shape, samples, (x, g) =>
    engine.depthwiseFilterGradient(x, g, shape, keeping(shape)),
  );
}

/** Channels [h, w, q^2 c] as pixels [q h, q w, c]: channel (k q + i) q + j is pixel (i, j) of channel k. @throws ShapeError */
export function shuffle(engine: Engine, images: Value, q: number): Value {
  const x = imagesOf("shuffle", images);
  const [height = 0, width = 0, channels = 0] = x.shape;
  if (channels % (q * q) !== 0)
    throw new ShapeError("shuffle", [images], `${q * q} does not divide the channels`);
  const count = channels / (q * q);
  return moved(engine, x, [height, width, count, q, q], SHUFFLED, [q * height, q * width, count]);
}

/** The adjoint of `shuffle`, which is its inverse. @throws ShapeError */
export function unshuffle(engine: Engine, images: Value, q: number): Value {
  const x = imagesOf("unshuffle", images);
  const [height = 0, width = 0, channels = 0] = x.shape;
  if (height % q !== 0 || width % q !== 0) {
    throw new ShapeError("unshuffle", [images], `${q} does not divide height and width`);
  }
  const [rows, columns] = [height / q, width / q];
  return moved(engine, x, [rows, q, columns, q, channels], UNSHUFFLED, [rows, columns, q * q * channels]);
}

/** From [h, w, c, i, j] to [h, i, w, j, c], and back. */
const SHUFFLED = [0, 3, 1, 4, 2] as const;
const UNSHUFFLED = [0, 2, 4, 1, 3] as const;

function moved(
  engine: Engine,
  x: ArrayValue,
  axes: readonly number[],
  order: readonly number[],
  shape: readonly number[],
): Value {
  const whole = engine.reshape(batchedHandle(engine, x), [x.batch ?? 1, ...axes]);
  const permuted = engine.transpose(whole, [0, ...order.map((axis) => axis + 1)]);
  return arrayValue(engine, permuted, x.batch, shape);
}
