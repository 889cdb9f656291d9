import type { Engine, Handle } from "../engine/engine.ts";
import { fill } from "./construct.ts";
import { flatten, unflatten } from "./flatten.ts";
import { asArray, commonBatch, entriesOf, hasComplex } from "./layout.ts";
import { mapArrays } from "./map.ts";
import { complexOf, joinPairs, signedPairs, swappedPairs } from "./pairs.ts";
import { sumSamples } from "./reductions.ts";
import { ShapeError } from "./shapeError.ts";
import { type ArrayValue, type Space, spaceOf, type Value } from "./value.ts";

/** A matrix of shape [entries of codomain, entries of domain] times the entries of a value. @throws ShapeError */
export function matvec(engine: Engine, matrix: Value, x: Value, codomain: Space): Value {
  return multiplied(engine, "matvec", matrix, x, codomain, false);
}

/** The adjoint of a matrix (transposed, complex entries conjugated) times the entries of a value. @throws ShapeError */
export function matvecTransposed(engine: Engine, matrix: Value, y: Value, domain: Space): Value {
  return multiplied(engine, "matvecTransposed", matrix, y, domain, true);
}

function multiplied(
  engine: Engine,
  operation: string,
  matrix: Value,
  x: Value,
  space: Space,
  transpose: boolean,
): Value {
  const entries = asArray(operation, matrix);
  const [rows = -1, columns = -1] = transpose ? [...entries.shape].reverse() : entries.shape;
  const wrong = entries.shape.length !== 2 || rows !== entriesOf(space) || columns !== entriesOf(spaceOf(x));
  if (wrong)
    throw new ShapeError(operation, [matrix, x, space], "the matrix does not fit the value and the space");
  const batch = commonBatch(operation, [matrix, x]);
  const flat = flatten(engine, x);
  const field = entries.field === "complex" || flat.field === "complex" ? "complex" : "real";
  const handle =
    entries.field === "complex"
      ? complexProduct(engine, entries, complexOf(engine, flat), transpose)
      : realProduct(engine, entries, flat, transpose);
  const samples = batch === null ? [] : [batch];
  const shape = [...samples, rows, ...(field === "complex" ? [2] : [])];
  const result: ArrayValue = {
    kind: "array",
    field,
    shape: [rows],
    batch,
    handle: engine.reshape(handle, shape),
  };
  return unflatten(engine, result, space);
}

/** A real matrix times real or complex vectors, [.., n] or [.., n, 2]. */
function realProduct(engine: Engine, matrix: ArrayValue, x: ArrayValue, transpose: boolean): Handle {
  const [n = 0] = x.shape;
  const { batch } = x;
  const pairs = x.field === "complex" ? 2 : 1;
  if (matrix.batch !== null || (batch === null && pairs === 2)) {
    const columns = engine.reshape(x.handle, [...(batch === null ? [] : [batch]), n, pairs]);
    return engine.matmul(matrix.handle, columns, { transposeLeft: transpose });
  }
  const samples = batch ?? 1;
  if (pairs === 1) {
    return engine.matmul(engine.reshape(x.handle, [samples, n]), matrix.handle, {
      transposeRight: !transpose,
    });
  }
  const rows = engine.reshape(engine.transpose(x.handle, [0, 2, 1]), [samples * 2, n]);
  const products = engine.matmul(rows, matrix.handle, { transposeRight: !transpose });
  const m = products.shape[1] ?? 0;
  return engine.transpose(engine.reshape(products, [samples, 2, m]), [0, 2, 1]);
}

/** A complex matrix as the real one that acts on pairs; its transpose is that of the adjoint. */
function complexProduct(engine: Engine, matrix: ArrayValue, x: ArrayValue, transpose: boolean): Handle {
  const [m = 0, n = 0] = matrix.shape;
  const samples = matrix.batch === null ? [] : [matrix.batch];
  const row = (pairs: Handle): Handle => engine.reshape(pairs, [...samples, m, 1, n, 2]);
  const { handle } = matrix;
  const blocks = engine.concat(
    [row(signedPairs(engine, handle, [1, -1])), row(swappedPairs(engine, handle, [1, 1]))],
    samples.length + 1,
  );
  const onPairs: ArrayValue = {
    ...matrix,
    field: "real",
    shape: [2 * m, 2 * n],
    handle: engine.reshape(blocks, [...samples, 2 * m, 2 * n]),
  };
  const size = (x.shape[0] ?? 0) * 2;
  const flat = engine.reshape(x.handle, [...(x.batch === null ? [] : [x.batch]), size]);
  return realProduct(engine, onPairs, { ...x, field: "real", shape: [size], handle: flat }, transpose);
}

/** The matrix y x' (conjugated if complex), summed over the samples: the gradient of Re<W x, y> by a shared W. */
export function outerSum(engine: Engine, y: Value, x: Value): ArrayValue {
  const batch = commonBatch("outerSum", [y, x]);
  const complex = hasComplex(spaceOf(y)) || hasComplex(spaceOf(x));
  const [left, right] = [y, x].map((value) => {
    const flat = flatten(engine, value);
    return complex ? complexOf(engine, flat) : flat;
  });
  if (left === undefined || right === undefined)
    throw new ShapeError("outerSum", [y, x], "two values are needed");
  const alone = batch !== null && (left.batch === null || right.batch === null);
  const [a, b] = alone ? [summed(engine, left), summed(engine, right)] : [left, right];
  const shape = [a.shape[0] ?? 0, b.shape[0] ?? 0];
  const rows = (value: ArrayValue, handle: Handle): Handle => {
    const [n = 0] = value.shape;
    const samples = value.batch ?? 1;
    if (!complex) return engine.reshape(handle, [samples, n]);
    return engine.reshape(engine.transpose(engine.reshape(handle, [samples, n, 2]), [0, 2, 1]), [
      samples * 2,
      n,
    ]);
  };
  const along = (handle: Handle): Handle =>
    engine.matmul(rows(a, a.handle), rows(b, handle), { transposeLeft: true });
  const real = along(b.handle);
  if (!complex) return { kind: "array", field: "real", shape, batch: null, handle: real };
  const handle = joinPairs(engine, real, along(swappedPairs(engine, b.handle, [-1, 1])));
  return { kind: "array", field: "complex", shape, batch: null, handle };
}

function summed(engine: Engine, value: ArrayValue): ArrayValue {
  return asArray("outerSum", sumSamples(engine, value));
}

/**
 * The Frobenius norm of a map of the domain that is linear over the reals, from its images of the unit vectors; of a
 * complex entry these are 1 and i. A map that reads values of its own batch has a norm for each sample.
 */
export function frobenius(engine: Engine, domain: Space, map: (x: Value) => Value): ArrayValue {
  const units: readonly Unit[] = hasComplex(domain) ? ["complex", "imaginary"] : ["real"];
  const squares = units
    .flatMap((unit) => imagesOfUnits(engine, domain, map, unit, squaresOf).images)
    .reduce((sum, each) => mapArrays(engine, "a + b", { a: sum, b: each }));
  return mapArrays(engine, "sqrt(a)", { a: squares });
}

/** The sum of the squares of what `imageOfBlock` gives, for each sample of a batch of its own. */
function squaresOf(engine: Engine, image: ArrayValue): ArrayValue {
  const axes = image.handle.shape.map((_, axis) => axis).slice(image.batch === null ? 0 : 1);
  const handle = engine.dot(image.handle, image.handle, axes);
  return { kind: "array", field: "real", shape: [], batch: image.batch, handle };
}

/** The most numbers that a block of columns and its image may have. */
const BLOCK = 2 ** 20;

/**
 * The matrix of a linear map of the domain: the map is applied to blocks of the identity, as a batch. A map that
 * reads values of its own batch is applied to one column after another, and gives a matrix a sample.
 */
export function materialise(engine: Engine, domain: Space, map: (x: Value) => Value): ArrayValue {
  const unit = hasComplex(domain) ? "complex" : "real";
  const { images, entries } = imagesOfUnits(engine, domain, map, unit, (_, image) => image);
  return columnsJoined(engine, images, entries);
}

/** What a direction of a unit vector is: 1, 1 as a complex number, or i. */
type Unit = "real" | "complex" | "imaginary";

/** What is made of the images of the unit vectors, block by block, and the number of entries of an image. */
function imagesOfUnits(
  engine: Engine,
  domain: Space,
  map: (x: Value) => Value,
  unit: Unit,
  made: (engine: Engine, image: ArrayValue) => ArrayValue,
): { readonly images: readonly ArrayValue[]; readonly entries: number } {
  const n = entriesOf(domain);
  const probe = engine.scope(
    () => {
      const image = map(fill(engine, 0, domain));
      return { batch: commonBatch("materialise", [image]), entries: entriesOf(spaceOf(image)) };
    },
    () => [],
  );
  const ownBatch = probe.batch !== null;
  const size = ownBatch ? 1 : Math.max(1, Math.min(n, Math.floor(BLOCK / Math.max(n, probe.entries, 1))));
  const images: ArrayValue[] = [];
  for (let begin = 0; begin < n; begin += size) {
    const block = { begin, size: Math.min(size, n - begin), n, unit, ownBatch };
    images.push(
      engine.scope(
        () => made(engine, imageOfBlock(engine, domain, map, block)),
        ({ handle }) => [handle],
      ),
    );
  }
  return { images, entries: probe.entries };
}

interface Block {
  readonly begin: number;
  readonly size: number;
  readonly n: number;
  readonly unit: Unit;
  readonly ownBatch: boolean;
}

/** The images of some unit vectors, [size, m] with the pair; with a batch of its own [batch, 1, m]. */
function imageOfBlock(engine: Engine, domain: Space, map: (x: Value) => Value, block: Block): ArrayValue {
  const { begin, size, n, unit, ownBatch } = block;
  const identity = new Float32Array(size * n);
  for (let row = 0; row < size; row++) identity[row * n + begin + row] = 1;
  const shape = ownBatch ? [n] : [size, n];
  const real: ArrayValue = {
    kind: "array",
    field: "real",
    shape: [n],
    batch: ownBatch ? null : size,
    handle: engine.upload(identity, shape),
  };
  const image = flatten(engine, map(unflatten(engine, inDirection(engine, real, unit), domain)));
  const [m = 0] = image.shape;
  const pair = image.field === "complex" ? [2] : [];
  const rows =
    image.batch === null && !ownBatch ? engine.broadcast(image.handle, [size, m, ...pair]) : image.handle;
  const handle = ownBatch ? engine.reshape(rows, [image.batch ?? 1, 1, m, ...pair]) : rows;
  return { ...image, shape: [m], batch: ownBatch ? image.batch : null, handle };
}

function inDirection(engine: Engine, units: ArrayValue, unit: Unit): ArrayValue {
  if (unit === "real") return units;
  const complex = complexOf(engine, units);
  if (unit === "complex") return complex;
  return { ...complex, handle: swappedPairs(engine, complex.handle, [-1, 1]) };
}

function columnsJoined(engine: Engine, blocks: readonly ArrayValue[], m: number): ArrayValue {
  const [first] = blocks;
  if (first === undefined) throw new ShapeError("materialise", [], "the domain is empty");
  const leading = first.batch === null ? 0 : 1;
  const rows = engine.concat(
    blocks.map(({ handle }) => handle),
    leading,
  );
  const order = rows.shape.map((_, axis) => axis);
  [order[leading], order[leading + 1]] = [leading + 1, leading];
  const handle = engine.transpose(rows, order);
  return { ...first, shape: [m, rows.shape[leading] ?? 0], handle };
}
