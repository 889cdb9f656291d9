import { expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { valueAndGradient } from "../../runtime/adjoint/gradient.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { hostArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { model } from "../../runtime/model.ts";
import { bind } from "../../runtime/program/bind.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { perform } from "../../runtime/solve/task.ts";
import { compiledText, definitionFor } from "./lab/compiled.ts";

const SAMPLES = 3;

interface Case {
  readonly name: string;
  readonly input: string;
  readonly shape: readonly number[];
  readonly field?: "complex";
  readonly low: number;
  readonly operator: string;
  readonly domain: string;
  readonly codomain: string;
  readonly data: readonly number[];
}

const IMAGE = { domain: "R[h, w]", codomain: "R[h, w]", data: [5, 6] } as const;

/** Operators of what comes with the sample; a matrix of its own is the operator itself. */
const CASES: readonly Case[] = [
  { name: "a mask", input: "P : R[h, w] in [0, inf)", shape: [5, 6], low: 0, operator: "mask(P)", ...IMAGE },
  { name: "a kernel", input: "P : R[3, 3]", shape: [3, 3], low: -1, operator: "blur(P)", ...IMAGE },
  {
    name: "a kernel on mirrored images",
    input: "P : R[3, 3]",
    shape: [3, 3],
    low: -1,
    operator: "blur(P, boundary = neumann)",
    ...IMAGE,
  },
  {
    name: "coils, and what they see",
    input: "P : C[h, w, 2]",
    shape: [5, 6, 2],
    field: "complex",
    low: -1,
    operator: "fourier*coils(P)",
    domain: "C[h, w]",
    codomain: "C[h, w, 2]",
    data: [5, 6, 2],
  },
  {
    name: "angles",
    input: "P : R[v]",
    shape: [4],
    low: 0,
    operator: "radon(P, detectors = 7)",
    domain: "R[h, w]",
    codomain: "R[v, 7]",
    data: [4, 7],
  },
  {
    name: "a matrix",
    input: "P : linear R[h, w] -> R[v]",
    shape: [4, 30],
    low: -1,
    operator: "P",
    domain: "R[h, w]",
    codomain: "R[v]",
    data: [4],
  },
];

const text = ({ input, operator, domain, codomain }: Case): string => `
program each[h, w, v = 4] {
  input ${input}
  input y : ${codomain}
  let A : linear ${domain} -> ${codomain} = ${operator}
  fun f(x : ${domain}) = 1/2*norm2sq(A*x - y)
  learn s : R in (0, 2) = 1
  let t = s/lip(grad f)
  state x : ${domain} = 0
  step { x <- x - t*grad f(x) }
  output x
  converge(max = 4)
  unroll(4)
}
`;

function values(shape: readonly number[], complex: boolean, low: number, sample: number): number[] {
  const count = shape.reduce((product, extent) => product * extent, complex ? 2 : 1);
  const wave = (i: number): number => (1 + sample) * Math.sin(1 + 2 * i + 5 * sample);
  return Array.from({ length: count }, (_, i) => (low === 0 ? Math.abs(wave(i)) : wave(i)));
}

function batchOf(given: Case, samples: readonly number[]): Record<string, HostArray> {
  const array = (shape: readonly number[], complex: boolean, low: number, shift: number): HostArray =>
    hostArray(
      complex ? "complex" : "real",
      [samples.length, ...shape],
      Float64Array.from(samples.flatMap((sample) => values(shape, complex, low, sample + shift))),
    );
  const complex = given.field === "complex";
  return { P: array(given.shape, complex, given.low, 0), y: array(given.data, complex, -1, 0.3) };
}

const sizes = { h: 5, w: 6, v: 4 };
const all = Array.from({ length: SAMPLES }, (_, sample) => sample);

test.each(CASES)(
  "$name: a batch equals its samples, with their step sizes, forwards and backwards",
  async (given) => {
    const compiled = compiledText("each", text(given));
    for (const engine of [referenceEngine(), await wasmEngine()]) {
      const digits = engine.name === "reference" ? 9 : 4;
      const program = await model(
        definitionFor(compiled, "solver"),
        {},
        { engine: operations(engine), sizes },
      );
      const together = (await program.run(batchOf(given, all))).output.data;
      const length = together.length / SAMPLES;
      for (const sample of all) {
        const alone = (await program.run(batchOf(given, [sample]))).output.data;
        alone.forEach((each, i) => expect(together[sample * length + i]).toBeCloseTo(each, digits));
      }
    }
    const using = operations(referenceEngine());
    const unrolled = await bind(definitionFor(compiled, "unrolled"), using, { givens: {}, sizes });
    const slope = async (samples: readonly number[]): Promise<number> => {
      const inputs = await perform(using, bindInputs(unrolled, batchOf(given, samples)));
      const found = await valueAndGradient(unrolled, inputs, (ops, value) => ({
        value: ops.dot(value, value),
        cotangent: ops.map("2*v", { v: value }),
      }));
      const s = found.parameters.get("s")?.[0];
      if (s?.kind !== "array") throw new Error("no gradient");
      return using.engine.readNow(s.handle)?.[0] ?? NaN;
    };
    const slopes = await Promise.all(all.map((sample) => slope([sample])));
    expect(await slope(all)).toBeCloseTo(slopes.reduce((sum, each) => sum + each, 0) / SAMPLES, 8);
  },
);

const equilibrium = (given: Case): string => `
program each[h, w, v = 4] {
  input ${given.input}
  input y : ${given.codomain}
  let A : linear ${given.domain} -> ${given.codomain} = ${given.operator}
  learn mu : R in (0, inf) = 0.8
  fun f(x : ${given.domain}) = 1/2*norm2sq(A*x - y) + mu/2*norm2sq(x)
  state x : ${given.domain} = 0
  step { x <- x - 1/lip(grad f)*grad f(x) }
  output x
  equilibrium(solver = anderson(memory = 5), tol = 1e-11, max = 3000, backward = gmres(tol = 1e-11, max = 400))
  unroll(500)
}
`;

test.each(CASES)(
  "$name: the implicit gradient of an equilibrium is that of many steps, of a batch and alone",
  async (given) => {
    const compiled = compiledText("each", equilibrium(given));
    const using = operations(referenceEngine());
    const scaled = (samples: readonly number[]): Record<string, HostArray> => {
      const { P, y } = batchOf(given, samples);
      if (P === undefined || y === undefined) throw new Error("no data");
      return { P: { ...P, data: P.data.map((entry) => 0.3 * entry) }, y };
    };
    const slope = async (target: "equilibrium" | "unrolled", samples: readonly number[]): Promise<number> => {
      const bound = await bind(definitionFor(compiled, target), using, { givens: {}, sizes });
      const inputs = await perform(using, bindInputs(bound, scaled(samples)));
      const found = await valueAndGradient(bound, inputs, (ops, value) => ({
        value: ops.dot(value, value),
        cotangent: ops.map("2*v", { v: value }),
      }));
      const mu = found.parameters.get("mu")?.[0];
      if (mu?.kind !== "array") throw new Error("no gradient");
      return using.engine.readNow(mu.handle)?.[0] ?? NaN;
    };
    const alone = await Promise.all(all.map((sample) => slope("equilibrium", [sample])));
    const mean = alone.reduce((sum, each) => sum + each, 0) / SAMPLES;
    expect(Math.abs(mean)).toBeGreaterThan(1e-3);
    expect((await slope("equilibrium", all)) / mean).toBeCloseTo(1, 7);
    expect((await slope("unrolled", all)) / mean).toBeCloseTo(1, 5);
  },
);
