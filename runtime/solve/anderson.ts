import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type ArrayValue, type Value } from "../arrays/value.ts";
import { cholesky, solveCholesky } from "../operators/dense/cholesky.ts";
import type { FixedPointSolver } from "../program/definition.ts";
import { numbersFrom } from "../program/transfer.ts";
import type { Accelerator, AcceleratorSetting, AcceleratorStep } from "./accelerator.ts";
import { readLanes, type Task } from "./task.ts";

type AndersonSettings = Extract<FixedPointSolver, { kind: "anderson" }>;

/** A difference of two successive points, and of their residuals r = map(x) - x. */
interface Column {
  readonly dx: Value;
  readonly dr: Value;
}

/**
 * Anderson acceleration, type II: with the last `memory` differences dX, dR of points and residuals, the coefficients
 * minimise |r - dR c| for each sample alone, and the next point is x + b r - (dX + b dR) c, b the damping. The Gram
 * matrix is scaled to a unit diagonal and solved on the host in double precision with `ridge` on its diagonal (at
 * least ten roundings of the engine).
 * Source: Anderson, J. ACM 12, 1965; Walker and Ni, SIAM J. Numer. Anal. 49, 2011.
 */
export function anderson(settings: AndersonSettings, setting: AcceleratorSetting): Accelerator {
  const { operations, samples, batch } = setting;
  const { memory, damping } = settings;
  const ridge = Math.max(settings.ridge, 10 * 2 ** -operations.engine.significand);
  const history = new GramHistory(memory, samples);
  const columns: Column[] = [];
  let last: { readonly x: Value; readonly residual: Value } | null = null;
  let count = 0;

  function* next({ x, image, restart, active }: AcceleratorStep): Task<Value> {
    const before = last;
    const made = operations.engine.scope(
      () => difference(operations, x, image, before),
      ({ residual, column }) =>
        [residual, ...(column === null ? [] : [column.dx, column.dr])].flatMap(handlesOf),
    );
    last = { x, residual: made.residual };
    history.forget(restart);
    if (made.column === null) return step(operations, x, made.residual, damping, [], []);
    const slot = count++ % memory;
    columns[slot] = made.column;
    const numbers = yield* products(operations, made.residual, columns, slot, samples);
    history.put(slot, numbers.gram);
    const coefficients = history.solve(numbers.right, ridge, active);
    const weights = coefficients.map((lane) => numbersFrom(operations, lane, batch));
    const point = step(operations, x, made.residual, damping, columns, weights);
    operations.engine.dispose(weights.map(({ handle }) => handle));
    return point;
  }
  return {
    safeguarded: true,
    next,
    handles: () => [
      ...columns.flatMap(({ dx, dr }) => [...handlesOf(dx), ...handlesOf(dr)]),
      ...(last === null ? [] : [...handlesOf(last.x), ...handlesOf(last.residual)]),
    ],
  };
}

function difference(
  operations: Operations,
  x: Value,
  image: Value,
  last: { readonly x: Value; readonly residual: Value } | null,
): { readonly residual: Value; readonly column: Column | null } {
  const residual = operations.map("a - b", { a: image, b: x });
  if (last === null) return { residual, column: null };
  const dx = operations.map("a - b", { a: x, b: last.x });
  const dr = operations.map("a - b", { a: residual, b: last.residual });
  return { residual, column: { dx, dr } };
}

/** x + b r - sum of c (dx + b dr) over the columns. */
function step(
  operations: Operations,
  x: Value,
  residual: Value,
  damping: number,
  columns: readonly Column[],
  weights: readonly ArrayValue[],
): Value {
  const inputs: Record<string, Value> = { x, r: residual };
  const terms = columns.map(({ dx, dr }, index) => {
    inputs[`p${index}`] = dx;
    inputs[`q${index}`] = dr;
    const weight = weights[index];
    if (weight !== undefined) inputs[`c${index}`] = weight;
    return ` - c${index}*(p${index} + ${damping}*q${index})`;
  });
  return operations.map(`x + ${damping}*r${terms.join("")}`, inputs);
}

/** The inner products of the new column with all columns, and of the residual with all columns, for each sample. */
function* products(
  operations: Operations,
  residual: Value,
  columns: readonly Column[],
  slot: number,
  samples: number,
): Task<{ readonly gram: readonly Float64Array[]; readonly right: readonly Float64Array[] }> {
  const fresh = columns[slot];
  if (fresh === undefined) return { gram: [], right: [] };
  const values = operations.engine.scope(
    () => [
      ...columns.map(({ dr }) => operations.dot(fresh.dr, dr)),
      ...columns.map(({ dr }) => operations.dot(residual, dr)),
    ],
    (dots) => dots.map(({ handle }) => handle),
  );
  const numbers = yield* readLanes(values, samples);
  operations.engine.dispose(values.map(({ handle }) => handle));
  return { gram: numbers.slice(0, columns.length), right: numbers.slice(columns.length) };
}

/** The Gram matrices of the residual differences, one for each sample. */
class GramHistory {
  private readonly memory: number;
  private readonly samples: number;
  private readonly gram: readonly Float64Array[];
  private readonly valid: readonly boolean[][];

  constructor(memory: number, samples: number) {
    this.memory = memory;
    this.samples = samples;
    this.gram = Array.from({ length: samples }, () => new Float64Array(memory * memory));
    this.valid = Array.from({ length: samples }, () => new Array<boolean>(memory).fill(false));
  }

  /** Forgets the columns of some samples. */
  forget(samples: readonly boolean[]): void {
    samples.forEach((forgets, sample) => {
      if (forgets) this.valid[sample]?.fill(false);
    });
  }

  /** Takes a new column in place of an old one; a column that is 0 or not finite is not used. */
  put(slot: number, products: readonly Float64Array[]): void {
    for (let sample = 0; sample < this.samples; sample++) {
      const gram = this.gram[sample];
      const valid = this.valid[sample];
      if (gram === undefined || valid === undefined) continue;
      products.forEach((numbers, column) => {
        gram[slot * this.memory + column] = numbers[sample] ?? 0;
        gram[column * this.memory + slot] = numbers[sample] ?? 0;
      });
      const square = gram[slot * this.memory + slot] ?? 0;
      valid[slot] = square > 0 && Number.isFinite(square);
    }
  }

  /** The coefficients: for each column a number for each sample, 0 where a column is not used. */
  solve(right: readonly Float64Array[], ridge: number, active: readonly boolean[]): readonly Float64Array[] {
    const coefficients = right.map(() => new Float64Array(this.samples));
    for (let sample = 0; sample < this.samples; sample++) {
      if (active[sample] !== true) continue;
      const used = right.flatMap((_, column) => (this.valid[sample]?.[column] === true ? [column] : []));
      const solution = this.solveSample(sample, used, right, ridge);
      used.forEach((column, index) => {
        const target = coefficients[column];
        if (target !== undefined) target[sample] = solution[index] ?? 0;
      });
    }
    return coefficients;
  }

  private solveSample(
    sample: number,
    used: readonly number[],
    right: readonly Float64Array[],
    ridge: number,
  ): Float64Array {
    const order = used.length;
    const gram = this.gram[sample] ?? new Float64Array(0);
    const scale = used.map((column) => 1 / Math.sqrt(gram[column * this.memory + column] ?? 1));
    const matrix = new Float64Array(order * order);
    const vector = new Float64Array(order);
    used.forEach((row, i) => {
      used.forEach((column, j) => {
        const entry = (gram[row * this.memory + column] ?? 0) * (scale[i] ?? 0) * (scale[j] ?? 0);
        matrix[i * order + j] = i === j ? 1 + ridge : entry;
      });
      vector[i] = (right[row]?.[sample] ?? 0) * (scale[i] ?? 0);
    });
    const factor = cholesky({ rows: order, columns: order, data: matrix });
    if (factor === null) return new Float64Array(order);
    const { data } = solveCholesky(factor, { rows: order, columns: 1, data: vector });
    return data.map((value, index) => value * (scale[index] ?? 0));
  }
}
