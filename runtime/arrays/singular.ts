import type { Engine, Handle } from "../engine/engine.ts";
import { arrayValue, asArray, asNumber, batchedHandle, commonBatch, withBatch } from "./layout.ts";
import { mapArrays } from "./map.ts";
import { complexOf, joinPairs, splitPairs } from "./pairs.ts";
import { ShapeError } from "./shapeError.ts";
import type { ArrayValue, Value } from "./value.ts";

/** A batch of matrices U S V', of which U S and V' are at hand; m >= n. */
interface Decomposed {
  readonly engine: Engine;
  readonly batch: number;
  readonly extents: readonly [m: number, n: number];
  /** [batch, m, n] */
  readonly matrix: ArrayValue;
  /** [batch, n, n], a right singular vector a row */
  readonly vectors: ArrayValue;
  /** U S: [batch, m, n] */
  readonly scaled: ArrayValue;
  /** the singular values [batch, 1, n] */
  readonly values: ArrayValue;
}

/** The sum of the singular values of each sample F[m, n]. @throws ShapeError */
export function nuclearNorm(engine: Engine, x: Value): ArrayValue {
  const array = matrixOf(x);
  const { values, batch } = decomposed(engine, array);
  const sums = engine.reduce("sum", values.handle, [1, 2]);
  // a complex matrix has each singular value twice among those of its real form
  const share = mapArrays(engine, array.field === "complex" ? "s/2" : "s", {
    s: arrayValue(engine, sums, batch, []),
  });
  return arrayValue(engine, share.handle, array.batch, []);
}

/** U max(S - t, 0) V' of each sample F[m, n] and number t > 0: the prox of t times the nuclear norm. @throws ShapeError */
export function shrinkSingular(engine: Engine, x: Value, t: Value): ArrayValue {
  const { array, threshold, back } = together(engine, matrixOf(x), t);
  const of = decomposed(engine, array);
  const shrunk = mapArrays(engine, "b*max(s - t, 0)/max(s, t)", { b: of.scaled, s: of.values, t: threshold });
  return back(product(of, shrunk, of.vectors));
}

/**
 * The derivative of `shrinkSingular` by x, a symmetric map, at a cotangent g. With G = U'g V, f(s) = max(s - t, 0):
 * U P V' + (I - U U') g V (f/s) V', P the sum of the symmetric part of G times (f_i - f_j)/(s_i - s_j) and of the
 * antisymmetric part times (f_i + f_j)/(s_i + s_j). Source: Lewis and Sendov, Set-Valued Anal. 13 (2005).
 */
export function shrinkSingularGradient(engine: Engine, x: Value, t: Value, g: Value): ArrayValue {
  const { array, threshold, cotangent, back } = together(engine, matrixOf(x), t, matrixOf(g));
  const of = decomposed(engine, array);
  const { values: s, batch } = of;
  const n = of.extents[1];
  const largest = arrayValue(engine, engine.reduce("max", s.handle, [1, 2]), batch, [1, 1]);
  const least = 2 ** (6 - engine.significand);
  const unit = mapArrays(engine, `select(${least}*l < s, b/s, 0)`, { b: of.scaled, s, l: largest });
  const turned = product(of, cotangent, of.vectors, { transposeRight: true });
  const inner = product(of, unit, turned, { transposeLeft: true });
  const flipped = transposed(of, inner);
  const other = arrayValue(engine, s.handle, batch, [n, 1]);
  const both = { g: inner, h: flipped, a: s, b: other, t: threshold };
  const even = "select(t < min(a, b), 1, select(t < max(a, b), (max(a, b) - t)/(max(a, b) - min(a, b)), 0))";
  const odd = "select(0 < a + b, (max(a - t, 0) + max(b - t, 0))/(a + b), 0)";
  const parts = mapArrays(engine, `0.5*(${even})*(g + h) + 0.5*(${odd})*(g - h)`, both);
  const outside = mapArrays(engine, "(w - p)*max(s - t, 0)/max(s, t)", {
    w: turned,
    p: product(of, unit, inner),
    s,
    t: threshold,
  });
  const sum = mapArrays(engine, "p + q", { p: product(of, unit, parts), q: outside });
  return back(product(of, sum, of.vectors));
}

function matrixOf(x: Value): ArrayValue {
  const array = asArray("a nuclear norm", x);
  if (array.shape.length === 2) return array;
  throw new ShapeError("a nuclear norm", [x], "matrices are needed");
}

/** The real matrices [batch, m, n], m >= n, of arguments with one batch and field, and the way back. */
function together(
  engine: Engine,
  x: ArrayValue,
  t: Value,
  g: ArrayValue = x,
): {
  readonly array: ArrayValue;
  readonly threshold: ArrayValue;
  readonly cotangent: ArrayValue;
  readonly back: (matrices: ArrayValue) => ArrayValue;
} {
  const number = asNumber("a nuclear norm", t);
  const batch = commonBatch("a nuclear norm", [x, number, g]);
  const complex = x.field === "complex" || g.field === "complex";
  const whole = (each: ArrayValue): ArrayValue =>
    withBatch(engine, complex ? complexOf(engine, each) : each, batch);
  const array = whole(x);
  const thresholds = batchedHandle(engine, withBatch(engine, number, batch));
  return {
    array,
    threshold: arrayValue(engine, thresholds, batch ?? 1, [1, 1]),
    cotangent: realForm(engine, whole(g)),
    back: (matrices) => fromRealForm(engine, matrices, array),
  };
}

/** The real matrix of a complex one, [[Re, -Im], [Im, Re]], with at least as many rows as columns. */
function realForm(engine: Engine, x: ArrayValue): ArrayValue {
  const [m = 0, n = 0] = x.shape;
  const handle = batchedHandle(engine, x);
  const whole = x.field === "complex" ? embedded(engine, handle) : handle;
  const upright = m >= n ? whole : engine.transpose(whole, [0, 2, 1]);
  return arrayValue(engine, upright, x.batch ?? 1, upright.shape.slice(1));
}

function embedded(engine: Engine, pairs: Handle): Handle {
  const [re, im] = splitPairs(engine, pairs);
  const minus = mapArrays(engine, "-a", { a: arrayValue(engine, im, null, im.shape) }).handle;
  return engine.concat([engine.concat([re, minus], 2), engine.concat([im, re], 2)], 1);
}

function fromRealForm(engine: Engine, matrices: ArrayValue, like: ArrayValue): ArrayValue {
  const [m = 0, n = 0] = like.shape;
  const whole = m >= n ? matrices.handle : engine.transpose(matrices.handle, [0, 2, 1]);
  if (like.field === "real") return arrayValue(engine, whole, like.batch, like.shape);
  const count = like.batch ?? 1;
  const re = engine.slice(whole, [0, 0, 0], [count, m, n]);
  const im = engine.slice(whole, [0, m, 0], [count, m, n]);
  return arrayValue(engine, joinPairs(engine, re, im), like.batch, like.shape, "complex");
}

function decomposed(engine: Engine, x: ArrayValue): Decomposed {
  const matrix = realForm(engine, x);
  const batch = x.batch ?? 1;
  const [m = 0, n = 0] = matrix.shape;
  const vectors = arrayValue(engine, engine.rightSingular(matrix.handle), batch, [n, n]);
  const scaled = engine.matmul(matrix.handle, vectors.handle, { transposeRight: true });
  const squares = arrayValue(engine, engine.dot(scaled, scaled, [1]), batch, [1, n]);
  const values = mapArrays(engine, "sqrt(a)", { a: squares });
  return {
    engine,
    batch,
    extents: [m, n],
    matrix,
    vectors,
    scaled: arrayValue(engine, scaled, batch, [m, n]),
    values,
  };
}

function product(
  { engine, batch }: Decomposed,
  a: ArrayValue,
  b: ArrayValue,
  options: Parameters<Engine["matmul"]>[2] = {},
): ArrayValue {
  const handle = engine.matmul(a.handle, b.handle, options);
  return arrayValue(engine, handle, batch, handle.shape.slice(1));
}

function transposed({ engine, batch }: Decomposed, a: ArrayValue): ArrayValue {
  const handle = engine.transpose(a.handle, [0, 2, 1]);
  return arrayValue(engine, handle, batch, handle.shape.slice(1));
}
