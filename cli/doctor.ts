import { arch, cpus, platform } from "node:os";
import { valueAndGradient } from "../runtime/adjoint/gradient.ts";
import { operations as operationsOf } from "../runtime/arrays/create.ts";
import type { Operations } from "../runtime/arrays/operations.ts";
import { EngineError } from "../runtime/engine/engine.ts";
import { elementwiseReport } from "../runtime/engine/node/elementwiseReport.ts";
import { nodeHost } from "../runtime/engine/node/webgpu.ts";
import { referenceEngine } from "../runtime/engine/reference.ts";
import { adapterOf } from "../runtime/engine/webgpu/device.ts";
import { realArray } from "../runtime/io/hostArray.ts";
import { adjointTest } from "../runtime/operators/adjointTest.ts";
import { bind } from "../runtime/program/bind.ts";
import { type BoundProgram, withParameters } from "../runtime/program/bound.ts";
import { bindInputs } from "../runtime/program/inputs.ts";
import { upload, download } from "../runtime/program/transfer.ts";
import { stream } from "../runtime/random/stream.ts";
import { perform } from "../runtime/solve/task.ts";
import { norm2sq } from "../runtime/train/losses.ts";
import { parseExpression } from "./binding/assignment.ts";
import { evaluate } from "./binding/evaluate.ts";
import { loadProgram } from "./compiler.ts";
import type { Context } from "./context.ts";
import { openEngine } from "./engine.ts";
import { packageFile } from "./packageFiles.ts";
import { EXIT, writeJson } from "./terminal.ts";
import { version } from "./version.ts";

/** What `doctor` is asked for. */
export interface DoctorRequest {
  readonly engine?: string;
  readonly json?: true;
}

/** A self-check: what was tested, and how far it was from right. */
interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly discrepancy: number;
}

/** Says versions and engine, and tests operators and gradients; gives the exit code. */
export async function doctor(context: Context, request: DoctorRequest): Promise<number> {
  const { terminal } = context;
  const operations = await openEngine(request.engine);
  const checks = [...adjointChecks(context, operations), await gradientCheck(context)];
  const passed = checks.every((check) => check.passed);
  const facts = {
    ipc: version(),
    node: process.version,
    platform: `${platform()} ${arch()}`,
    cores: cpus().length,
    engine: operations.engine.name,
    bits: operations.engine.significand,
    native: await elementwiseReport(),
    webgpu: await graphicsProcessor(),
  };
  if (request.json === true) writeJson(terminal, { ...facts, checks });
  else {
    for (const [name, value] of Object.entries(facts)) terminal.out(`${name.padEnd(9)} ${value}\n`);
    for (const { name, passed: fine, discrepancy } of checks) {
      terminal.out(`${fine ? "ok    " : "FAILED"}    ${name} (${discrepancy.toExponential(1)})\n`);
    }
  }
  return passed ? EXIT.fine : EXIT.fault;
}

/** The graphics processor that the engine `webgpu` would compute on, or why there is none. */
async function graphicsProcessor(): Promise<string> {
  try {
    const { description, vendor, device } = (await adapterOf(await nodeHost())).info;
    return description === "" ? `${vendor} ${device}` : description;
  } catch (error) {
    if (error instanceof EngineError) return `none: ${error.reason}`;
    throw error;
  }
}

/** Operators of each sort, with a domain. */
const OPERATORS: readonly (readonly [text: string, field: "real" | "complex", shape: readonly number[]])[] = [
  ["gaussian(20, 30, seed = 1)", "real", [30]],
  ["mask(rate = 0.5, seed = 1)*wavelet(sym4, levels = 2)'", "real", [16, 16]],
  ["gradient", "real", [12, 9]],
  ["blur(gaussian_kernel(5, sigma = 1))", "real", [16, 12]],
  ["mask(rate = 0.4, seed = 2)*fourier", "complex", [8, 6]],
  ["downsample(2)", "real", [8, 8]],
];

function adjointChecks({ sources }: Context, operations: Operations): readonly Check[] {
  return OPERATORS.map(([text, field, shape]) => {
    const expression = parseExpression(sources, text, text);
    const thing = evaluate({ operations, names: new Map(), files: new Map() }, expression);
    if (thing.kind !== "operator") throw new Error(`${text} is no operator`);
    const operator = thing.draft.realise(operations, {
      domain: { kind: "array", field, shape },
      codomain: null,
    });
    const { passed, discrepancy } = adjointTest(operations, operator, 1);
    return { name: `adjoint of ${text}`, passed, discrepancy };
  });
}

const STEP = 1e-6;
const TOLERANCE = 1e-6;

/** The gradient of a small LISTA by its compiled reverse against central differences, in double precision. */
async function gradientCheck(context: Context): Promise<Check> {
  const operations = operationsOf(referenceEngine());
  const definition = await loadProgram(context, packageFile("programs", "lista.ipx"), { target: "unrolled" });
  const random = stream(1, "doctor");
  const normals = (...shape: readonly number[]) =>
    realArray(
      shape,
      Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    );
  const [m, n, samples] = [4, 6, 3];
  const program = await bind(definition, operations, { givens: { A: normals(m, n), lambda: 0.1 }, steps: 3 });
  const inputs = await perform(operations, bindInputs(program, { y: normals(samples, m) }, true));
  const target = upload(operations, normals(samples, n), true);
  const loss = async (bound: BoundProgram) =>
    valueAndGradient(bound, inputs, (of, output) => norm2sq(of, output, target));
  const gradient = (await loss(program)).parameters.get("W1")?.[0];
  if (gradient?.kind !== "array") throw new Error("a gradient is missing");
  const direction = upload(operations, normals(n, m), false);
  const slope = operations.dot(gradient, direction);
  const [predicted = Number.NaN] = (await download(operations, slope)).data;
  const moved = async (by: number): Promise<number> => {
    const [first, ...rest] = program.parameters.get("W1") ?? [];
    if (first === undefined) throw new Error("a parameter is missing");
    const W = operations.map("w + t*d", { w: first, t: operations.number(by), d: direction });
    return (await loss(withParameters(program, new Map([...program.parameters, ["W1", [W, ...rest]]]))))
      .value;
  };
  const measured = ((await moved(STEP)) - (await moved(-STEP))) / (2 * STEP);
  const discrepancy = Math.abs(measured - predicted) / Math.max(Math.abs(measured), Math.abs(predicted));
  return { name: "gradient of an unrolled program", passed: discrepancy < TOLERANCE, discrepancy };
}
