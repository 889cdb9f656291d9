import { signedPairs, swappedPairs } from "../../arrays/pairs.ts";
import { arrayValue, asArray, handleShape, sameSpace } from "../../arrays/layout.ts";
import { indexHandle } from "../../arrays/rows.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue, Space } from "../../arrays/value.ts";
import type { Engine, Handle } from "../../engine/engine.ts";
import { lanes, realArray, type HostArray } from "../../io/hostArray.ts";
import { sizeOf } from "../../engine/shape.ts";
import { OperatorError } from "../operatorError.ts";
import { smallerBound } from "../bounds.ts";
import { defineOperator } from "../define.ts";
import type { DenseMatrix } from "../dense/gram.ts";
import { eigenvectorsOfGram } from "../dense/eigenvectors.ts";
import { provedMatrixNorm } from "../dense/norm.ts";
import { gramOperator } from "../algebra/gramOperator.ts";
import { readNumbers, uploadShared } from "../host.ts";
import { measuredNorm } from "../norm.ts";
import type { NormBound, Operator, OperatorProperty } from "../operator.ts";
import { arraySpace, spaceText, type ArraySpace } from "../spaces.ts";
import type { VectorForm } from "../algebra/spectral.ts";

/** Up to so many rows or columns the norm of a matrix is proved; beyond, it is bounded by rules and products. */
const PROVED_ORDER = 2000;

/** The norm of a matrix on an engine that rehearses. */
const UNKNOWN_NORM: NormBound = { value: 1, provenance: { kind: "assumed" } };

/** What may be said of a matrix besides its entries. */
export interface MatrixOptions {
  /** its text in messages: `matrix` where it is not given */
  readonly text?: string;
  /** spaces of arrays with as many entries as there are columns and rows, instead of F[n] and F[m] */
  readonly domain?: Space;
  readonly codomain?: Space;
  /** what holds by construction, and is not looked for in the entries */
  readonly properties?: readonly OperatorProperty[];
}

/**
 * The operator of a matrix [m, n] of the host or of the engine, F[n] -> F[m] of the matrix's field, or between other
 * arrays with as many entries. A matrix with a batch is one map for each sample. The norm of a matrix with
 * min(m, n) <= 2000 is proved (see dense/norm.ts); of a larger one it is the smallest of sqrt(|A|_1 |A|_inf), the
 * Frobenius norm and a probabilistic bound.
 * @throws OperatorError IPX8204 where the shape is none of a matrix, or does not fit the spaces.
 */
export function matrixOperator(
  operations: Operations,
  matrix: HostArray | ArrayValue,
  options: MatrixOptions = {},
): Operator {
  const { engine } = operations;
  const text = options.text ?? "matrix";
  const [rows, columns] = requireMatrix(text, matrix.shape);
  const domain = requireEntries(
    text,
    options.domain ?? arraySpace(matrix.field, [columns]),
    columns,
    matrix.field,
  );
  const codomain = requireEntries(
    text,
    options.codomain ?? arraySpace(matrix.field, [rows]),
    rows,
    matrix.field,
  );
  const stored = storedMatrix(engine, matrix);
  const operator: Operator = defineOperator({
    text,
    domain,
    codomain,
    handles: stored.turned === null ? [stored.plain] : [stored.plain, stored.turned],
    norm: () =>
      engine.computes ? matrixNorm(operations, operator, matricesOf(engine, stored, text)) : UNKNOWN_NORM,
    norms: () => (engine.computes ? normsOfSamples(engine, stored, text) : null),
    properties: () =>
      options.properties ??
      (engine.computes ? propertiesOfMatrix(matricesOf(engine, stored, text), domain, codomain) : []),
    rows: {
      apply: (using, indices, x) => productOfRows(using.engine, stored, indices, asArray(text, x), codomain),
      adjoint: (using, indices, y) =>
        productOfRowsTransposed(using.engine, stored, indices, asArray(text, y), codomain, domain),
    },
    gram: (using) => gramOfMatrix(using.engine, stored, operator, domain),
    vectors: (using) => vectorsOfMatrix(using.engine, stored, domain),
    apply: (using, x) => product(using.engine, stored, asArray(text, x), codomain, false),
    adjoint: (using, y) => product(using.engine, stored, asArray(text, y), domain, true),
  });
  return operator;
}

/** The most columns of a matrix A whose A'A is formed, and how many times as many rows it has at least. */
const GRAM_COLUMNS = 512;
const GRAM_ROWS = 4;

/**
 * A'A as a matrix, for a shared A that is far higher than wide: applying it costs an eighth of A and A' or less, and
 * forming it what some 40 samples' steps cost without it (products of matrices run ten times as fast as those by one
 * vector). In single precision it loses digits where A is badly conditioned, and wider matrices are not worth that.
 */
function gramOfMatrix(
  engine: Engine,
  { plain, batch }: StoredMatrix,
  operator: Operator,
  domain: ArraySpace,
): Operator | null {
  const [rows = 0, columns = 0] = plain.shape;
  if (batch !== null || columns > GRAM_COLUMNS || rows < GRAM_ROWS * columns) return null;
  const matrix = engine.matmul(plain, plain, { transposeLeft: true });
  const stored: StoredMatrix = { plain: matrix, turned: matrix, batch };
  return gramOperator(operator, [matrix], (using, x) =>
    product(using.engine, stored, asArray(operator.text, x), domain, false),
  );
}

/** The most rows or columns, whichever are fewer, of a matrix whose eigenvectors are computed: a second or two. */
const MOST_VECTORS = 512;

/**
 * The eigenvectors of A'A of a shared real matrix, where they are worth it: a solve with them costs two products, with
 * n x n numbers or with those of A, and a round of conjugate gradients costs two products with A.
 */
function vectorsOfMatrix(
  engine: Engine,
  { plain, batch }: StoredMatrix,
  domain: ArraySpace,
): VectorForm | null {
  const [rows = 0, columns = 0] = plain.shape;
  const data = batch === null && domain.field === "real" ? engine.readNow(plain) : null;
  if (data === null || Math.min(rows, columns) > MOST_VECTORS) return null;
  const found = eigenvectorsOfGram({ rows, columns, data: Float64Array.from(data) });
  const upload = (numbers: Float64Array, shape: readonly number[]): ArrayValue =>
    uploadShared(engine, realArray(shape, numbers));
  const basis = {
    kind: "vectors",
    rows: upload(found.rows.data, [found.rows.rows, columns]),
    isComplete: found.isComplete,
  } as const;
  return { basis, values: upload(found.squares, [found.squares.length]) };
}

function requireMatrix(text: string, shape: readonly number[]): readonly [number, number] {
  const [rows, columns] = shape;
  if (shape.length === 2 && rows !== undefined && columns !== undefined) return [rows, columns];
  throw new OperatorError("IPX8204", {
    what: `\`${text}\` needs an array with two axes, not [${shape.join(", ")}].`,
  });
}

function requireEntries(text: string, space: Space, entries: number, field: "real" | "complex"): ArraySpace {
  if (space.kind === "array" && space.field === field && sizeOf(space.shape) === entries) return space;
  throw new OperatorError("IPX8204", {
    what: `\`${text}\` has ${entries} ${field} entries where the space is ${spaceText(space)}.`,
  });
}

/**
 * A matrix over the reals: a complex entry a + ib is the block [[a, -b], [b, a]], so that products of pairs are real
 * products. `turned` is the transpose of a shared matrix: engines are fast on plain products.
 */
interface StoredMatrix {
  readonly plain: Handle;
  readonly turned: Handle | null;
  readonly batch: number | null;
}

function storedMatrix(engine: Engine, matrix: HostArray | ArrayValue): StoredMatrix {
  const batch = "handle" in matrix ? matrix.batch : null;
  const pair = lanes(matrix.field);
  const own =
    "handle" in matrix ? matrix.handle : engine.upload(matrix.data, pairedShape(matrix.shape, pair));
  const plain =
    pair === 2
      ? engine.scope(
          () => realBlocks(engine, own, batch, matrix.shape),
          (kept) => [kept],
        )
      : own;
  return { plain, turned: batch === null ? engine.transpose(plain, [1, 0]) : null, batch };
}

function pairedShape(shape: readonly number[], pair: 1 | 2): readonly number[] {
  return pair === 2 ? [...shape, 2] : shape;
}

function realBlocks(engine: Engine, pairs: Handle, batch: number | null, shape: readonly number[]): Handle {
  const [rows = 1, columns = 1] = shape;
  const count = batch ?? 1;
  const row = (blocks: Handle): Handle => engine.reshape(blocks, [count * rows, 1, 2 * columns]);
  const blocks = engine.concat(
    [row(signedPairs(engine, pairs, [1, -1])), row(swappedPairs(engine, pairs, [1, 1]))],
    1,
  );
  return engine.reshape(blocks, [...(batch === null ? [] : [batch]), 2 * rows, 2 * columns]);
}

/** Samples for which reading the matrix takes longer than multiplying: A and A' then read one copy, which the cache keeps. */
const FEW_SAMPLES = 8;

function product(
  engine: Engine,
  { plain, turned, batch }: StoredMatrix,
  x: ArrayValue,
  target: ArraySpace,
  transposed: boolean,
): ArrayValue {
  const result = (handle: Handle, samples: number | null): ArrayValue => ({
    ...target,
    batch: samples,
    handle: engine.reshape(handle, handleShape(samples, target.shape, target.field)),
  });
  const samples = x.batch ?? 1;
  const length = sizeOf(x.handle.shape) / samples;
  if (turned === null) {
    const vectors = engine.reshape(x.handle, x.batch === null ? [length, 1] : [samples, length, 1]);
    return result(engine.matmul(plain, vectors, { transposeLeft: transposed }), batch);
  }
  const rows = engine.reshape(x.handle, [samples, length]);
  const asStored = !transposed && samples <= FEW_SAMPLES && engine.readsTransposed;
  const images = asStored
    ? engine.matmul(rows, plain, { transposeRight: true })
    : engine.matmul(rows, transposed ? plain : turned);
  return result(images, x.batch);
}

/** Rows of the matrix, [samples, numbers of the rows, n] over the reals; samples are 1 where all share them. */
function chosenRows(
  engine: Engine,
  { plain, batch }: StoredMatrix,
  indices: ArrayValue,
  codomain: ArraySpace,
): Handle {
  const [extent = 1] = codomain.shape;
  const columns = plain.shape.at(-1) ?? 1;
  const entries = sizeOf(plain.shape) / ((batch ?? 1) * extent);
  const rows = engine.takeRows(
    engine.reshape(plain, [batch ?? 1, extent, entries]),
    indexHandle(engine, indices),
  );
  const [samples = 1, count = 0] = rows.shape;
  return engine.reshape(rows, [samples, (count * entries) / columns, columns]);
}

function productOfRows(
  engine: Engine,
  matrix: StoredMatrix,
  indices: ArrayValue,
  x: ArrayValue,
  codomain: ArraySpace,
): ArrayValue {
  const shape = [...indices.shape, ...codomain.shape.slice(1)];
  const rows = chosenRows(engine, matrix, indices, codomain);
  const batch = matrix.batch ?? indices.batch ?? x.batch;
  return arrayValue(engine, perSample(engine, rows, x, false), batch, shape, codomain.field);
}

function productOfRowsTransposed(
  engine: Engine,
  matrix: StoredMatrix,
  indices: ArrayValue,
  y: ArrayValue,
  codomain: ArraySpace,
  domain: ArraySpace,
): ArrayValue {
  const rows = chosenRows(engine, matrix, indices, codomain);
  const batch = matrix.batch ?? indices.batch ?? y.batch;
  return arrayValue(engine, perSample(engine, rows, y, true), batch, domain.shape, domain.field);
}

/** [s, m, n] times vectors, or its transpose; where s is 1, of all samples at once. */
function perSample(engine: Engine, matrices: Handle, x: ArrayValue, transposed: boolean): Handle {
  const [count = 1, rows = 0, columns = 0] = matrices.shape;
  const samples = x.batch ?? 1;
  const length = sizeOf(x.handle.shape) / samples;
  if (count === 1) {
    const matrix = engine.reshape(matrices, [rows, columns]);
    return engine.matmul(engine.reshape(x.handle, [samples, length]), matrix, {
      transposeRight: !transposed,
    });
  }
  const vectors = engine.reshape(x.handle, x.batch === null ? [length, 1] : [samples, length, 1]);
  return engine.matmul(matrices, vectors, { transposeLeft: transposed });
}

/** The matrices over the reals, one for each sample. */
function matricesOf(engine: Engine, { plain, batch }: StoredMatrix, text: string): readonly DenseMatrix[] {
  const numbers = readNumbers(engine, plain, `the entries of \`${text}\``);
  const [rows = 1, columns = 1] = plain.shape.slice(batch === null ? 0 : 1);
  return Array.from({ length: batch ?? 1 }, (_, sample) => ({
    rows,
    columns,
    data: numbers.subarray(sample * rows * columns, (sample + 1) * rows * columns),
  }));
}

function matrixNorm(operations: Operations, operator: Operator, matrices: readonly DenseMatrix[]): NormBound {
  const order = Math.min(matrices[0]?.rows ?? 0, matrices[0]?.columns ?? 0);
  if (order <= PROVED_ORDER) {
    return { value: Math.max(...matrices.map(provedMatrixNorm)), provenance: { kind: "proved" } };
  }
  const rules = { value: Math.max(...matrices.map(bySums)), provenance: { kind: "proved" } } as const;
  return smallerBound(rules, measuredNorm(operations, operator, rules));
}

/** The norm of the matrix of each sample, where it is proved; null for one that all samples share. */
function normsOfSamples(engine: Engine, stored: StoredMatrix, text: string): readonly number[] | null {
  const [rows = 0, columns = 0] = stored.plain.shape.slice(1);
  if (stored.batch === null || Math.min(rows, columns) > PROVED_ORDER) return null;
  return matricesOf(engine, stored, text).map(provedMatrixNorm);
}

/** The smaller of sqrt(|A|_1 |A|_inf) and the Frobenius norm, rounded up. */
function bySums({ rows, columns, data }: DenseMatrix): number {
  const [rowSums, columnSums] = [new Float64Array(rows), new Float64Array(columns)];
  let squares = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = Math.abs(data[row * columns + column] ?? 0);
      rowSums[row] = (rowSums[row] ?? 0) + value;
      columnSums[column] = (columnSums[column] ?? 0) + value;
      squares += value * value;
    }
  }
  const largest = (sums: Float64Array): number => sums.reduce((top, value) => Math.max(top, value), 0);
  const room = 1 + (data.length + 8) * 2 ** -53;
  return Math.min(Math.sqrt(largest(rowSums) * largest(columnSums)), Math.sqrt(squares)) * room;
}

function propertiesOfMatrix(
  matrices: readonly DenseMatrix[],
  domain: ArraySpace,
  codomain: ArraySpace,
): readonly OperatorProperty[] {
  const nonnegative =
    domain.field === "real" && matrices.every(({ data }) => data.every((value) => value >= 0));
  const symmetric = sameSpace(domain, codomain) && matrices.every(isSymmetric);
  return [...(nonnegative ? (["nonnegative"] as const) : []), ...(symmetric ? (["symmetric"] as const) : [])];
}

function isSymmetric({ rows, columns, data }: DenseMatrix): boolean {
  if (rows !== columns) return false;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < row; column++) {
      if (data[row * columns + column] !== data[column * columns + row]) return false;
    }
  }
  return true;
}
