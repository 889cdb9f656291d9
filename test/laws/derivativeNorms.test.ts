import { expect, test } from "vitest";
import { SingularValueDecomposition } from "ml-matrix";
import type { TargetName } from "../../compiler/targets.ts";
import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { bind } from "../../runtime/program/bind.ts";
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
): Promise<readonly number[]> {
  const definition = definitionFor(compiledText("p", text), target);
  const program = await bind(definition, using, { givens: { A: realArray([M, N], A) } });
  const inputs = await perform(using, bindInputs(program, { x: realArray([COUNT, N], x) }, true));
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
