import { describe, expect, test } from "vitest";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { valueAndGradient } from "../../runtime/adjoint/gradient.ts";
import type { Engine } from "../../runtime/engine/engine.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { bind } from "../../runtime/program/bind.ts";
import { drawnArrays, type Drawing } from "../../runtime/program/draws.ts";
import type { DrawDeclaration, ProgramDefinition } from "../../runtime/program/definition.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { run } from "../../runtime/solve/run.ts";
import { perform } from "../../runtime/solve/task.ts";
import { loadModule } from "../emit/load.ts";
import { compiledText, definitionFor, planOf } from "./lab/compiled.ts";
import { byDefinition } from "./lab/interpreter.ts";
import { apart, numbersOf } from "./lab/steps.ts";

const [M, N] = [5, 4];

/** Every distribution, as a member, in the step, in a branch, and in loops that are written out and that are not. */
const TEXT = `
program walk[space X in R, m, b = 2] {
  given A : linear X -> R[m]
  given w : R[m] in (0, inf)
  input y : R[m]
  learn t : R in (0, inf) = 0.1

  draw shift : X from normal
  draw sign : R from rademacher

  state x : X = 0
  state n : R = 0
  step k {
    draw i from index(m)
    draw j from index(m, weights = w)
    draw J from batch(m, size = b)
    draw e : X from uniform(-1, 2*t)
    var v = x - t*A[i]'*(A[i]*x - y[i]) - t*A[J]'*(A[J]*x - y[J]) + t*w[j]*shift
    repeat 2 {
      draw f : X from normal
      v <- v + 0.1*t*f
    }
    if n < 1 {
      draw g : X from rademacher
      v <- v + 0.01*t*g
    }
    var c = 0
    while c < 2 max 3 {
      draw d : R[3] from normal
      repeat 201 {
        draw q from uniform(0, 1)
        v <- v + 1e-4*t*q*shift
      }
      v <- v + 0.1*t*d[1]*shift
      c <- c + 1
    }
    x <- v + 0.1*t*e
    n <- n + sign*0.2
  }
  output x
  unroll(4)
  converge(max = 4)
}
`;

const compiled = compiledText("walk", TEXT);
const matrix = realArray(
  [M, N],
  Float64Array.from({ length: M * N }, (_, i) => Math.fround(Math.cos(1 + 3 * i))),
);
const weights = realArray([M], Float64Array.of(0.1, 0.5, 1, 2, 0.25));

interface Setting {
  readonly samples?: readonly number[];
  readonly seed?: number;
  readonly t?: number;
}

async function prepared(using: Operations, definition: ProgramDefinition, of: Setting = {}) {
  const { samples = [0, 1, 2], seed = 3, t = 0.1 } = of;
  const started = definition.parameters.map((each) => ({
    ...each,
    initial: { kind: "value", evaluate: (ops: Operations) => ops.number(t) } as const,
  }));
  const program = await bind({ ...definition, parameters: started }, using, {
    givens: { A: matrix, w: weights },
    seed,
  });
  const data = samples.flatMap((sample) => Array.from({ length: M }, (_, i) => Math.sin(sample + i)));
  const y = realArray([samples.length, M], Float32Array.from(data));
  return { program, inputs: await perform(using, bindInputs(program, { y }, true, samples[0])) };
}

async function output(using: Operations, definition: ProgramDefinition, of: Setting = {}) {
  const { program, inputs } = await prepared(using, definition, of);
  const result = await run(program, inputs);
  return numbersOf(using, result.output, inputs.samples);
}

describe("draws", () => {
  const using = operations(referenceEngine());
  const solver = definitionFor(compiled, "solver");

  test("a batch draws what its samples draw, and a seed decides", async () => {
    const together = await output(using, solver);
    for (const sample of [0, 1, 2]) {
      const alone = await output(using, solver, { samples: [sample] });
      expect(apart(together.slice(sample * N, (sample + 1) * N), alone)).toBeLessThan(1e-13);
    }
    expect(await output(using, solver)).toEqual(together);
    expect(apart(await output(using, solver, { seed: 4 }), together)).toBeGreaterThan(0.01);
  });

  test("unrolled steps draw what solver steps draw", async () => {
    const unrolled = await output(using, definitionFor(compiled, "unrolled"));
    expect(apart(unrolled, await output(using, solver))).toBeLessThan(1e-13);
  });

  test("the interpreter, the emitted module and another engine draw the same", async () => {
    const expected = await output(using, solver);
    const { program, inputs } = await prepared(using, solver);
    const found = byDefinition(compiled.optimised, { program, inputs }, 4);
    expect(apart(found.get("output") ?? [], expected)).toBeLessThan(1e-12);
    const settings = { runtimeSpecifier: "ipc/runtime", sourceName: "walk.ipx" };
    const module = loadModule(await emitModule(planOf(compiled, "solver"), settings), "walk");
    expect(await output(using, module)).toEqual(expected);
    const single = await output(operations(await wasmEngine()), solver);
    expect(apart(single, expected)).toBeLessThan(1e-5);
  });

  test("steps that are repeated from a record draw anew", async () => {
    const engine = await wasmEngine();
    const text = TEXT.replace(/ {4}while[^]*?\n {4}\}\n/u, "").replace("var c = 0", "");
    const long = definitionFor(compiledText("straight", text), "solver", { maximum: 40 });
    const unrecorded: Engine = { ...engine, recorder: null };
    const recorded = await output(operations(engine), long);
    expect(recorded).toEqual(await output(operations(unrecorded), long));
  });

  test("gradients take what is drawn as constant", async () => {
    const definition = definitionFor(compiled, "unrolled");
    const loss = async (t: number): Promise<number> => {
      const numbers = await output(using, definition, { t });
      return numbers.reduce((sum, each) => sum + each * each, 0) / 3;
    };
    const { program, inputs } = await prepared(using, definition);
    const found = await valueAndGradient(program, inputs, (ops, value) => ({
      value: ops.dot(value, value),
      cotangent: ops.map("2*v", { v: value }),
    }));
    const t = found.parameters.get("t")?.[0];
    if (t?.kind !== "array") throw new Error("no gradient");
    const [slope = Number.NaN] = using.engine.readNow(t.handle) ?? [];
    const step = 1e-6;
    const expected = ((await loss(0.1 + step)) - (await loss(0.1 - step))) / (2 * step);
    expect(Math.abs(slope / expected - 1)).toBeLessThan(1e-5);
  });
});

describe("distributions", () => {
  const count = 40_000;
  const drawn = (of: DrawDeclaration["of"], field: "real" | "complex" = "real"): readonly number[] => {
    const drawing: Drawing = {
      seed: 7,
      first: 0,
      samples: 1,
      batch: null,
      dimensions: { sizes: new Map([["n", count]]), spaces: new Map() },
    };
    const type = { kind: "array", field, dimensions: ["n"] } as const;
    const declaration = { name: "e", type, when: "step", statement: 0, rounds: [], of } as const;
    return drawnArrays(drawing, declaration, 5).flatMap(({ data }) => [...data]);
  };
  const mean = (numbers: readonly number[]): number =>
    numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const square = (numbers: readonly number[]): number => mean(numbers.map((x) => x * x));

  test("have their means and variances", () => {
    const normal = drawn({ kind: "normal" });
    expect(Math.abs(mean(normal))).toBeLessThan(0.02);
    expect(square(normal)).toBeCloseTo(1, 1);
    expect(2 * square(drawn({ kind: "normal" }, "complex"))).toBeCloseTo(1, 1);
    const uniform = drawn({ kind: "uniform" });
    expect(mean(uniform)).toBeCloseTo(0.5, 2);
    expect(Math.max(...uniform.slice(0, 9999))).toBeLessThan(1);
    const signs = drawn({ kind: "rademacher" });
    expect(Math.abs(mean(signs))).toBeLessThan(0.02);
    expect(square(signs)).toBe(1);
    const index = drawn({ kind: "index", below: "7" });
    expect(new Set(index)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    expect(mean(index)).toBeCloseTo(3, 1);
  });

  test("a batch has different indices, and every index as often", () => {
    const drawing = (first: number): Drawing => ({
      seed: 7,
      first,
      samples: 3000,
      batch: 3000,
      dimensions: { sizes: new Map(), spaces: new Map() },
    });
    const type = { kind: "array", field: "real", dimensions: ["3"] } as const;
    const of = { kind: "batch", below: "6" } as const;
    const declaration = { name: "J", type, when: "step", statement: 0, rounds: [], of } as const;
    const [array] = drawnArrays(drawing(0), declaration, 2);
    const data = array?.data ?? new Float32Array();
    const counts = new Array<number>(6).fill(0);
    for (let sample = 0; sample < 3000; sample++) {
      const set = new Set(data.subarray(3 * sample, 3 * sample + 3));
      expect(set.size).toBe(3);
      set.forEach((i) => (counts[i] = (counts[i] ?? 0) + 1));
    }
    counts.forEach((each) => expect(Math.abs(each / 1500 - 1)).toBeLessThan(0.1));
    expect(() => drawnArrays(drawing(0), { ...declaration, of: { kind: "batch", below: "2" } }, 0)).toThrow(
      /3 different indices of 2/u,
    );
  });
});
