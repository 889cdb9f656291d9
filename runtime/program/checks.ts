import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Space, Value } from "../arrays/value.ts";
import { DataError } from "../io/dataError.ts";
import { requireFinite, unravel, type HostArray } from "../io/hostArray.ts";
import { packValue } from "../operators/host.ts";
import type { Operator } from "../operators/operator.ts";
import { realDimension } from "../operators/spaces.ts";
import { stream, type RandomStream } from "../random/stream.ts";
import { readLanes, type Task } from "../solve/task.ts";
import { BindingError } from "./bindingError.ts";
import type { DataDeclaration, IntervalDeclaration } from "./definition.ts";

/** An interval as the language writes it: `(0, inf)`. */
export function intervalText({ low, high, lowOpen, highOpen }: IntervalDeclaration): string {
  const end = (value: number): string =>
    Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
  return `${lowOpen ? "(" : "["}${end(low)}, ${end(high)}${highOpen ? ")" : "]"}`;
}

/** Whether a number lies in an interval. */
export function inInterval(value: number, { low, high, lowOpen, highOpen }: IntervalDeclaration): boolean {
  return (lowOpen ? value > low : value >= low) && (highOpen ? value < high : value <= high);
}

/**
 * Checks numbers on the host against a declaration: finite, inside the interval, of the declared properties.
 * @throws DataError IPX8106 for NaN, infinity and what the engine cannot hold; BindingError IPX8007, IPX8008.
 */
export function checkArray(
  declaration: DataDeclaration,
  array: HostArray,
  operations: Pick<Operations, "engine">,
): void {
  if (!operations.engine.computes) return;
  const { name, interval, properties } = declaration;
  requireHeld(name, array, operations);
  if (interval !== null) {
    requireEvery(
      array,
      (value) => inInterval(value, interval),
      (value, place) => {
        const text = intervalText(interval);
        return new BindingError("IPX8007", name, {
          what: `\`${name}\` is ${value}${place}, outside its interval ${text}.`,
          why: "The program's steps and proofs rest on it.",
          hint: `Bind values in ${text}, or declare a wider interval.`,
        });
      },
    );
  }
  for (const property of properties) {
    const rule = ARRAY_RULES.get(property.name);
    if (rule === undefined) continue;
    requireEvery(array, rule, (value, place) => refuted(name, property.name, `it holds ${value}${place}`));
  }
}

/** The largest number of single precision. */
const SINGLE_LARGEST = 3.4028234663852886e38;
const SINGLE_LEAST = 1.401298464324817e-45;

/**
 * Refuses numbers that are not finite, or not on the engine. The error's facts name the declaration.
 * @throws DataError IPX8106
 */
export function requireHeld(name: string, array: HostArray, { engine }: Pick<Operations, "engine">): void {
  if (!engine.computes) return;
  try {
    requireFinite(array, `\`${name}\``);
  } catch (error) {
    throw error instanceof DataError ? error.of({ declaration: name }) : error;
  }
  if (engine.significand !== 24 || array.data instanceof Float32Array) return;
  requireEvery(
    array,
    (value) => Number.isFinite(Math.fround(value)),
    (value, place) =>
      new DataError(
        "IPX8106",
        {
          what: `\`${name}\` is ${value}${place}, beyond single precision, which ends at ${SINGLE_LARGEST.toPrecision(3)}.`,
          why: "The engine would compute with infinity.",
          hint: "Scale the data, or compute in double precision with the engine `reference`.",
        },
        { declaration: name },
      ),
  );
  if (array.shape.length > 0) return;
  requireEvery(
    array,
    (value) => value === 0 || Math.fround(value) !== 0,
    (value) =>
      new DataError(
        "IPX8106",
        {
          what: `\`${name}\` is ${value}, which is 0 in single precision.`,
          why: `The least number there is ${SINGLE_LEAST.toPrecision(3)}.`,
          hint: "Scale the data, or compute in double precision with the engine `reference`.",
        },
        { declaration: name },
      ),
  );
}

const ARRAY_RULES: ReadonlyMap<string, (value: number) => boolean> = new Map([
  ["nonnegative", (value) => value >= 0],
  ["binary", (value) => value === 0 || value === 1],
]);

function requireEvery(
  { data, shape, field }: HostArray,
  accept: (value: number) => boolean,
  error: (value: number, place: string) => BindingError | DataError,
): void {
  const position = data.findIndex((value) => !accept(value));
  if (position === -1) return;
  const indices = unravel(field === "complex" ? Math.floor(position / 2) : position, shape);
  throw error(data[position] ?? Number.NaN, indices.length === 0 ? "" : ` at [${indices.join(", ")}]`);
}

function refuted(name: string, property: string, why: string): BindingError {
  return new BindingError("IPX8008", name, {
    what: `\`${name}\` is declared \`${property}\`, and what is bound is not.`,
    why: `${why[0]?.toUpperCase() ?? ""}${why.slice(1)}.`,
    hint: "Bind other data, or leave the property out of the declaration.",
  });
}

/** How far a test with rounded numbers must fail to refute: relative, for single and double precision. */
function slack(operations: Operations): number {
  return operations.engine.significand === 53 ? 1e-9 : 1e-3;
}

/**
 * Tests the declared properties of an operator by applications to random vectors. A failure refutes; passing is only
 * evidence. An upper bound of the norm that exceeds the declared one refutes nothing, a lower bound does.
 * @throws BindingError IPX8008
 */
export function* checkOperator(
  operations: Operations,
  declaration: DataDeclaration,
  operator: Operator,
): Task<void> {
  if (!operations.engine.computes) return;
  const random = stream(0, "properties", declaration.name);
  for (const { name, bound } of declaration.properties) {
    const test = OPERATOR_TESTS.get(name);
    if (test === undefined) continue;
    const why = yield* test({ operations, operator, random, bound: bound ?? Number.POSITIVE_INFINITY });
    if (why === null) continue;
    throw refuted(declaration.name, bound === null ? name : `${name} <= ${bound}`, why);
  }
}

interface OperatorTest {
  readonly operations: Operations;
  readonly operator: Operator;
  readonly random: RandomStream;
  readonly bound: number;
}

/** Each test gives the reason of a refutation, or null. */
const OPERATOR_TESTS: ReadonlyMap<string, (test: OperatorTest) => Task<string | null>> = new Map([
  ["norm", testNorm],
  ["nonnegative", testNonnegative],
  ["symmetric", testSymmetric],
  ["positive", testPositive],
  ["orthonormal", testOrthonormal],
  ["unit_columns", testUnitColumns],
]);

const POWER_STEPS = 12;

/** |A v| / |v| after steps of the power iteration on A'A: a lower bound of |A|. */
function* testNorm({ operations, operator, random, bound }: OperatorTest): Task<string | null> {
  if (operator.norm.value <= bound) return null;
  const vector = randomValue(operations, operator.domain, random, "normal");
  const image = operations.engine.scope(
    () => {
      let v = vector;
      for (let step = 0; step < POWER_STEPS; step++) {
        v = operations.applyAdjoint(operator, operations.apply(operator, scaled(operations, v)));
      }
      v = scaled(operations, v);
      return operations.norm2(operations.apply(operator, v));
    },
    (norm) => [norm.handle],
  );
  const [[lower = 0]] = yield* readLanes([image], 1);
  operations.engine.dispose([image.handle]);
  return lower > bound * (1 + slack(operations)) ? `its norm is at least ${lower.toPrecision(5)}` : null;
}

function scaled(operations: Operations, v: Value): Value {
  return operations.map("x/n", { x: v, n: operations.map("max(n, 1e-30)", { n: operations.norm2(v) }) });
}

function* testNonnegative({ operations, operator, random }: OperatorTest): Task<string | null> {
  if (operator.properties.has("nonnegative")) return null;
  const [least = 0, largest = 0] = yield* measure(operations, () => {
    const image = operations.apply(operator, randomValue(operations, operator.domain, random, "sparse"));
    return [operations.minimum(image), operations.maximum(image)];
  });
  return least < -slack(operations) * Math.max(Math.abs(largest), Math.abs(least))
    ? "an image of a nonnegative vector has negative entries"
    : null;
}

function* testSymmetric({ operations, operator, random }: OperatorTest): Task<string | null> {
  if (operator.properties.has("symmetric")) return null;
  const [left = 0, right = 0, image = 0, other = 0] = yield* measure(operations, () => {
    const x = randomValue(operations, operator.domain, random, "normal");
    const y = randomValue(operations, operator.domain, random, "normal");
    const ax = operations.apply(operator, x);
    return [
      operations.dot(ax, y),
      operations.dot(x, operations.apply(operator, y)),
      operations.norm2(ax),
      operations.norm2(y),
    ];
  });
  return Math.abs(left - right) > slack(operations) * image * other ? "<A x, y> differs from <x, A y>" : null;
}

/**
 * <S v, v> with S = (A + A')/2 after steps of the power iteration on |A| I - S, which leads to the smallest eigenvalue
 * of S. |A| is the bound that the operator knows; where it is loose, less is refuted.
 */
function* testPositive({ operations, operator, random }: OperatorTest): Task<string | null> {
  if (operator.properties.has("positive")) return null;
  const norm = operator.norm.value;
  const start = randomValue(operations, operator.domain, random, "normal");
  const [form = 0] = yield* measure(operations, () => {
    const c = operations.number(norm);
    let v = scaled(operations, start);
    for (let step = 0; step < POWER_STEPS; step++) {
      const [image, back] = [operations.apply(operator, v), operations.applyAdjoint(operator, v)];
      v = scaled(operations, operations.map("c*v - (a + b)/2", { c, v, a: image, b: back }));
    }
    return [operations.dot(operations.apply(operator, v), v)];
  });
  return form < -slack(operations) * norm ? "<A x, x> is negative for some x" : null;
}

const COLUMNS = 8;

function* testUnitColumns({ operations, operator, random }: OperatorTest): Task<string | null> {
  if (operator.properties.has("unit_columns")) return null;
  const { domain } = operator;
  const dimension = realDimension(domain);
  const norms = yield* measure(operations, () =>
    Array.from({ length: Math.min(COLUMNS, dimension) }, () => {
      const coordinates = new Float64Array(dimension);
      coordinates[Math.floor(random.uniform() * dimension)] = 1;
      return operations.norm2(
        operations.apply(operator, packValue(operations.engine, domain, null, coordinates)),
      );
    }),
  );
  const wrong = norms.find((norm) => Math.abs(norm - 1) > slack(operations));
  return wrong === undefined ? null : `a column has the norm ${wrong.toPrecision(5)}`;
}

function* testOrthonormal({ operations, operator, random }: OperatorTest): Task<string | null> {
  if (operator.properties.has("orthonormal")) return null;
  const [error = 0, scale = 0] = yield* measure(operations, () => {
    const x = randomValue(operations, operator.domain, random, "normal");
    const back = operations.applyAdjoint(operator, operations.apply(operator, x));
    const difference = operations.map("a - b", { a: back, b: x });
    return [operations.norm2(difference), operations.norm2(x)];
  });
  return error > slack(operations) * scale ? "A'(A x) differs from x" : null;
}

function* measure(operations: Operations, body: () => readonly ArrayValue[]): Task<readonly number[]> {
  const values = operations.engine.scope(body, (numbers) => numbers.map(({ handle }) => handle));
  const numbers = yield* readLanes(values, 1);
  operations.engine.dispose(values.map(({ handle }) => handle));
  return numbers.map(([number = 0]) => number);
}

function randomValue(
  operations: Operations,
  space: Space,
  random: RandomStream,
  kind: "normal" | "sparse",
): Value {
  if (space.kind === "product") {
    return operations.product(space.parts.map((part) => randomValue(operations, part, random, kind)));
  }
  const shape = space.field === "complex" ? [...space.shape, 2] : space.shape;
  const length = shape.reduce((count, extent) => count * extent, 1);
  const draw = (): number =>
    kind === "normal" ? random.normal() : random.uniform() < 0.2 ? random.uniform() : 0;
  const data = Float64Array.from({ length }, draw);
  return {
    kind: "array",
    field: space.field,
    shape: space.shape,
    batch: null,
    handle: operations.engine.upload(data, shape),
  };
}
