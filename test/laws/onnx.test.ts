import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { analyse, compileProgram, definitionOf, planProgram } from "../../compiler/compile.ts";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { valueAndGradient } from "../../runtime/adjoint/gradient.ts";
import { operations } from "../../runtime/arrays/create.ts";
import type { Value } from "../../runtime/arrays/value.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { realArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { loadModule } from "../emit/load.ts";
import { fixtureJson } from "../io/fixture.ts";
import type { Problem } from "./lab/problems.ts";
import { apart, numbersOf, ready, type Ready } from "./lab/steps.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A network by PyTorch: the gradients are those of <cotangent, output>/samples. */
interface NetworkFixture {
  readonly input: Numbers;
  readonly output: Numbers;
  readonly cotangent: Numbers;
  readonly inputGradient: Numbers;
  readonly weightGradients: Readonly<Record<string, Numbers>>;
}

const FIXTURES = fixtureJson<Readonly<Record<string, NetworkFixture>>>("onnx.json");
const FOLDER = new URL("../fixtures/onnx/", import.meta.url);

const fileOf = (path: string): Uint8Array => readFileSync(new URL(path, FOLDER));
const hostOf = ({ shape, data }: Numbers): HostArray => realArray(shape, Float64Array.from(data));
const typeOf = (shape: readonly (number | string)[]): string => `R[${shape.join(", ")}]`;

/** A program that is the network of a file; `type` is how the net is declared. */
function programOf(file: string, input: readonly number[], output: readonly number[], type: string): string {
  return `net f${type} = file "${file}"

program whole {
  input u : ${typeOf(input)}
  learn N : net ${typeOf(input)} -> ${typeOf(output)} = f
  output N(u)
}
`;
}

function planOfText(text: string, bytes: (path: string) => Uint8Array | null): Plan {
  const { file, checked, diagnostics } = analyse({ path: "whole.ipx", text }, () => null, bytes);
  const [program] = checked.programs;
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (program === undefined || errors.length > 0) {
    throw new Error(
      errors.map(({ code, message, labels }) => `${code} ${message} ${JSON.stringify(labels)}`).join("\n"),
    );
  }
  const compiled = compileProgram(file, program);
  if (compiled.kind === "refused") throw new Error(compiled.diagnostic.message);
  const plan = planProgram(compiled.value, "first");
  if (plan.kind === "refused") throw new Error(plan.diagnostic.message);
  return plan.value;
}

function problemOf(name: string, { input }: NetworkFixture): Problem {
  return {
    name,
    program: "",
    edits: [],
    sizes: {},
    givens: () => ({}),
    inputs: () => ({ u: hostOf(input) }),
  };
}

/** The largest difference to a fixture's value and gradients. */
async function distanceTo(fixture: NetworkFixture, of: Ready): Promise<number> {
  const { program, inputs } = of;
  const { data, shape } = fixture.cotangent;
  const distances: number[] = [];
  const gradient = await valueAndGradient(program, inputs, (ops, output) => {
    if (output.kind === "array") {
      distances.push(apart([...(ops.engine.readNow(output.handle) ?? [])], fixture.output.data));
    }
    const cotangent = {
      kind: "array",
      field: "real",
      shape: shape.slice(1),
      batch: inputs.samples,
      handle: ops.engine.upload(Float64Array.from(data), shape),
    } as const;
    return { value: ops.dot(output, cotangent), cotangent };
  });
  const byInput = await numbersOf(program.operations, gradient.inputs["u"] as Value, inputs.samples);
  distances.push(apart(byInput, fixture.inputGradient.data));
  for (const [path, expected] of Object.entries(fixture.weightGradients)) {
    const [found] = gradient.parameters.get(`N.${path}`) ?? [];
    distances.push(apart(await numbersOf(program.operations, found as Value, 1), expected.data));
  }
  return distances.length < 2 ? Infinity : Math.max(...distances);
}

/** How each network is declared: for all sizes where it has them. */
const TYPES: Readonly<Record<string, string>> = {
  dncnn: "[h, w](u : R[h, w, 1]) -> R[h, w, 1]",
  unet: "[h, w](u : R[2*h, 2*w, 2]) -> R[2*h, 2*w, 2]",
  residual: "[h, w](u : R[h, w, 3]) -> R[h, w, 3]",
  strided: "(u : R[8, 12, 2]) -> R[8, 12, 2]",
  attention: "(u : R[6, 8, 1]) -> R[12, 16, 1]",
  bilinear: "[h, w](u : R[2*h, 2*w, 1]) -> R[2*h, 2*w, 1]",
  normalised: "[h, w](u : R[h, w, 2]) -> R[h, w, 2]",
  shapes: "(u : R[4, 6, 1]) -> R[2, 3, 10]",
  head: "(u : R[4, 4, 1]) -> R[2]",
  tokens: "(u : R[3, 4, 2]) -> R[3, 4, 2]",
  pixels: "(u : R[4, 6, 2]) -> R[2, 3, 2]",
  stacked: "(u : R[2, 3, 4]) -> R[12, 18, 1]",
};

test.each(Object.entries(TYPES))(
  "%s: a network of a file is PyTorch's, and so are its gradients",
  async (name, type) => {
    const fixture = FIXTURES[name];
    if (fixture === undefined) throw new Error(`no fixture ${name}`);
    const [input, output] = [fixture.input.shape.slice(1), fixture.output.shape.slice(1)];
    const plan = planOfText(programOf(`./${name}.onnx`, input, output, type), fileOf);
    for (const engine of [referenceEngine(), await wasmEngine()]) {
      const definition = definitionOf(plan);
      const made = await ready(problemOf(name, fixture), definition, operations(engine), 0);
      expect(await distanceTo(fixture, made)).toBeLessThan(1e-5);
    }
  },
);

test("the module that is emitted brings the weights", async () => {
  const fixture = FIXTURES["residual"];
  if (fixture === undefined) throw new Error("no fixture");
  const shape = fixture.input.shape.slice(1);
  const text = programOf("./residual.onnx", shape, shape, TYPES["residual"] ?? "");
  const settings = { runtimeSpecifier: "ipc/runtime", sourceName: "whole.ipx" };
  const module = loadModule(await emitModule(planOfText(text, fileOf), settings), "whole");
  const made = await ready(problemOf("residual", fixture), module, operations(referenceEngine()), 0);
  expect(await distanceTo(fixture, made)).toBeLessThan(1e-6);
});

/** A file, and the code with which it is refused as a net of an image and of the same. */
test.each([
  ["nowhere.onnx", "IPX1031"],
  ["text.onnx", "IPX1031"],
  ["truncated.onnx", "IPX1031"],
  ["external.onnx", "IPX1031"],
  ["huge.onnx", "IPX1031"],
  ["unknown.onnx", "IPX9005"],
  ["head.onnx", "IPX9005"],
  ["unet.onnx", "IPX9005"],
  ["attention.onnx", "IPX2041"],
])("%s is refused with %s", (file, code) => {
  const text = `net f[h, w](u : R[h, w, 1]) -> R[h, w, 1] = file "${file}"\n`;
  const bytes = (path: string): Uint8Array | null => (path.includes("nowhere") ? null : fileOf(path));
  const { diagnostics } = analyse({ path: "bad.ipx", text }, () => null, bytes);
  expect(diagnostics.map((each) => each.code)).toEqual([code]);
});

test.each(["dncnn", "normalised", "shapes", "bilinear"])(
  "%s.onnx with damaged bytes never throws, and is not read for long",
  (name) => {
    const good = fileOf(`${name}.onnx`);
    const text = `net f[h, w](u : R[2*h, 2*w, 1]) -> R[2*h, 2*w, 1] = file "f.onnx"\n`;
    for (let position = 0; position < good.length; position += name === "dncnn" ? 7 : 61) {
      for (const value of [0, 127, 255]) {
        const damaged = Uint8Array.from(good, (byte, at) => (at === position ? value : byte));
        const { diagnostics } = analyse(
          { path: "bad.ipx", text },
          () => null,
          () => damaged,
        );
        for (const { code } of diagnostics) expect(["IPX1031", "IPX2041", "IPX9005"]).toContain(code);
      }
    }
  },
  60_000,
);
