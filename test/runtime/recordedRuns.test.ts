import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { analyse, compileProgram, definitionOf, planProgram } from "../../compiler/compile.ts";
import { operations } from "../../runtime/arrays/create.ts";
import type { Engine } from "../../runtime/engine/engine.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { model, type Model, type ModelResult } from "../../runtime/model.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { mse } from "../../runtime/train/losses.ts";
import { gaussianMatrix, normals } from "./setting.ts";

function unrolled(name: string): ProgramDefinition {
  const path = `${name}.ipx`;
  const text = readFileSync(new URL(`../../programs/${path}`, import.meta.url), "utf8");
  const { file, checked } = analyse({ path, text }, () => null);
  const compiled = compileProgram(file, checked.programs[0]!);
  const plan =
    compiled.kind === "done" ? planProgram(compiled.value, "unrolled", { inputs: false }) : compiled;
  if (plan.kind === "refused") throw new Error(JSON.stringify(plan.diagnostic));
  return definitionOf(plan.value);
}

const [lista, fista, descent] = [unrolled("lista"), unrolled("fista"), unrolled("gradient_descent_tikhonov")];

/** An engine that counts replays. */
async function counting(): Promise<{ readonly engine: Engine; readonly replays: () => number }> {
  let replays = 0;
  const engine = await wasmEngine();
  const { recorder } = engine;
  if (recorder === null) throw new Error("the arena records");
  return {
    replays: () => replays,
    engine: {
      ...engine,
      recorder: {
        ...recorder,
        record: (body, after) => {
          const made = recorder.record(body, after);
          if (made === null) return null;
          const { replay } = made;
          const counted = () => {
            replays += 1;
            replay();
          };
          return Object.assign(made, { replay: counted });
        },
      },
    },
  };
}

// long runs are not recorded, and a computer that does something else makes any run long
let clock = 0;
beforeAll(() => {
  vi.spyOn(performance, "now").mockImplementation(() => (clock += 0.01));
});
afterAll(() => {
  vi.restoreAllMocks();
});

const A = gaussianMatrix(5, 8);
const steps = 7;
const bound = (of: ProgramDefinition, engine: Engine): Promise<Model> =>
  model(of, { A }, { engine: operations(engine), steps, seed: 3 });

/** Bytes of the arena that are taken. */
const taken = (engine: Engine): number => -(engine.rehearse?.(() => 0).room ?? 0);

const bits = ({ seconds, ...rest }: ModelResult) => {
  expect(seconds).toBeGreaterThan(0);
  return rest;
};

const batchOf = (seed: number, samples: number): HostArray => normals(seed, samples, 5);
const single = (seed: number): HostArray => realArray([5], normals(seed, 1, 5).data);

describe("runs that are replayed give the bits of runs that are asked for", () => {
  test.each([
    ["LISTA", lista],
    ["FISTA", fista],
    ["gradient descent", descent],
  ])("%s, on data of one shape and of others", async (_, definition) => {
    const { engine, replays } = await counting();
    const recorded = await bound(definition, engine);
    const walked = await bound(definition, { ...engine, recorder: null });
    const data = [
      ...[1, 2, 3, 4].map(single),
      ...[5, 6, 7].map((seed) => batchOf(seed, 3)),
      ...[single(8), batchOf(9, 3), batchOf(10, 1), batchOf(11, 1)],
    ];
    for (const y of data) expect(bits(await recorded.run({ y }))).toEqual(bits(await walked.run({ y })));
    expect(replays()).toBe(2 + 1 + 1);
  });

  test("many steps, of which a later run is recorded", async () => {
    const { engine, replays } = await counting();
    const recorded = await bound(lista, engine);
    const walked = await bound(lista, { ...engine, recorder: null });
    for (let run = 0; run < 20; run++) {
      const [y, options] = [batchOf(run, 2), { maximum: 33, beyond: "cycle" } as const];
      expect(bits(await recorded.run({ y }, options))).toEqual(bits(await walked.run({ y }, options)));
    }
    expect(replays()).toBe(20 - 16);
  });

  test("steps that are given with the run, and runs at the same time", async () => {
    const { engine, replays } = await counting();
    const recorded = await bound(lista, engine);
    const walked = await bound(lista, { ...engine, recorder: null });
    for (const maximum of [7, 7, 7, 4, 4, 4, 0, 0]) {
      const y = batchOf(maximum, 2);
      expect(bits(await recorded.run({ y }, { maximum }))).toEqual(
        bits(await walked.run({ y }, { maximum })),
      );
    }
    expect(replays()).toBe(2);
    const many = [1, 2, 3, 4].map(single);
    const together = await Promise.all(many.map((y) => recorded.run({ y })));
    for (const [index, y] of many.entries()) {
      expect(bits(together[index]!)).toEqual(bits(await walked.run({ y })));
    }
  });

  test("samples whose states stop being finite", async () => {
    const { engine } = await counting();
    const text =
      "program p { input y : R[5]\n state x : R[5] = y\n step { x <- 1e9*x }\n output x\n unroll(20) }";
    const { file, checked } = analyse({ path: "p.ipx", text }, () => null);
    const compiled = compileProgram(file, checked.programs[0]!);
    const plan = compiled.kind === "done" ? planProgram(compiled.value, "first") : compiled;
    if (plan.kind === "refused") throw new Error(JSON.stringify(plan.diagnostic));
    const definition = definitionOf(plan.value);
    const recorded = await model(definition, {}, { engine: operations(engine) });
    const walked = await model(definition, {}, { engine: operations({ ...engine, recorder: null }) });
    const tame = realArray([2, 5], new Float64Array(10));
    const wild = realArray([2, 5], Float64Array.of(0, 0, 0, 0, 0, 1, 2, 3, 4, 5));
    const reasons = [];
    for (const y of [tame, tame, wild, tame, wild]) {
      const found = await recorded.run({ y });
      expect(bits(found)).toEqual(bits(await walked.run({ y })));
      reasons.push(found.reason.join());
    }
    expect(reasons).toEqual(
      [0, 0, 1, 0, 1].map((at) => (at ? "fixed_steps,not_finite" : "fixed_steps,fixed_steps")),
    );
  });

  test("weights that training has replaced", async () => {
    const { engine } = await counting();
    const network = await bound(lista, engine);
    const y = batchOf(1, 2);
    for (let run = 0; run < 3; run++) await network.run({ y });
    await network.train({
      data: ({ step }) => ({ inputs: { y: batchOf(step, 4) }, target: normals(50 + step, 4, 8) }),
      loss: mse,
      optimiser: { name: "adam", rate: 0.01 },
      batch: 4,
      steps: 4,
    });
    const first = bits(await network.run({ y }));
    for (let run = 0; run < 3; run++) expect(bits(await network.run({ y }))).toEqual(first);
  });
});

describe("the room of records", () => {
  test("is the same after a thousand runs, and given back with the model", async () => {
    const engine = await wasmEngine();
    const before = { ...engine.memory(), taken: taken(engine) };
    const network = await bound(lista, engine);
    const shapes = [single(1), batchOf(2, 3), batchOf(3, 3), single(4), single(5)];
    const seen = new Set<string>();
    for (let run = 0; run < 1000; run++) {
      await network.run({ y: shapes[(run * 7) % shapes.length]! });
      if (run >= 100 && run % 10 === 0) seen.add(JSON.stringify([engine.memory(), taken(engine)]));
    }
    expect(seen.size).toBe(1);
    network.dispose();
    expect(engine.memory()).toEqual({ arrays: before.arrays, bytes: before.bytes });
  });

  test("is not taken where shapes change from run to run", async () => {
    const { engine, replays } = await counting();
    const network = await bound(lista, engine);
    const sizes = new Set<number>();
    for (let run = 0; run < 40; run++) {
      await network.run({ y: batchOf(run, 1 + (run % 2)) });
      if (run > 3) sizes.add(taken(engine));
    }
    expect(replays()).toBe(0);
    expect(sizes.size).toBe(1);
  });

  test("stays as it is where a run is interrupted", async () => {
    const { engine } = await counting();
    const network = await bound(lista, engine);
    const y = single(1);
    const first = bits(await network.run({ y }));
    await network.run({ y });
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(network.run({ y: single(2) }, { signal })).rejects.toThrow("enough");
    expect(bits(await network.run({ y }))).toEqual(first);
  });
});
