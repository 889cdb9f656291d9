import { expect, test } from "vitest";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { model } from "../../runtime/model.ts";
import { stream } from "../../runtime/random/stream.ts";
import { compiledProgram, definitionFor } from "../laws/lab/compiled.ts";

const [M, N] = [24, 8];
const exact = { engine: { name: "reference" } } as const;

function gaussian(name: string, ...shape: readonly number[]): HostArray {
  const random = stream(5, name);
  const length = shape.reduce((count, extent) => count * extent, 1);
  return realArray(
    shape,
    Float64Array.from({ length }, () => random.normal()),
  );
}

/** A x. */
function product(A: HostArray, x: HostArray): HostArray {
  const [rows = 0, columns = 0] = A.shape;
  return realArray(
    [rows],
    Float64Array.from({ length: rows }, (_, i) =>
      Array.from(x.data).reduce((sum, entry, j) => sum + entry * (A.data[i * columns + j] ?? 0), 0),
    ),
  );
}

function furthest(found: ArrayLike<number>, expected: HostArray): number {
  return Math.max(...Array.from(expected.data, (each, i) => Math.abs((found[i] ?? NaN) - each)));
}

const A = gaussian("A", M, N);
const truth = gaussian("x", N);

test("kaczmarz finds the solution of a consistent system, and tests after whole sweeps", async () => {
  const definition = definitionFor(compiledProgram("kaczmarz"), "solver");
  expect(definition.target).toMatchObject({ every: "m", maximum: "100*m" });
  const program = await model(definition, { A }, exact);
  const { output, iterations, converged } = await program.run({ y: product(A, truth) });
  expect(furthest(output.data, truth)).toBeLessThan(1e-5);
  expect(converged).toEqual([true]);
  expect((iterations[0] ?? 1) % M).toBe(0);
});

test("random blocks of rows come near the solution, and another seed takes another way", async () => {
  const definition = definitionFor(compiledProgram("sgd"), "solver");
  expect(definition.target).toMatchObject({ every: "m/b", maximum: "50*m/b" });
  const y = product(A, truth);
  const run = async (seed: number) => (await model(definition, { A }, { ...exact, seed })).run({ y });
  const [one, again, other] = [await run(1), await run(1), await run(2)];
  expect(one.iterations[0]).toBe(150);
  expect(furthest(one.output.data, truth)).toBeLessThan(0.3);
  expect(again.output.data).toEqual(one.output.data);
  expect(other.output.data).not.toEqual(one.output.data);
});

test("ordered subsets find the nonnegative image of consistent Poisson data", async () => {
  const definition = definitionFor(compiledProgram("osem", [["< 1e-4", "< 1e-7"]]), "solver", {
    maximum: 8000,
  });
  const positive = (of: HostArray): HostArray => realArray(of.shape, Float64Array.from(of.data, Math.abs));
  const [P, image] = [positive(A), positive(truth)];
  const program = await model(definition, { A: P }, exact);
  const { output, objective } = await program.run({ y: product(P, image) });
  expect(furthest(output.data, image)).toBeLessThan(0.02);
  expect(Math.abs(objective?.[0] ?? NaN)).toBeLessThan(1e-3);
});

test("kaczmarz takes as many sweeps as it may for data that fit no solution", async () => {
  const program = await model(definitionFor(compiledProgram("kaczmarz"), "solver"), { A }, exact);
  const { iterations } = await program.run({ y: gaussian("y", M) });
  expect(iterations[0]).toBeLessThanOrEqual(100 * M);
});
