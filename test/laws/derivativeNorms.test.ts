import { expect, test } from "vitest";
import { SingularValueDecomposition } from "ml-matrix";
import type { TargetName } from "../../compiler/targets.ts";
import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { hostArray, realArray } from "../../runtime/io/hostArray.ts";
import { bind } from "../../runtime/program/bind.ts";
import type { Datum } from "../../runtime/program/datum.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { stream } from "../../runtime/random/stream.ts";
import { run } from "../../runtime/solve/run.ts";
import { perform } from "../../runtime/solve/task.ts";
import { compiledText, definitionFor } from "./lab/compiled.ts";
import { apart, numbersOf } from "./lab/steps.ts";

const [COUNT, M, N] = [3, 5, 4];
const random = stream(23, "derivative norms");
const A = Float64Array.from({ length: M * N }, () => random.normal());
const x = Float64Array.from({ length: COUNT * N }, () => 0.5 * random.normal());

const JACOBIAN = `program p[m, n] {
  given A : linear R[n] -> R[m]
  input x : R[n]
  fun F(z : R[n]) = tanh(A*z)
  output norm(derivative(F)(x))
}`;
const HESSIAN = `program p[m, n] {
  given A : linear R[n] -> R[m]
  input x : R[n]
  fun f(z : R[n]) = sum(exp(A*z))
  output norm(derivative(grad f)(x))
}`;

async function normsOf(
  text: string,
  using: Operations,
  target: TargetName = "direct",
  data: Readonly<Record<string, Datum>> = { x: realArray([COUNT, N], x) },
): Promise<readonly number[]> {
  const definition = definitionFor(compiledText("p", text), target);
  const program = await bind(definition, using, { givens: { A: realArray([M, N], A) } });
  const inputs = await perform(using, bindInputs(program, data, true));
  return numbersOf(using, (await run(program, inputs)).output, COUNT);
}

/** The product A z of one sample. */
function product(sample: number): readonly number[] {
  return Array.from({ length: M }, (_, i) =>
    Array.from({ length: N }, (_, j) => (A[i * N + j] ?? 0) * (x[sample * N + j] ?? 0)).reduce(
      (a, b) => a + b,
    ),
  );
}

/** diag(1 - tanh(A x)^2) A. */
function jacobian(sample: number): number[][] {
  return product(sample).map((entry, i) =>
    Array.from({ length: N }, (_, j) => (1 - Math.tanh(entry) ** 2) * (A[i * N + j] ?? 0)),
  );
}

/** A' diag(exp(A x)) A. */
function hessian(sample: number): number[][] {
  const weights = product(sample).map(Math.exp);
  return Array.from({ length: N }, (_, j) =>
    Array.from({ length: N }, (_, k) =>
      weights.reduce((sum, weight, i) => sum + weight * (A[i * N + j] ?? 0) * (A[i * N + k] ?? 0), 0),
    ),
  );
}

test.each([
  ["a map", JACOBIAN, jacobian],
  ["a gradient", HESSIAN, hessian],
] as const)("the norm of the derivative of %s is a bound for each sample", async (_, text, matrixOf) => {
  const exact = await normsOf(text, operations(referenceEngine()));
  expect(exact.length).toBe(COUNT);
  exact.forEach((bound, sample) => {
    const { diagonal } = new SingularValueDecomposition(matrixOf(sample));
    const norm = Math.max(...diagonal);
    expect(bound).toBeGreaterThanOrEqual(norm * (1 - 1e-12));
    expect(bound).toBeLessThanOrEqual(norm * Math.sqrt(N) * (1 + 1e-12));
  });
  expect(apart(await normsOf(text, operations(await wasmEngine())), exact)).toBeLessThan(1e-5);
});

/** The matrix of the derivative of a map between lists of numbers, by central differences. */
function differences(map: (at: readonly number[]) => readonly number[], at: readonly number[]): number[][] {
  const step = 1e-5;
  const columns = at.map((value, j) => {
    const [up, down] = [map(at.with(j, value + step)), map(at.with(j, value - step))];
    return up.map((entry, i) => (entry - (down[i] ?? 0)) / (2 * step));
  });
  return (columns[0] ?? []).map((_, i) => columns.map((column) => column[i] ?? 0));
}

/** A z of some numbers. */
function times(z: readonly number[]): readonly number[] {
  return Array.from({ length: M }, (_, i) =>
    z.reduce((sum, entry, j) => sum + (A[i * N + j] ?? 0) * entry, 0),
  );
}

const halves = (at: readonly number[]): readonly [readonly number[], readonly number[]] => [
  at.slice(0, N),
  at.slice(N),
];
const imaginary = Float64Array.from({ length: COUNT * N }, () => 0.5 * random.normal());
const second = Float64Array.from({ length: COUNT * M }, () => random.normal());
const pairs = Float64Array.from(
  { length: 2 * x.length },
  (_, k) => (k % 2 === 0 ? x : imaginary)[k >> 1] ?? 0,
);
const complexPoints = hostArray("complex", [COUNT, N], pairs);
const ofSample = (entries: Float64Array, sample: number, count: number): readonly number[] => [
  ...entries.subarray(sample * count, (sample + 1) * count),
];

interface Space {
  readonly text: string;
  readonly data: Readonly<Record<string, Datum>>;
  /** the numbers of a point: those of each part, real before imaginary ones */
  readonly point: (sample: number) => readonly number[];
  readonly map: (at: readonly number[]) => readonly number[];
}

const SPACES: Readonly<Record<string, Space>> = {
  "complex arrays": {
    text: `program p[m, n] {
      given A : linear R[n] -> R[m]
      input x : C[n]
      fun F(z : C[n]) = (A*(real*z)) .* (A*(imag*z)) + A*abs(z).^2
      output norm(derivative(F)(x))
    }`,
    data: { x: complexPoints },
    point: (sample) => [...ofSample(x, sample, N), ...ofSample(imaginary, sample, N)],
    map: (at) => {
      const [re, im] = halves(at);
      const squares = times(re.map((entry, j) => entry ** 2 + (im[j] ?? 0) ** 2));
      const [u, v] = [times(re), times(im)];
      return squares.map((entry, i) => entry + (u[i] ?? 0) * (v[i] ?? 0));
    },
  },
  "two arguments": {
    text: `program p[m, n] {
      given A : linear R[n] -> R[m]
      input x : R[n]
      input s : R[m]
      fun F(z : R[n], w : R[m]) = tanh(A*z) .* w
      output norm(derivative(F)(x, s))
    }`,
    data: { x: realArray([COUNT, N], x), s: realArray([COUNT, M], second) },
    point: (sample) => [...ofSample(x, sample, N), ...ofSample(second, sample, M)],
    map: (at) => {
      const [z, w] = halves(at);
      return times(z).map((entry, i) => Math.tanh(entry) * (w[i] ?? 0));
    },
  },
  "a named space of real arrays": {
    text: `program p[m, space X in R] {
      given A : linear X -> R[m]
      input x : X
      fun F(z : X) = tanh(A*z)
      output norm(derivative(F)(x))
    }`,
    data: { x: realArray([COUNT, N], x) },
    point: (sample) => ofSample(x, sample, N),
    map: (at) => times(at).map(Math.tanh),
  },
  "a named space of complex arrays": {
    text: `program p[m, n, space X] {
      given A : linear R[n] -> R[m]
      input x : X
      let B = norm(A)
      fun f(z : X) = B*norm2sq(z)^2
      output norm(derivative(grad f)(x))/B
    }`,
    data: { x: complexPoints },
    point: (sample) => [...ofSample(x, sample, N), ...ofSample(imaginary, sample, N)],
    map: (at) => {
      const size = at.reduce((sum, entry) => sum + entry ** 2, 0);
      return at.map((entry) => 4 * size * entry);
    },
  },
};

test.each(Object.entries(SPACES))("so is that on %s", async (_, { text, data, point, map }) => {
  const exact = await normsOf(text, operations(referenceEngine()), "direct", data);
  expect(exact.length).toBe(COUNT);
  exact.forEach((bound, sample) => {
    const at = point(sample);
    const { diagonal } = new SingularValueDecomposition(differences(map, at), { autoTranspose: true });
    const norm = Math.max(...diagonal);
    const frobenius = Math.hypot(...diagonal);
    expect(bound).toBeGreaterThanOrEqual(norm * (1 - 1e-6));
    expect(Math.abs(bound - frobenius)).toBeLessThan(1e-6 * frobenius);
  });
  expect(apart(await normsOf(text, operations(await wasmEngine()), "direct", data), exact)).toBeLessThan(
    1e-5,
  );
});

const LANDWEBER = `program p[m, n] {
  given A : linear R[n] -> R[m]
  input x : R[n]
  fun F(z : R[n]) = tanh(A*z)
  let y = F(x)
  state z : R[n] = 0
  step {
    let J = derivative(F)(z)
    z <- z - 1/norm(J)^2*J'*(F(z) - y)
  }
  output norm2sq(F(z) - y)/norm2sq(y)
  converge(max = 200, proof = none)
}`;

test("Landweber's iteration for a nonlinear map solves with steps by that norm", async () => {
  const left = await normsOf(LANDWEBER, operations(referenceEngine()), "solver");
  expect(Math.max(...left)).toBeLessThan(1e-2);
});
