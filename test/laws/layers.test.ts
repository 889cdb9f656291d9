import { describe, expect, test } from "vitest";
import { definitionOf } from "../../compiler/compile.ts";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import type { LayerName } from "../../compiler/library/layers/table.ts";
import type { NetName } from "../../compiler/library/nets/table.ts";
import { valueAndGradient } from "../../runtime/adjoint/gradient.ts";
import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { Value } from "../../runtime/arrays/value.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { realArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { withParameters } from "../../runtime/program/bound.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { mse } from "../../runtime/train/losses.ts";
import { train } from "../../runtime/train/trainer.ts";
import { loadModule } from "../emit/load.ts";
import { fixtureJson } from "../io/fixture.ts";
import { compiledText, planOf } from "./lab/compiled.ts";
import { byDefinition } from "./lab/interpreter.ts";
import { outputOf } from "./lab/networks.ts";
import type { Problem } from "./lab/problems.ts";
import { inputSlopes, parameterSlopes } from "./lab/slopes.ts";
import { apart, numbersOf, ready, type Ready } from "./lab/steps.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A layer by PyTorch: the gradients are those of <cotangent, output>/samples. */
interface LayerFixture {
  readonly input: Numbers;
  readonly weights: Readonly<Record<string, Numbers>>;
  readonly output: Numbers;
  readonly cotangent: Numbers;
  readonly inputGradient: Numbers;
  readonly weightGradients: Readonly<Record<string, Numbers>>;
  /** of batch normalisation: its running averages after one batch */
  readonly statistics?: Readonly<Record<string, Numbers>>;
}

const FIXTURES = fixtureJson<Readonly<Record<string, LayerFixture>>>("layers.json");

type Random = "dropout";
/** These are held to their formulas, in learnedFunctions.test.ts. */
type Learned = "spline" | "piecewise_linear";

/** Each layer of the library as it is written, by the name of its fixture. */
const TEXTS: { readonly [N in Exclude<LayerName, Random | Learned>]: Readonly<Record<string, string>> } = {
  conv: { conv: "conv(2)", "conv, stride": "conv(2, kernel = 5, stride = 2, bias = false)" },
  upconv: { upconv: "upconv(3)" },
  depthwise: { depthwise: "depthwise" },
  dense: { dense: "dense(5)" },
  batchnorm: {},
  instancenorm: { instancenorm: "instancenorm" },
  layernorm: { layernorm: "layernorm" },
  groupnorm: { groupnorm: "groupnorm(groups = 2)" },
  relu: { relu: "relu" },
  tanh: { tanh: "tanh" },
  sigmoid: { sigmoid: "sigmoid" },
  prelu: { prelu: "prelu" },
  leaky_relu: { leaky_relu: "leaky_relu" },
  elu: { elu: "elu" },
  gelu: { gelu: "gelu" },
  silu: { silu: "silu" },
  softplus: { softplus: "softplus" },
  softmax: { softmax: "softmax" },
  maxpool: { maxpool: "maxpool(2)" },
  avgpool: { avgpool: "avgpool(2)" },
  globalpool: { globalpool: "globalpool" },
  upsample: {
    "upsample, nearest": "upsample(2, interpolation = nearest)",
    "upsample, pixels": "upsample(3)",
    "upsample, corners": "upsample(2, align = corners)",
  },
  shuffle: { shuffle: "shuffle(2)" },
  residual: { residual: "residual(conv(4))" },
  skip: { skip: "skip(conv(2, kernel = 1))" },
  gradient_step: {
    gradient_step: "gradient_step(drunet(levels = 2, width = 2, blocks = 1, activation = elu))",
  },
};

/** Each network of the library at a small size. */
const NETS: { readonly [N in NetName]: string } = {
  unet: "unet(levels = 3, width = 2)",
  fbpconvnet: "fbpconvnet(levels = 3, width = 2)",
  dncnn: "dncnn(depth = 3, width = 3, residual = true)",
  resnet: "resnet(blocks = 1, width = 3)",
  drunet: "drunet(levels = 2, width = 2, blocks = 1)",
  gradient_block: "gradient_block(width = 3)",
  primal_dual_block: "primal_dual_block(width = 3)",
  ista_transform: "ista_transform(width = 3)",
  icnn: "icnn(depth = 3, width = 3)",
  ridges: "ridges(filters = 3, kernel = 3, knots = 4, range = 0.4)",
};

const CASES = [
  ...Object.values(TEXTS).flatMap((texts) => Object.entries(texts)),
  ...Object.entries(NETS),
].map(([name, text]) => ({ name, text }));

/** A program of one layer, or of several. */
function programOf(text: string, input: readonly number[], output: readonly number[]): string {
  const type = (shape: readonly number[]): string => `R[${shape.join(", ")}]`;
  return `program layer {
  input u : ${type(input)}
  learn N : net ${type(input)} -> ${type(output)} = ${text}
  output N(u)
}
`;
}

const hostOf = ({ shape, data }: Numbers): HostArray => realArray(shape, Float64Array.from(data));

function problemOf(name: string, { input }: LayerFixture): Problem {
  return {
    name,
    program: "",
    edits: [],
    sizes: {},
    givens: () => ({}),
    inputs: () => ({ u: hostOf(input) }),
  };
}

/** The program of a fixture with its weights. */
async function bound(
  name: string,
  definition: ProgramDefinition,
  using: Operations,
  fixture: LayerFixture,
): Promise<Ready> {
  const tensors = new Map(
    Object.entries({ ...averagesOf(fixture.weights), ...fixture.weights }).map(
      ([path, weights]) => [`N.${path}`, hostOf(weights)] as const,
    ),
  );
  const metadata = { program: definition.name, program_hash: definition.hash };
  return ready(problemOf(name, fixture), definition, using, 0, { weights: { tensors, metadata } });
}

/** The running averages of batch normalisations, as they begin. */
function averagesOf(weights: LayerFixture["weights"]): LayerFixture["weights"] {
  const layers = Object.entries(weights).flatMap(([path, { shape }]) => {
    const [, place] = /^(.*batchnorm\d)\.scale$/u.exec(path) ?? [];
    return place === undefined ? [] : [[place, shape[0] ?? 0] as const];
  });
  return Object.fromEntries(
    layers.flatMap(([place, channels]) => [
      [`${place}.mean`, zeros(channels, 0)],
      [`${place}.variance`, zeros(channels, 1)],
      [`${place}.batches`, { shape: [], data: [0] }],
    ]),
  );
}

/** The largest difference to a fixture's value and gradients. */
async function distanceTo(fixture: LayerFixture, of: Ready): Promise<number> {
  const { program, inputs } = of;
  const { operations: using } = program;
  const { samples } = inputs;
  const { data, shape } = fixture.cotangent;
  const distances: number[] = [];
  const gradient = await valueAndGradient(program, inputs, (ops, output) => {
    if (output.kind === "array") {
      distances.push(apart([...(ops.engine.readNow(output.handle) ?? [])], fixture.output.data));
    }
    const handle = ops.engine.upload(Float64Array.from(data), shape);
    const cotangent = {
      kind: "array",
      field: "real",
      shape: shape.slice(1),
      batch: samples,
      handle,
    } as const;
    return { value: ops.dot(output, cotangent), cotangent };
  });
  const byInput = gradient.inputs["u"] as Value;
  distances.push(apart(await numbersOf(using, byInput, samples), fixture.inputGradient.data));
  for (const [path, expected] of Object.entries(fixture.weightGradients)) {
    const [found] = gradient.parameters.get(`N.${path}`) ?? [];
    distances.push(apart(await numbersOf(using, found as Value, 1), expected.data));
  }
  return distances.length < 2 ? Infinity : Math.max(...distances);
}

test("batch normalisation is PyTorch's: in training of the batch, its averages, and then by them", async () => {
  const name = "batchnorm";
  const plain = FIXTURES[name];
  if (plain?.statistics === undefined) throw new Error("there is no fixture of batchnorm");
  const fixture = plain;
  const shape = fixture.input.shape.slice(1);
  const definition = definitionOf(planOf(compiledText(name, programOf(name, shape, shape)), "direct"));
  const of = await bound(name, definition, operations(referenceEngine()), fixture);
  const { operations: using } = of.program;
  expect(await distanceTo(fixture, of)).toBeLessThan(1e-7);
  const trained = await train(of.program, {
    data: () => Promise.resolve({ inputs: { u: hostOf(fixture.input) }, target: hostOf(fixture.output) }),
    loss: mse,
    optimiser: { name: "sgd", rate: 0 },
    batch: 2,
    steps: 1,
  });
  for (const [path, expected] of Object.entries(plain.statistics)) {
    const [found] = trained.parameters.get(`N.${path}`) ?? [];
    expect(apart(await numbersOf(using, found as Value, 1), expected.data)).toBeLessThan(1e-7);
  }
  const [count] = trained.parameters.get("N.batchnorm1.batches") ?? [];
  expect(await numbersOf(using, count as Value, 1)).toEqual([1]);
  const after = { ...of, program: withParameters(of.program, trained.parameters) };
  const output = await outputOf(after, definition);
  const weights: LayerFixture["weights"] = fixture.weights;
  const at = (path: string, channel: number): number => weights[`batchnorm1.${path}`]?.data[channel] ?? NaN;
  const { "batchnorm1.mean": means, "batchnorm1.variance": variances } = plain.statistics;
  const expected = fixture.input.data.map((x, i) => {
    const c = i % 4;
    const deviation = Math.sqrt((variances?.data[c] ?? NaN) + 1e-5);
    return (at("scale", c) * (x - (means?.data[c] ?? NaN))) / deviation + at("shift", c);
  });
  expect(apart(output, expected)).toBeLessThan(1e-7);
});

const zeros = (length: number, value: number): Numbers => ({
  shape: [length],
  data: Array.from({ length }, () => value),
});

describe.each(CASES)("$name", ({ name, text }) => {
  const fixture = FIXTURES[name];
  if (fixture === undefined) throw new Error(`there is no fixture of ${name}`);
  const source = programOf(text, fixture.input.shape.slice(1), fixture.output.shape.slice(1));
  const compiled = compiledText(name, source);
  const plan = planOf(compiled, "direct");
  const definition = definitionOf(plan);

  test("value and gradients are PyTorch's", async () => {
    const exact = await bound(name, definition, operations(referenceEngine()), fixture);
    expect(await distanceTo(fixture, exact)).toBeLessThan(1e-7);
    const single = await bound(name, definition, operations(await wasmEngine()), fixture);
    expect(await distanceTo(fixture, single)).toBeLessThan(1e-5);
  });

  test("interpreter and emitted module compute the same", async () => {
    const of = await bound(name, definition, operations(referenceEngine()), fixture);
    const expected = await outputOf(of, definition);
    const interpreted = byDefinition(compiled.lowered, of, 0).get("output") ?? [];
    expect(apart(interpreted, expected)).toBeLessThan(1e-12);
    const module = await emitModule(plan, { runtimeSpecifier: "ipc/runtime", sourceName: "layer.ipx" });
    expect(await outputOf(of, loadModule(module, "layer"))).toEqual(expected);
  });

  test("gradients are those of differences", async () => {
    const of = await bound(name, definition, operations(referenceEngine()), fixture);
    const slopes = [await inputSlopes(of, "u"), ...(await parameterSlopes(of))];
    expect(slopes.length).toBe(definition.parameters.length > 0 ? 2 : 1);
    for (const { gradient, difference, scale } of slopes) {
      expect(Math.abs(gradient - difference) / scale).toBeLessThan(1e-6);
    }
  });
});
