import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { EngineError } from "../../runtime/engine/engine.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { bind } from "../../runtime/program/bind.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { run } from "../../runtime/solve/run.ts";
import { perform } from "../../runtime/solve/task.ts";
import { loadModule } from "../emit/load.ts";
import { compiledText, definitionFor } from "../laws/lab/compiled.ts";
import { file, filled, fine, ipc, npy, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const image = filled([9, 8], (index) => Math.sin(index));
const y = npy(folder, "image.npy", image);

/** Programs whose operators are refused once their sizes and arrays are known, and the text that is refused. */
const MISUSES = [
  {
    code: "IPX8203",
    operator: "wavelet(db4, levels = 2)",
    program: "program p[h, w] {\n  input y : R[h, w]\n  output norm1(wavelet(db4, levels = 2)*y)*y\n}\n",
    bindings: [],
  },
  {
    code: "IPX8202",
    operator: "pinv(G, rank = 10)",
    program:
      "program p[h, w] {\n  input y : R[h, w]\n  let G = gaussian(w, w)\n  output pinv(G, rank = 10)*(G*y[0])\n}\n",
    bindings: [],
  },
  {
    code: "IPX8203",
    operator: "blur(k, boundary = neumann)",
    program:
      "fun smooth[h, w, a, b](u : R[h, w], k : R[a, b]) = blur(k, boundary = neumann)*u\n" +
      "program p[h, w, a, b] {\n  given k : R[a, b]\n  input y : R[h, w]\n  output y + smooth(y, k)\n}\n",
    bindings: ["k=gaussian_kernel(31, sigma = 2)"],
  },
  {
    code: "IPX8208",
    operator: "min_coherence(G*diag(0*y[0]))",
    program:
      "program p[h, w] {\n  input y : R[h, w]\n  let G = gaussian(3, w)\n" +
      "  let W = min_coherence(G*diag(0*y[0]))\n  output W'*(G*y[0])\n}\n",
    bindings: [],
  },
] as const;

/** The line and the column, from 1, at which a part of a text begins. */
function positionOf(text: string, part: string): { readonly line: number; readonly column: number } {
  const before = text.slice(0, text.indexOf(part)).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

test.each(MISUSES)(
  "$operator is refused where the program has it",
  async ({ operator, program, bindings, code }) => {
    const path = file(folder, `${code}.ipx`, program);
    const position = positionOf(program, operator);
    const argv = ["run", path, "--input", `y=${y}`, ...bindings.flatMap((each) => ["--bind", each])];
    const { talk } = await refused(1, new RegExp(`^error\\[${code}\\]`, "mu"), ...argv);
    expect(talk).toContain(`--> ${path}:${position.line}:${position.column}\n`);
    expect(talk).toContain(`${" ".repeat(position.column)}${"^".repeat(operator.length)} here`);
    const said = JSON.parse((await ipc(...argv, "--json")).out) as {
      readonly diagnostics: readonly object[];
    };
    expect(said.diagnostics).toMatchObject([
      { code, file: path, ...position, endLine: position.line, endColumn: position.column + operator.length },
    ]);
  },
);

test("the errors of an emitted module name file, line and column", async () => {
  const { program, operator } = MISUSES[0];
  const path = file(folder, "emitted.ipx", program);
  await fine("compile", path, "--out", folder);
  const definition = loadModule(readFileSync(join(folder, "p.direct.ts"), "utf8"), "p");
  const using = operations(referenceEngine());
  const bound = await bind(definition, using);
  const { line, column } = positionOf(program, operator);
  await expect(perform(using, bindInputs(bound, { y: image }, false))).rejects.toThrow(
    `${relative(".", path)}:${line}:${column}: \`wavelet\` cannot have the domain R[9, 8].`,
  );
});

test("what an engine cannot do stands where the program asks for it", async () => {
  const text = "program p[n] {\n  input y : R[n]\n  output 2*exp(y)\n}\n";
  const engine = referenceEngine();
  const refuse = (): never => {
    throw new EngineError("tiny", "elementwise", [[4]], "out of memory");
  };
  const using = operations({ ...engine, elementwise: refuse, elementwiseAll: refuse });
  const program = await bind(definitionFor(compiledText("p", text), "direct"), using);
  const batch = await perform(using, bindInputs(program, { y: filled([4], () => 1) }, false));
  const start = text.indexOf("2*exp(y)");
  await expect(run(program, batch)).rejects.toMatchObject({
    operation: "elementwise",
    place: { file: "p.ipx", start, end: start + "2*exp(y)".length },
  });
});

test("what is not bound is said where the program declares it", async () => {
  const program = file(folder, "unbound.ipx", "program p {\n  given a : R\n  input b : R\n  output a*b\n}\n");
  const output = ["--output", `output=${join(folder, "unbound.npy")}`];
  await refused(1, /IPX8003[^]*`a` : R[^]*unbound\.ipx:2:9/u, "run", program, ...output);
  await refused(1, /IPX8003[^]*`b` : R[^]*unbound\.ipx:3:9/u, "run", program, "--bind", "a=2", ...output);
});
