import { asArray } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import type { Value } from "../arrays/value.ts";
import type { Engine, Handle } from "../engine/engine.ts";
import { closedForm } from "./bounds.ts";
import { requireNoArray, unsuitableDomain, type LibraryCall } from "./call.ts";
import { defineOperator } from "./define.ts";
import { transposed } from "./dense/gram.ts";
import { fromImages, toImages } from "./images.ts";
import type { Operator } from "./operator.ts";
import { count, readSettings, word } from "./settings.ts";
import { imageAxes, requireArrays } from "./spaces.ts";
import { levelMatrix, WAVELET_NAMES, type WaveletName } from "./waveletFilters.ts";

/** Analysis by one level on n points, and its transpose, both on the engine. */
interface Level {
  readonly analysis: Handle;
  readonly synthesis: Handle;
}
/** The levels of an image, finest first; a signal on one axis is an image of one row, and has no `rows`. */
type Pyramid = readonly { readonly rows: Level | null; readonly columns: Level }[];

/**
 * `wavelet(name; levels = 3, boundary = periodic)`: F[i, r] -> F[i, r], the orthonormal discrete wavelet transform
 * over the first two axes, or over the one axis there is. Names and signs are PyWavelets', mode `periodization`; the
 * coefficients lie in place as in its `coeffs_to_array`: averages in the first corner, details by level around them,
 * details along the first axis below. Each level is a product with a small orthonormal matrix along each axis of the
 * shrinking corner. 2^levels must divide the sizes. Norm 1.
 * Source: Mallat, A Wavelet Tour of Signal Processing, 3rd ed., section 7.3.
 * @throws OperatorError IPX8201, IPX8202, IPX8203
 */
export function wavelet(call: LibraryCall): Operator {
  requireNoArray("wavelet", call);
  const settings = readSettings("wavelet", call.settings, {
    name: word(WAVELET_NAMES),
    levels: count(3),
    boundary: word(["periodic"], "periodic"),
  });
  const { name, levels } = settings;
  const space = requireArrays("wavelet", call.domain, 1);
  const image = space.shape.slice(0, imageAxes(space));
  if (image.some((extent) => extent % 2 ** levels !== 0)) {
    const hint = "Crop or pad the image, or take fewer levels.";
    throw unsuitableDomain(
      "wavelet",
      space,
      `With ${levels} levels, ${2 ** levels} must divide the sizes.`,
      hint,
    );
  }
  const [first = 1, second] = image;
  const [height, width] = second === undefined ? [1, first] : [first, second];
  const pyramid = pyramidOf(call.operations.engine, name, levels, image);
  const transform =
    (direction: (engine: Engine, images: Handle, pyramid: Pyramid) => Handle) =>
    ({ engine }: Operations, value: Value): Value => {
      const x = asArray("wavelet", value);
      return fromImages(engine, x, direction(engine, toImages(engine, x, height, width), pyramid));
    };
  return defineOperator({
    text: `wavelet(${name}, levels = ${levels})`,
    domain: space,
    codomain: space,
    handles: pyramid
      .flatMap(({ rows, columns }) => (rows ? [rows, columns] : [columns]))
      .flatMap(levelHandles),
    norm: () => closedForm(1),
    properties: () => ["orthonormal", "unit_columns"],
    apply: transform(analyse),
    adjoint: transform(synthesise),
  });
}

function levelHandles({ analysis, synthesis }: Level): readonly Handle[] {
  return [analysis, synthesis];
}

function pyramidOf(engine: Engine, name: WaveletName, levels: number, image: readonly number[]): Pyramid {
  const known = new Map<number, Level>();
  const levelOn = (points: number): Level => {
    const level = known.get(points) ?? uploadLevel(engine, name, points);
    known.set(points, level);
    return level;
  };
  const [first = 1, second] = image;
  return Array.from({ length: levels }, (_, level) => ({
    rows: second === undefined ? null : levelOn(first / 2 ** level),
    columns: levelOn((second ?? first) / 2 ** level),
  }));
}

function uploadLevel(engine: Engine, name: WaveletName, points: number): Level {
  const data = levelMatrix(name, points);
  const shape = [points, points];
  return {
    analysis: engine.upload(data, shape),
    synthesis: engine.upload(transposed({ rows: points, columns: points, data }).data, shape),
  };
}

/** All levels of [images, h, w], finest first, each on the corner that the one before left. */
function analyse(engine: Engine, images: Handle, pyramid: Pyramid): Handle {
  const [level, ...coarser] = pyramid;
  if (level === undefined) return images;
  const averaged = level.rows === null ? images : alongRows(engine, images, level.rows.analysis);
  const bands = alongColumns(engine, averaged, level.columns.synthesis);
  const { corner, right, below } = bandsOf(engine, bands, level.rows !== null);
  return assemble(engine, analyse(engine, corner, coarser), right, below);
}

/** The inverse of `analyse`: coarsest first. */
function synthesise(engine: Engine, coefficients: Handle, pyramid: Pyramid): Handle {
  const [level, ...coarser] = pyramid;
  if (level === undefined) return coefficients;
  const { corner, right, below } = bandsOf(engine, coefficients, level.rows !== null);
  const bands = assemble(engine, synthesise(engine, corner, coarser), right, below);
  const joined = alongColumns(engine, bands, level.columns.analysis);
  return level.rows === null ? joined : alongRows(engine, joined, level.rows.synthesis);
}

/** matrix X for each image X. */
function alongRows(engine: Engine, images: Handle, matrix: Handle): Handle {
  const [count = 1, height = 1, width = 1] = images.shape;
  if (count > 1) return engine.matmul(matrix, images);
  return engine.reshape(engine.matmul(matrix, engine.reshape(images, [height, width])), images.shape);
}

/** X matrix for each image X, in one product. */
function alongColumns(engine: Engine, images: Handle, matrix: Handle): Handle {
  const [count = 1, height = 1, width = 1] = images.shape;
  const rows = engine.reshape(images, [count * height, width]);
  return engine.reshape(engine.matmul(rows, matrix), images.shape);
}

interface Bands {
  readonly corner: Handle;
  readonly right: Handle;
  /** below the corner; null on one axis */
  readonly below: Handle | null;
}

function bandsOf(engine: Engine, images: Handle, both: boolean): Bands {
  const [count = 1, height = 1, width = 1] = images.shape;
  const [top, left] = [both ? height / 2 : height, width / 2];
  return {
    corner: engine.slice(images, [0, 0, 0], [count, top, left]),
    right: engine.slice(images, [0, 0, left], [count, top, width - left]),
    below: both ? engine.slice(images, [0, top, 0], [count, height - top, width]) : null,
  };
}

function assemble(engine: Engine, corner: Handle, right: Handle, below: Handle | null): Handle {
  const above = engine.concat([corner, right], 2);
  return below === null ? above : engine.concat([above, below], 1);
}
