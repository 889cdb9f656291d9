import { describe, expect, test } from "vitest";
import { constantValue } from "../../compiler/types/dimension.ts";
import { compiledText } from "./lab/compiled.ts";

/** The weights of a network from images of some channels to others, as the compiler declares them. */
function weightsOf(network: string, inputs: number, outputs: string): ReadonlyMap<string, number> {
  const text = `program p[h, w] {
  input u : R[h, w, ${inputs}]
  learn N : net R[h, w, ${inputs}] -> ${outputs} = ${network}
  output N(u)
}
`;
  const { lowered } = compiledText("p", text);
  return new Map(
    lowered.parameters.map(({ name, variable: { type } }) => {
      if (type.kind !== "value" || type.space.kind !== "array") throw new Error(name);
      const entries = type.space.dimensions.map((dimension) => constantValue(dimension) ?? NaN);
      return [name, entries.reduce((product, extent) => product * extent, 1)];
    }),
  );
}

const total = (weights: ReadonlyMap<string, number>): number =>
  [...weights].reduce((sum, [name, entries]) => sum + (isMoved(name) ? entries : 0), 0);
const isMoved = (name: string): boolean => !/\.(?:mean|variance|batches)$/u.test(name);
const conv = (k: number, c: number, n: number, biased = true): number => k * k * c * n + (biased ? n : 0);
const image = (channels: number): string => `R[h, w, ${channels}]`;

/** Counted by hand: convolutions, levels by levels; `said` is what papers or their code say, in millions. */
const SIZES = [
  {
    // 17 layers: the first, 15 with batch normalisation, the last (Zhang et al., 2017); 0.56 million
    network: "dncnn(normalise = batch)",
    channels: [1, 1],
    layers: 17,
    count: conv(3, 1, 64) + 15 * (conv(3, 64, 64, false) + 128) + conv(3, 64, 1),
    said: 0.56,
  },
  {
    // five levels of pairs, 64 to 1024 channels (Ronneberger et al., 2015); PyTorch versions count 31.0 million
    network: "unet(levels = 5, width = 64)",
    channels: [1, 2],
    layers: 23,
    count: unet(5, 64, 1, 2, 1),
    said: 31.0,
  },
  {
    network: "fbpconvnet",
    channels: [1, 1],
    layers: 23,
    count: unet(5, 64, 1, 1, 2),
    said: 31.0,
  },
  {
    // 64, 128, 256, 512 channels, four blocks a side, one channel for the noise (Zhang et al., 2022); 32.64 million
    network: "drunet",
    channels: [4, 3],
    layers: 1 + 7 * 8 + 6 + 1,
    count: drunet(4, 4, 3),
    said: 32.64,
  },
  {
    // two blocks a side (Hurault et al., 2022); 17.01 million
    network: "drunet(blocks = 2, activation = elu)",
    channels: [4, 3],
    layers: 1 + 7 * 4 + 6 + 1,
    count: drunet(2, 4, 3),
    said: 17.01,
  },
  {
    // the image, five memories and two gradients to the image and five memories (Adler and Oektem, 2017)
    network: "gradient_block",
    channels: [8, 6],
    layers: 3,
    count: conv(3, 8, 32) + conv(3, 32, 32) + conv(3, 32, 6),
    said: null,
  },
  {
    // one of the twenty blocks of learned primal-dual: five dual variables, a projection and data (2018)
    network: "primal_dual_block",
    channels: [7, 5],
    layers: 3,
    count: conv(3, 7, 32) + 32 + conv(3, 32, 32) + 32 + conv(3, 32, 5),
    said: null,
  },
  {
    network: "ista_transform",
    channels: [1, 32],
    layers: 2,
    count: 32 * 9 + 32 * 32 * 9,
    said: null,
  },
] as const;

/** 2 convolutions a pair, a transposed one for each way up, 1 x 1 at the end; `own` weights a channel beside filters. */
function unet(levels: number, width: number, inputs: number, outputs: number, own: number): number {
  let sum = conv(1, width, outputs);
  for (let level = 0; level < levels; level += 1) {
    const n = width * 2 ** level;
    const before = level === 0 ? inputs : n / 2;
    sum += conv(3, before, n, false) + conv(3, n, n, false) + 2 * own * n;
    if (level === levels - 1) continue;
    sum += 4 * 2 * n * n + n;
    sum += conv(3, 2 * n, n, false) + conv(3, n, n, false) + 2 * own * n;
  }
  return sum;
}

function drunet(blocks: number, inputs: number, outputs: number): number {
  const sizes = [64, 128, 256, 512];
  const sides = (level: number): number => (level === sizes.length - 1 ? 1 : 2);
  const residual = sizes.map((n, level) => sides(level) * blocks * 2 * conv(3, n, n, false));
  const ways = sizes.slice(0, -1).map((n) => 2 * 4 * n * 2 * n);
  const ends = conv(3, inputs, 64, false) + conv(3, 64, outputs, false);
  return [...residual, ...ways].reduce((sum, each) => sum + each, ends);
}

describe.each(SIZES)("$network", ({ network, channels: [inputs, outputs], layers, count, said }) => {
  const weights = weightsOf(network, inputs, image(outputs));

  test("has as many layers and weights as its paper says", () => {
    expect([...weights.keys()].filter((name) => name.endsWith(".filter"))).toHaveLength(layers);
    expect(total(weights)).toBe(count);
    if (said !== null) expect(total(weights) / 1e6).toBeCloseTo(said, said < 1 || said % 1 !== 0 ? 2 : 1);
  });
});

test("nine phases of ISTA-Net and ISTA-Net+ have the weights of their authors' code", () => {
  const [there, back] = [
    weightsOf("ista_transform", 1, image(32)),
    weightsOf("ista_transform", 32, image(1)),
  ];
  const inner = weightsOf("ista_transform", 32, image(32));
  expect(9 * (total(there) + total(back) + 2)).toBe(171_090);
  expect(9 * (2 * 32 * 9 + 2 * total(inner) + 2)).toBe(336_978);
});

test("the twenty blocks of learned primal-dual have 253,220 weights", () => {
  const dual = total(weightsOf("primal_dual_block", 7, image(5)));
  const primal = total(weightsOf("primal_dual_block", 6, image(5)));
  expect(10 * (dual + primal)).toBe(253_220);
});
