import * as tf from "@tensorflow/tfjs-core";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HostArray } from "ipc/runtime";
import { hostArray, stack } from "../../runtime/io/hostArray.ts";
import { sparse } from "../../runtime/data/sparse.ts";
import { nmseDb } from "../../runtime/measure/nmse.ts";
import { gaussianMatrix } from "../../runtime/operators/matrices/gaussian.ts";
import { stream } from "../../runtime/random/stream.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const README = readFileSync(join(ROOT, "README.md"), "utf8");
/** Beside the tests, so that the packages of the project are found from there. */
const folder = mkdtempSync(join(ROOT, "test", ".readme-"));
const [m, n] = [20, 40];
const A = gaussianMatrix(m, n, true, 1);

/** The example's text with what of `@tensorflow/tfjs`, which is no dependency, it needs: core, backend, gradients. */
function withCore(text: string): string {
  const more = ["@tensorflow/tfjs-backend-cpu", "@tensorflow/tfjs-core/dist/register_all_gradients.js"];
  const core = text.replace('"@tensorflow/tfjs"', '"@tensorflow/tfjs-core"');
  return core === text ? text : `${core}${more.map((name) => `import "${name}";\n`).join("")}`;
}

function blocks(language: string): readonly string[] {
  return [...README.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "gu"))].map(
    ([, text = ""]) => text,
  );
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(ROOT, "test/golden/programs/lista/unrolled.ts"), join(folder, "lista.unrolled.ts"));
  blocks("ts").forEach((text, index) => write(`example${index}.ts`, withCore(text)));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Sparse vectors and their measurements. */
function sparseCoding(count: number): { readonly x: HostArray; readonly y: HostArray } {
  const x = stack(Array.from({ length: count }, (_, i) => sparse(n, 0.1)(stream(1, "sample", i))));
  const y = Float64Array.from({ length: count * m }, (_, at) => {
    const [sample, row] = [Math.floor(at / m), at % m];
    let sum = 0;
    for (let j = 0; j < n; j += 1) sum += (A.data[row * n + j] ?? 0) * (x.data[sample * n + j] ?? 0);
    return sum;
  });
  return { x, y: hostArray("real", [count, m], y) };
}

test("the library's example reconstructs", async () => {
  const { reconstruct } = (await import(join(folder, "example0.ts"))) as {
    reconstruct: (A: HostArray, y: HostArray, truth: HostArray) => Promise<HostArray>;
  };
  const { x, y } = sparseCoding(64);
  expect(nmseDb(await reconstruct(A, y, x), x)).toBeLessThan(-6);
});

test("the example inside a model of one's own learns what lies before the network", async () => {
  const { learnGain } = (await import(join(folder, "example1.ts"))) as {
    learnGain: (
      A: HostArray,
      y: tf.Tensor2D,
      truth: tf.Tensor2D,
      steps: number,
    ) => Promise<{ readonly gain: number; readonly losses: readonly number[] }>;
  };
  const { x, y } = sparseCoding(8);
  await tf.setBackend("cpu");
  const small = tf.mul(tf.tensor2d([...y.data], [8, m]), 0.5) as tf.Tensor2D;
  const { gain, losses } = await learnGain(A, small, tf.tensor2d([...x.data], [8, n]), 12);
  expect(gain).toBeGreaterThan(1.5);
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.8);
});

/** What tsc says, with the settings of README: `file:line` of each fault. */
function faults(files: readonly string[]): readonly string[] {
  const [settings = ""] = blocks("json");
  const { compilerOptions } = JSON.parse(settings) as { readonly compilerOptions: object };
  const { options, errors } = ts.convertCompilerOptionsFromJson(
    { ...compilerOptions, types: ["node"], paths: { "ipc/runtime": [join(ROOT, "runtime/index.ts")] } },
    folder,
  );
  expect(errors).toEqual([]);
  const program = ts.createProgram(files, options);
  const own = ts.getPreEmitDiagnostics(program).filter(({ file }) => files.includes(file?.fileName ?? ""));
  return own.map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
    return `${file?.fileName.split("/").at(-1) ?? ""}:${line} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

test("the examples pass tsc --strict, and a wrong or missing name does not", () => {
  const right = write(
    "right.ts",
    `import { engine, finiteData, model, norm2sq, operations, type HostArray } from "ipc/runtime";
import { lista, type Givens, type Inputs } from "./lista.unrolled.ts";
export async function right(A: HostArray, y: HostArray): Promise<HostArray> {
  const givens: Givens = { A };
  const inputs: Inputs = { y };
  const shared = await model(lista, givens, { engine: operations(await engine({ name: "reference" })) });
  await model(lista, { A, lambda: 0.1 }, { engine: "reference" });
  await shared.train({ data: finiteData({ inputs: { y }, target: y }), loss: norm2sq, optimiser: { name: "adam" }, batch: 1, steps: 1 });
  return (await shared.run(inputs)).output;
}
`,
  );
  const wrong = write(
    "wrong.ts",
    `import { finiteData, model, norm2sq, type HostArray } from "ipc/runtime";
import { lista } from "./lista.unrolled.ts";
export async function wrong(A: HostArray, y: HostArray): Promise<void> {
  await model(lista, { B: A, lambda: 0.1 });
  await model(lista, { A, lamda: 0.1 });
  await model(lista);
  await model(lista, { A: 3 });
  const network = await model(lista, { A });
  await network.run({ z: y });
  await network.run({});
  await network.train({ data: finiteData({ inputs: { z: y }, target: y }), loss: norm2sq, optimiser: { name: "adam" }, batch: 1, steps: 1 });
}
`,
  );
  const examples = blocks("ts").map((_, index) => join(folder, `example${index}.ts`));
  const found = faults([...examples, right, wrong]);
  expect(found.filter((fault) => !fault.startsWith("wrong.ts"))).toEqual([]);
  const lines = found.map((fault) => Number(/:(\d+)/u.exec(fault)?.[1]));
  expect([...new Set(lines)].sort((a, b) => a - b)).toEqual([4, 5, 6, 7, 9, 10, 11]);
});
