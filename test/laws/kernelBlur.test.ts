import { expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { type HostArray, realArray } from "../../runtime/io/hostArray.ts";
import { model } from "../../runtime/model.ts";
import { finiteData } from "../../runtime/train/data.ts";
import { mse } from "../../runtime/train/losses.ts";
import { compiledText, definitionFor } from "./lab/compiled.ts";

const ENGINE = operations(referenceEngine());
const [SAMPLES, H, W] = [2, 5, 6];
const Y = realArray(
  [SAMPLES, H, W],
  Float64Array.from({ length: SAMPLES * H * W }, (_, i) => Math.sin(3 * i)),
);

/** Two functions of an image and a kernel, by A = blur(k): one of A x, one of A'(x .* x). */
const FUNCTIONS = {
  E: (blur: string, x: string) => `1/2*norm2sq(${blur}*${x} .- 1)`,
  T: (blur: string, x: string) => `sum(${x} .* (${blur}'*(${x}.^2)))`,
} as const;

interface Setting {
  readonly boundary: string;
  readonly taps: readonly number[];
  /** whether each sample has a kernel of its own */
  readonly each: boolean;
}

/** What a program puts out whose kernel q and direction d are givens, or come with the sample. */
async function outputOf(setting: Setting, finish: string, q: HostArray, d: HostArray) {
  const { boundary, taps, each } = setting;
  const [kernel, image] = [`R[${taps.join(", ")}]`, taps.length === 1 ? "R[n]" : "R[h, w]"];
  const functions = Object.entries(FUNCTIONS).map(
    ([name, of]) =>
      `fun ${name}(x : ${image}, k : ${kernel}) = ${of(`blur(k, boundary = ${boundary})`, "x")}`,
  );
  const kind = each ? "input" : "given";
  const isDirected = finish.includes("dot(gk, d)");
  const directed = isDirected ? [`${kind} d : ${kernel}`] : [];
  const lines = [`${kind} q : ${kernel}`, ...directed, `input y : ${image}`, ...functions, finish];
  const text = `program p[${taps.length === 1 ? "n" : "h, w"}] {\n${lines.join("\n")}\n}`;
  const kernels = isDirected ? { q, d } : { q };
  const y = taps.length === 1 ? realArray([SAMPLES, H * W], Y.data) : Y;
  const definition = definitionFor(compiledText("p", text), "solver");
  const ready = await model(definition, each ? {} : kernels, { engine: ENGINE });
  const { output } = await ready.run({ y, ...(each ? kernels : {}) });
  ready.dispose();
  return output.data;
}

function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return a.length === b.length
    ? Math.max(...Array.from(a, (value, at) => Math.abs(value - (b[at] ?? NaN))))
    : Infinity;
}

const SIZES = [[1, 1], [2, 2], [3, 3], [4, 4], [3, 1], [1, 4], [2, 5], [4, 3], [3], [4]] as const;

const CASES = ["periodic", "neumann", "reflect", "zero"].flatMap((boundary) =>
  SIZES.flatMap((taps) => [false, true].map((each): Setting => ({ boundary, taps, each }))),
);

test.each(CASES)(
  "a blur by an argument ($boundary, $taps taps, of each sample: $each) is the library's, with its derivatives",
  async (setting) => {
    const { boundary, taps, each } = setting;
    const count = (each ? SAMPLES : 1) * taps.reduce((product, extent) => product * extent, 1);
    const kernelOf = (entry: (i: number) => number) =>
      realArray(
        each ? [SAMPLES, ...taps] : taps,
        Float64Array.from({ length: count }, (_, i) => entry(i)),
      );
    const direction = kernelOf((i) => Math.sin(7 * i + 1));
    const kernelAt = (step: number) =>
      kernelOf((i) => Math.cos(i) / (taps[0] ?? 1) + step * (direction.data[i] ?? NaN));
    for (const [name, of] of Object.entries(FUNCTIONS)) {
      const output = (finish: string, step = 0) => outputOf(setting, finish, kernelAt(step), direction);
      const library = `output (${of(`blur(q, boundary = ${boundary})`, "y")})*y`;
      expect(apart(await output(`output ${name}(y, q)*y`), await output(library))).toBeLessThan(1e-12);
      const slope = await output(`let (gx, gk) = grad ${name}(y, q)\noutput dot(gk, d)*y`);
      const [ahead, behind] = [await output(library, 1e-4), await output(library, -1e-4)];
      expect(
        apart(
          slope,
          ahead.map((value, at) => (value - (behind[at] ?? NaN)) / 2e-4),
        ),
      ).toBeLessThan(1e-5);
      expect(Math.max(...slope.map(Math.abs))).toBeGreaterThan(1e-3);
    }
  },
);

test("a learned kernel has a gradient, whether the blur is applied once or in every step", async () => {
  const text = `program p[h, w] {
    input y : R[h, w]
    learn k : R[3, 3] in simplex = 1/9
    state x : R[h, w] = blur(k)*y
    step { x <- x - 0.5*(blur(k)'*(blur(k)*x - y)) }
    output x
    unroll(3)
  }`;
  const ready = await model(definitionFor(compiledText("p", text), "unrolled"), {}, { engine: ENGINE });
  const before = (await ready.run({ y: Y })).output.data;
  const losses: number[] = [];
  await ready.train({
    data: finiteData({ inputs: { y: Y }, target: Y }),
    loss: mse,
    optimiser: { name: "adam", rate: 0.02 },
    batch: SAMPLES,
    steps: 20,
    progress: ({ loss }) => losses.push(loss),
  });
  expect(apart(before, (await ready.run({ y: Y })).output.data)).toBeGreaterThan(1e-3);
  ready.dispose();
  expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] ?? NaN));
});
