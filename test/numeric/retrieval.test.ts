import { expect, it } from "vitest";
import { hostArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { model } from "../../runtime/model.ts";
import { stream } from "../../runtime/random/stream.ts";
import { compiledProgram, definitionFor, type Edit } from "../laws/lab/compiled.ts";

const draw = stream(3, "retrieval");

/** Pairs of a complex array whose entries have variance 1. */
function complexNormal(...shape: readonly number[]): HostArray {
  const count = shape.reduce((size, extent) => size * extent, 2);
  return hostArray(
    "complex",
    shape,
    Float64Array.from({ length: count }, () => draw.normal() / Math.SQRT2),
  );
}

const at = ({ data }: HostArray, index: number): number => data[index] ?? Number.NaN;

it("Wirtinger flow finds a signal from the moduli of its measurements, up to a phase", async () => {
  const [n, m] = [8, 80];
  const [A, x] = [complexNormal(m, n), complexNormal(n)];
  const y = Float64Array.from({ length: m }, (_, row) => {
    let [re, im] = [0, 0];
    for (let j = 0; j < n; j += 1) {
      const [a, b, p, q] = [
        at(A, 2 * (row * n + j)),
        at(A, 2 * (row * n + j) + 1),
        at(x, 2 * j),
        at(x, 2 * j + 1),
      ];
      re += a * p - b * q;
      im += a * q + b * p;
    }
    return re * re + im * im;
  });
  const flow = await model(
    definitionFor(compiledProgram("wirtinger_flow"), "solver"),
    { A },
    { engine: "reference" },
  );
  const { output, converged } = await flow.run({ y: hostArray("real", [1, m], y) });
  expect(converged).toEqual([true]);
  // the phase that brings the signal closest: that of <z, x>
  let [re, im, square] = [0, 0, 0];
  for (let j = 0; j < n; j += 1) {
    const [p, q, u, v] = [at(output, 2 * j), at(output, 2 * j + 1), at(x, 2 * j), at(x, 2 * j + 1)];
    re += p * u + q * v;
    im += p * v - q * u;
    square += u * u + v * v + p * p + q * q;
  }
  expect((square - 2 * Math.hypot(re, im)) / square).toBeLessThan(1e-8);
});

it("low rank plus sparse fills in half of a series that is both", async () => {
  const [pixels, frames] = [24, 12];
  const still = Array.from({ length: pixels }, (_, p) => 1 + Math.sin(p));
  // a background that gets brighter, and three pixels that oscillate
  const truth = Float64Array.from({ length: 2 * pixels * frames }, (_, index) => {
    const [p, t] = [Math.floor(index / 2 / frames), Math.floor(index / 2) % frames];
    if (index % 2 === 1) return 0;
    return (still[p] ?? 0) * (1 + 0.1 * t) + (p % 8 === 3 ? Math.cos((2 * Math.PI * 3 * t) / frames) : 0);
  });
  const kept = Float64Array.from({ length: pixels * frames }, () => Number(draw.normal() > -0.3));
  const y = truth.map((entry, index) => entry * (kept[Math.floor(index / 2)] ?? 0));
  const sampling: readonly Edit[] = [
    [
      "given A        : linear C[pixels, frames] -> Y with norm <= 1",
      "given P : R[pixels, frames] with binary\n  let A : linear C[pixels, frames] -> C[pixels, frames] = mask(P)",
    ],
    [", space Y]", "]"],
    ["input y        : Y", "input y        : C[pixels, frames]"],
  ];
  const program = compiledProgram("low_rank_sparse", sampling);
  const givens = { P: hostArray("real", [pixels, frames], kept), lambda_l: 0.3, lambda_s: 0.06 };
  const solver = await model(definitionFor(program, "solver"), givens, {
    engine: "wasm",
  });
  const { output } = await solver.run({ y: hostArray("complex", [1, pixels, frames], y) });
  const error = (of: (index: number) => number): number =>
    truth.reduce((sum, entry, index) => sum + (of(index) - entry) ** 2, 0) /
    truth.reduce((sum, entry) => sum + entry ** 2, 0);
  const filled = error((index) => at(output, index));
  expect(error((index) => y[index] ?? 0)).toBeGreaterThan(0.2);
  expect(filled).toBeLessThan(0.01);
});
