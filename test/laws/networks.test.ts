import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { realArray, type HostArray } from "../../runtime/io/hostArray.ts";
import type { Safetensors } from "../../runtime/io/safetensors.ts";
import { withinNorm } from "../../runtime/nets/spectral.ts";
import { model } from "../../runtime/model.ts";
import type { ParameterDeclaration, ProgramDefinition } from "../../runtime/program/definition.ts";
import { bind } from "../../runtime/program/bind.ts";
import { saveParameters } from "../../runtime/program/parameters.ts";
import { run } from "../../runtime/solve/run.ts";
import { stream } from "../../runtime/random/stream.ts";
import { mse } from "../../runtime/train/losses.ts";
import { train } from "../../runtime/train/trainer.ts";
import { compiledProgram, compiledText, definitionFor } from "./lab/compiled.ts";
import { outputOf } from "./lab/networks.ts";
import type { Problem } from "./lab/problems.ts";
import { parameterSlopes } from "./lab/slopes.ts";
import { numbersOf, ready, type Ready } from "./lab/steps.ts";

const OPERATIONS = operations(referenceEngine());
const SIZE = 6;

function normals(shape: readonly number[], ...key: readonly (string | number)[]): HostArray {
  const random = stream(5, ...key);
  const length = shape.reduce((count, extent) => count * extent, 1);
  return realArray(
    shape,
    Float64Array.from({ length }, () => random.normal()),
  );
}

/** A program of one input y : R[h, w] with these images. */
const problem = (images: HostArray): Problem => ({
  name: "network",
  program: "",
  edits: [],
  sizes: { h: SIZE, w: SIZE },
  givens: () => ({}),
  inputs: () => ({ y: images }),
});

/** Random weights, kept to what training keeps them to. */
function kept(
  declaration: ParameterDeclaration,
  { shape }: HostArray,
  seed: number,
  scale: number,
): HostArray {
  const { name, interval, spectralBound } = declaration;
  const normal = normals(shape, name, seed);
  const drawn = { ...normal, data: normal.data.map((entry) => scale * entry) };
  const isSlope = name.endsWith(".slope");
  const inside =
    interval === null
      ? drawn
      : { ...drawn, data: drawn.data.map((x) => (isSlope ? Math.max(-1, Math.min(1, x)) : Math.abs(x))) };
  return spectralBound === null ? inside : withinNorm(inside, spectralBound);
}

async function withWeights(
  definition: ProgramDefinition,
  images: HostArray,
  seed: number,
  scale = 1,
): Promise<Ready> {
  const { program } = await ready(problem(images), definition, OPERATIONS, 1);
  const saved = await saveParameters(OPERATIONS, definition, program.parameters);
  const tensors = new Map(
    definition.parameters.map((declaration) => {
      const start = saved.tensors.get(declaration.name);
      if (start === undefined) throw new Error(declaration.name);
      return [declaration.name, kept(declaration, start, seed, scale)] as const;
    }),
  );
  const weights: Safetensors = { ...saved, tensors };
  return ready(problem(images), definition, OPERATIONS, 1, { weights });
}

const joined = (images: readonly (readonly number[])[]): HostArray =>
  realArray([images.length, SIZE, SIZE], Float64Array.from(images.flat()));
const distanceOf = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((entry, i) => entry - (b[i] ?? 0)));

const CHAIN = `net chain[h, w, c](u : R[h, w, c]) -> R[h, w, c] {
  let a = u |> conv(3) |> gelu |> depthwise |> prelu
  let b = a |> avgpool(2) |> silu |> upconv(2) |> residual(conv(2) |> elu)
  let d = a |> avgpool(2) |> upsample(2, align = corners) |> avgpool(2) |> upsample(2)
  return concat(b, d, u |> softmax |> leaky_relu) |> conv(c)
}
`;
const DENSE = `net vector[h, w, c](u : R[h, w, c]) -> R[h, w, c] {
  return u |> conv(4, stride = 2) |> relu |> shuffle(2) |> maxpool(1) |> skip(conv(1) |> softplus) |> conv(c)
}
`;

const BOUNDED = [
  ["dncnn(depth = 4, width = 3) with lipschitz <= 0.9", "", 0.9, false],
  ["dncnn(depth = 4, width = 3, residual = true) with residual_lipschitz <= 0.5", "", 0.5, true],
  ["unet(levels = 2, width = 3) with nonexpansive", "", 1, false],
  ["resnet(blocks = 2, width = 3) with lipschitz <= 2", "", 2, false],
  ["chain with lipschitz <= 1.5", CHAIN, 1.5, false],
  ["vector with nonexpansive", DENSE, 1, false],
] as const;

describe.each(BOUNDED)("%s", (network, nets, bound, residual) => {
  const text = `program network[h, w] {
  input y : R[h, w]
  learn N : net R[h, w] -> R[h, w] = ${network}
  output N(y)
}
${nets}`;
  const definition = definitionFor(compiledText("network", text), "direct");

  test("is kept by the norms of its weights", async () => {
    for (const seed of [1, 2, 3]) {
      const x = normals([SIZE, SIZE], "x", seed).data;
      let direction = [...normals([SIZE, SIZE], "direction", seed).data];
      for (let round = 0; round < 6; round += 1) {
        const length = Math.hypot(...direction);
        const y = direction.map((entry, i) => (x[i] ?? 0) + (0.1 * entry) / length);
        const of = await withWeights(definition, joined([[...x], y]), seed);
        const output = await outputOf(of, definition);
        const half = output.length / 2;
        const images = [output.slice(0, half), output.slice(half)].map((image, i) =>
          residual ? image.map((entry, k) => entry - ([[...x], y][i]?.[k] ?? 0)) : image,
        );
        const [a = [], b = []] = images;
        expect(distanceOf(a, b)).toBeLessThanOrEqual(bound * distanceOf([...x], y) * (1 + 1e-9));
        const moved = b.map((entry, i) => entry - (a[i] ?? 0));
        if (Math.hypot(...moved) > 0) direction = moved;
      }
    }
  });
});

const FICNN = `net own[h, w, c](u : R[h, w, c]) -> R[1] {
  let a = u |> conv(3) |> softplus
  let b = concat(a, u) |> conv(2) |> elu |> avgpool(2) |> residual(conv(2) |> leaky_relu)
  return b |> maxpool(3) |> globalpool |> dense(1)
}
`;
const CONVEX = [
  ["icnn(depth = 4, width = 3) with convex", ""],
  ["ridges(filters = 3, kernel = 3, range = 0.5) with convex", ""],
  ["own with convex", FICNN],
] as const;

describe.each(CONVEX)("%s", (network, nets) => {
  const program = (body: string): string => `program network[h, w] {
  input y : R[h, w]
  learn F : net R[h, w] -> R = ${network}
${body}
}
${nets}`;
  const value = definitionFor(compiledText("network", program("  output F(y)")), "direct");

  test("is convex while its weights are nonnegative", async () => {
    for (const seed of [1, 2, 3, 4]) {
      const [x, y] = ["x", "y"].map((name) => [...normals([SIZE, SIZE], name, seed).data]);
      if (x === undefined || y === undefined) throw new Error("two images");
      const at = (t: number): readonly number[] => x.map((entry, i) => (1 - t) * entry + t * (y[i] ?? 0));
      const points = [0, 0.25, 0.5, 0.75, 1];
      const of = await withWeights(value, joined(points.map(at)), seed);
      const values = await outputOf(of, value);
      const [first = 0, last = 0] = [values[0], values.at(-1)];
      points.forEach((t, i) => {
        expect(values[i]).toBeLessThanOrEqual((1 - t) * first + t * last + 1e-9);
      });
    }
  });

  test("gradients go through steps along its gradient", async () => {
    const body = `  learn t : R in (0, 1) = 0.05
  state x : R[h, w] = y
  step { x <- x - t*(x - y + grad F(x)) }
  output x`;
    const definition = definitionFor(compiledText("network", program(body)), "unrolled", { steps: 3 });
    const of = await withWeights(definition, normals([2, SIZE, SIZE], "images"), 7);
    const slopes = await parameterSlopes(of);
    expect(slopes.map(({ name }) => name)).toEqual(["F", "t"]);
    for (const { gradient, difference, scale } of slopes) {
      expect(Math.abs(gradient - difference) / scale).toBeLessThan(1e-5);
    }
  });
});

const BENT = [
  ["icnn(depth = 4, width = 3) with convex", ""],
  ["ridges(filters = 3, kernel = 3, knots = 4, range = 0.5) with convex", ""],
  [
    "bent",
    `net bent[h, w, c](u : R[h, w, c]) -> R[1] {
  let a = u |> conv(3) |> tanh |> depthwise
  let b = concat(a, u) |> conv(2) |> sigmoid |> avgpool(2) |> residual(conv(2) |> softplus) |> upconv(2)
  return b - (u |> conv(2)) |> softplus |> globalpool |> dense(3) |> tanh |> dense(1)
}
`,
  ],
  ["drunet(levels = 2, width = 2, blocks = 1, activation = softplus) |> globalpool |> dense(1)", ""],
] as const;

describe.each(BENT)("%s", (network, nets) => {
  const definitionOf = (output: string): ProgramDefinition =>
    definitionFor(
      compiledText(
        "network",
        `program network[h, w] {
  input y : R[h, w]
  learn F : net R[h, w] -> R = ${network}
  output ${output}
}
${nets}`,
      ),
      "direct",
    );
  const [gradient, bound] = [definitionOf("grad F(y)"), definitionOf("6*lip(grad F) + 0*sum(y)")];

  test("lip of its gradient is no less than gradients change, whatever its weights are", async () => {
    for (const seed of [1, 2, 3]) {
      const x = normals([SIZE, SIZE], "x", seed).data;
      let direction = [...normals([SIZE, SIZE], "direction", seed).data];
      const [lip = NaN] = await outputOf(await withWeights(bound, joined([[...x]]), seed), bound);
      let found = 0;
      for (let round = 0; round < 6; round += 1) {
        const length = Math.hypot(...direction);
        const y = direction.map((entry, i) => (x[i] ?? 0) + (0.01 * entry) / length);
        const output = await outputOf(await withWeights(gradient, joined([[...x], y]), seed), gradient);
        const [a, b] = [output.slice(0, output.length / 2), output.slice(output.length / 2)];
        found = Math.max(found, distanceOf(a, b) / distanceOf([...x], y));
        const moved = b.map((entry, i) => entry - (a[i] ?? 0));
        if (Math.hypot(...moved) > 0) direction = moved;
      }
      expect(found).toBeGreaterThan(0);
      expect(found).toBeLessThanOrEqual((lip / 6) * (1 + 1e-9));
    }
  });
});

/** How far an image is moved for a difference of gradients that stands for a product with the Hessian. */
const NEAR = 1e-4;
const CANDIDATES = 6;

/** H v at some images x by central differences of the gradient, with directions of length 1. */
async function curvatures(
  gradient: ProgramDefinition,
  images: readonly (readonly number[])[],
  directions: readonly (readonly number[])[],
  seed: number,
  scale: number,
): Promise<readonly (readonly number[])[]> {
  const moved = [1, -1].flatMap((sign) =>
    images.map((x, k) => x.map((entry, i) => entry + sign * NEAR * (directions[k]?.[i] ?? 0))),
  );
  const output = await outputOf(await withWeights(gradient, joined(moved), seed, scale), gradient);
  const entries = SIZE * SIZE;
  return images.map((_, k) =>
    Array.from({ length: entries }, (__, i) => {
      const [up, down] = [k, k + images.length].map((image) => output[image * entries + i] ?? NaN);
      return ((up ?? NaN) - (down ?? NaN)) / (2 * NEAR);
    }),
  );
}

/** The largest curvature that is found: power iterations on Hessians, at images that follow the most curved one. */
async function steepest(gradient: ProgramDefinition, seed: number, scale: number): Promise<number> {
  const random = stream(9, "curvature", seed);
  const drawn = (size: number): readonly number[] =>
    Array.from({ length: SIZE * SIZE }, () => size * random.normal());
  const unit = (v: readonly number[]): readonly number[] => {
    const length = Math.hypot(...v);
    return length > 0 ? v.map((entry) => entry / length) : unit(drawn(1));
  };
  let images = Array.from({ length: CANDIDATES }, (_, k) => drawn(k / (2 * scale)));
  let directions = images.map(() => unit(drawn(1)));
  let found = 0;
  for (let round = 0; round < 10; round += 1) {
    const bent = await curvatures(gradient, images, directions, seed, scale);
    const sizes = bent.map((each) => Math.hypot(...each));
    found = Math.max(found, ...sizes);
    directions = bent.map(unit);
    if (round % 3 !== 2) continue;
    const best = sizes.indexOf(Math.max(...sizes));
    const [x, v] = [images[best] ?? [], directions[best] ?? []];
    images = images.map((_, k) => {
      const step = drawn(k === 0 ? 0 : 0.3 ** k / scale);
      return x.map((entry, i) => entry + (step[i] ?? 0));
    });
    directions = directions.map(() => v);
  }
  return found;
}

const ONE_LAYER = ["conv(1, kernel = 1) |> softplus |> globalpool |> dense(1)", ""] as const;

describe.each([...BENT, ONE_LAYER])("the largest curvature of %s", (network, nets) => {
  const text = (output: string): string =>
    `program network[h, w] {\n  input y : R[h, w]\n  learn F : net R[h, w] -> R = ${network}\n  output ${output}\n}\n${nets}`;
  const [gradient, bound] = ["grad F(y)", "lip(grad F) + 0*sum(y)"].map((output) =>
    definitionFor(compiledText("network", text(output)), "direct"),
  );

  test.each([0.2, 1, 4])("is at most lip of its gradient, with weights of size %s", async (scale) => {
    if (gradient === undefined || bound === undefined) throw new Error("two programs");
    for (const seed of [1, 2]) {
      const of = await withWeights(
        bound,
        joined([Array.from({ length: SIZE * SIZE }, () => 0)]),
        seed,
        scale,
      );
      const [lip = NaN] = await outputOf(of, bound);
      const found = await steepest(gradient, seed, scale);
      expect(found).toBeGreaterThan(0);
      expect(found).toBeLessThanOrEqual(lip * (1 + 1e-6));
      if (network === ONE_LAYER[0] && scale <= 1) expect(found).toBeGreaterThan(0.8 * lip);
    }
  });
});

test("gradients go through a step of the length 1/lip(grad F), and through its interval", async () => {
  const text = `program network[h, w] {
  input y : R[h, w]
  learn F : net R[h, w] -> R = icnn(depth = 3, width = 2) with convex
  learn t : R in (0, 2/(1 + lip(grad F))) = 1/(1 + lip(grad F))
  state x : R[h, w] = y
  step { x <- x - t*(x - y + grad F(x)) - 0.5/lip(grad F)*grad F(x) }
  output x
}
`;
  const definition = definitionFor(compiledText("network", text), "unrolled", { steps: 2 });
  const of = await ready(problem(normals([2, SIZE, SIZE], "images")), definition, OPERATIONS, 7);
  for (const { gradient, difference, scale } of await parameterSlopes(of)) {
    expect(Math.abs(gradient - difference) / scale).toBeLessThan(1e-5);
  }
});

describe("a range with computed ends", () => {
  const text = `program network[h, w] {
  given c : R in (0, inf) = 2
  input y : R[h, w]
  let b = 2*c
  learn N : net R[h, w] -> R[h, w] in RANGE = conv(2) |> tanh |> conv(1)
  state x : R[h, w] = 10*y
  step { x <- N(20*x) }
  output x
}
`;
  const of = (range: string): ProgramDefinition =>
    definitionFor(compiledText("network", text.replace("RANGE", range)), "unrolled", { steps: 2 });
  const images = normals([2, SIZE, SIZE], "images");

  test.each([
    ["(c, b)", () => [2, 4]],
    ["[-norm2(y), norm2(y)]", (length: number) => [-length, length]],
    ["(0, 1/8)", () => [0, 1 / 8]],
    ["[b, inf)", () => [4, Infinity]],
    ["(-inf, -c)", () => [-Infinity, -2]],
  ] as const)(
    "%s holds of what the network gives, with the gradients of differences",
    async (range, ends) => {
      const definition = of(range);
      const found = await ready(problem(images), definition, OPERATIONS, 3);
      const { output } = await run(found.program, found.inputs);
      const numbers = await numbersOf(OPERATIONS, output, 2);
      const each = SIZE * SIZE;
      numbers.forEach((entry: number, i: number) => {
        const sample = Math.floor(i / each);
        const [low = NaN, high = NaN] = ends(
          Math.hypot(...images.data.subarray(sample * each, (sample + 1) * each)),
        );
        expect(entry).toBeGreaterThanOrEqual(low * (1 + 1e-12 * Math.sign(-low)));
        expect(entry).toBeLessThanOrEqual(high * (1 + 1e-12 * Math.sign(high)));
      });
      expect(new Set(numbers).size).toBeGreaterThan(1);
      for (const { gradient, difference, scale } of await parameterSlopes(found)) {
        expect(Math.abs(gradient - difference) / scale).toBeLessThan(1e-5);
      }
    },
  );

  test("the order of the ends is tested when data is bound", async () => {
    const definition = of("[3, c]");
    const bound = (c: number): Promise<unknown> =>
      bind(definition, OPERATIONS, {
        givens: { c: realArray([], Float64Array.of(c)) },
        sizes: { h: SIZE, w: SIZE },
      });
    await expect(bound(2)).rejects.toThrow(/The upper end of the interval of `N`/u);
    await expect(bound(3.5)).resolves.toBeDefined();
  });
});

test("a stack with batch normalisation learns to denoise", async () => {
  const small = ["dncnn17(width = 64)", "dncnn17(depth = 4, width = 4)"] as const;
  const definition = definitionFor(compiledProgram("dncnn_denoise", [small]), "direct");
  const program = await bind(definition, OPERATIONS, { sizes: { h: SIZE, w: SIZE } });
  const y = normals([4, SIZE, SIZE], "noisy");
  const target = { ...y, data: y.data.map((entry) => entry / 2) };
  const losses: number[] = [];
  await train(program, {
    data: () => Promise.resolve({ inputs: { y }, target }),
    loss: mse,
    optimiser: { name: "adam", rate: 0.01 },
    batch: 4,
    steps: 20,
    progress: ({ loss }) => losses.push(loss),
  });
  expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] ?? 0));
});

test("vectors and numbers that a network gives are parts of one vector", async () => {
  const partsOf = async (result: string): Promise<readonly number[]> => {
    const text = `program p {\n input y : R[3]\n learn N : net R[3] -> ${result} = dense(6) |> tanh\n output N(y)\n}`;
    const network = await model(
      definitionFor(compiledText("p", text), "direct"),
      {},
      { engine: OPERATIONS, seed: 3 },
    );
    const { parts } = await network.run({ y: realArray([3], Float64Array.of(1, -2, 0.5)) });
    network.dispose();
    return parts.flatMap(({ data }) => [...data]);
  };
  const whole = await partsOf("R[6]");
  expect(new Set(whole).size).toBe(6);
  expect(await partsOf("(R[2], R, R[3])")).toEqual(whole);
});
