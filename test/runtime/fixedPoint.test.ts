import { expect, test } from "vitest";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { handlesOf, type Value } from "../../runtime/arrays/value.ts";
import type { FixedPointSolver } from "../../runtime/program/definition.ts";
import { download, numbersFrom, upload } from "../../runtime/program/transfer.ts";
import { solveFixedPoint } from "../../runtime/solve/fixedPoint.ts";
import { perform } from "../../runtime/solve/task.ts";
import { ENGINES, normals } from "./setting.ts";

const FACTORS = Float64Array.of(0.05, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99);
const SOLVERS: readonly FixedPointSolver[] = [
  { kind: "picard" },
  { kind: "anderson", memory: 5, damping: 1, ridge: 1e-8 },
  { kind: "broyden", memory: 10 },
];

/** x = q tanh(x + c), a factor q of its own for each sample: contractions of very different difficulty. */
async function solved(
  make: () => Promise<Operations>,
  solver: FixedPointSolver,
  chosen: readonly number[],
  tolerance: number,
) {
  const operations = await make();
  const pick = (array: Float64Array | Float32Array, length: number) =>
    Float64Array.from(chosen.flatMap((sample) => [...array.slice(sample * length, (sample + 1) * length)]));
  const batch = chosen.length;
  const q = numbersFrom(operations, pick(FACTORS, 1), batch);
  const c = upload(operations, { ...normals(4, batch, 6), data: pick(normals(4, 8, 6).data, 6) }, true);
  const start = upload(operations, { ...normals(4, batch, 6), data: new Float64Array(6 * batch) }, true);
  const result = await perform(
    operations,
    solveFixedPoint(
      {
        operations,
        batch,
        samples: batch,
        start,
        startExtra: {},
        map: (x: Value) => ({
          image: operations.map("q*tanh(x + c)", { q, x, c }),
          extra: {},
          numbers: [],
        }),
        stops: ({ difference, point }) => difference <= tolerance * point,
        maximum: 5000,
        foreign: [q.handle, ...handlesOf(c)],
      },
      solver,
    ),
  );
  const value = result.x.kind === "array" ? await download(operations, result.x) : null;
  return { result, data: value?.data ?? new Float64Array(0) };
}

test.each(
  ENGINES.flatMap(([name, make]) => SOLVERS.map((solver) => [name, solver.kind, make, solver] as const)),
)("on %s %s solves every sample to the tolerance, as if it were alone", async (name, _kind, make, solver) => {
  const tolerance = name === "reference" ? 1e-9 : 1e-5;
  const all = [0, 1, 2, 3, 4, 5, 6, 7];
  const together = await solved(make, solver, all, tolerance);
  expect(together.result.samples.converged).toEqual(all.map(() => true));
  for (const sample of [0, 4, 7]) {
    const alone = await solved(make, solver, [sample], tolerance);
    const part = together.data.slice(6 * sample, 6 * sample + 6);
    const error = Math.hypot(...part.map((value, index) => value - (alone.data[index] ?? 0)));
    expect(error).toBeLessThan(name === "reference" ? 1e-12 : 1e-3);
    if (name === "reference") {
      expect(alone.result.samples.iterations[0]).toBe(together.result.samples.iterations[sample]);
    }
  }
  if (solver.kind !== "picard") {
    const picard = await solved(make, { kind: "picard" }, [7], tolerance);
    expect(together.result.samples.iterations[7]).toBeLessThan(
      (picard.result.samples.iterations[0] ?? 0) / 2,
    );
  }
});

/** The LASSO with one row a: 1/2 (<a, x> - b)^2 + 0.1 |x|_1, and ISTA for it with step 0.3, |a| <= 1. */
const onRow = {
  step: "soft(x - 0.3*(product - b)*a, 0.03)",
  objective: (x: readonly number[], a: readonly number[], b: number): number => {
    const product = x.reduce((sum, entry, i) => sum + entry * (a[i] ?? 0), 0);
    return (product - b) ** 2 / 2 + 0.1 * x.reduce((sum, entry) => sum + Math.abs(entry), 0);
  },
};

test.each(
  ENGINES.flatMap(([name, make]) => SOLVERS.map((solver) => [name, solver.kind, make, solver] as const)),
)(
  "on %s %s does not run off along a null space, where residuals are small far from any fixed point",
  async (_name, _kind, make, solver) => {
    const [samples, n] = [64, 6];
    const operations = await make();
    const rows = normals(3, samples, n);
    const lengths = Array.from({ length: samples }, (_, k) =>
      Math.hypot(...rows.data.slice(k * n, (k + 1) * n)),
    );
    const unit = Float64Array.from(
      rows.data,
      (entry, i) => entry / (lengths[Math.floor(i / n)] ?? 1) / 1.001,
    );
    const right = Float64Array.from(normals(4, samples).data);
    const a = upload(operations, { ...rows, data: unit }, true);
    const b = numbersFrom(operations, right, samples);
    const start = upload(operations, { ...rows, data: new Float64Array(samples * n) }, true);
    const result = await perform(
      operations,
      solveFixedPoint(
        {
          operations,
          batch: samples,
          samples,
          start,
          startExtra: {},
          map: (x: Value) => ({
            image: operations.map(onRow.step, { x, a, b, product: operations.dot(a, x) }),
            extra: {},
            numbers: [],
          }),
          stops: ({ difference, point }) => difference <= 1e-4 * point,
          maximum: 500,
          foreign: [b.handle, ...handlesOf(a)],
        },
        solver,
      ),
    );
    if (result.x.kind !== "array") throw new Error("one array");
    const found = (await download(operations, result.x)).data;
    const ratios = result.samples.converged.flatMap((converged, k) => {
      const row = [...unit.slice(k * n, (k + 1) * n)];
      const value = onRow.objective([...found.slice(k * n, (k + 1) * n)], row, right[k] ?? 0);
      return converged ? [value / leastOnRow(row, right[k] ?? 0)] : [];
    });
    expect(ratios.length).toBeGreaterThan(32);
    expect(Math.max(...ratios)).toBeLessThan(1.05);
  },
);

/** The least value: x has one entry, where |a| is largest. */
function leastOnRow(a: readonly number[], b: number): number {
  const largest = Math.max(...a.map(Math.abs));
  const entry = Math.max(Math.abs(b) / largest - 0.1 / largest ** 2, 0);
  return (largest * entry - Math.abs(b)) ** 2 / 2 + 0.1 * entry;
}
