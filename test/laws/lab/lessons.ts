import type { TargetName } from "../../../compiler/targets.ts";
import { hostArray, realArray, type HostArray } from "../../../runtime/io/hostArray.ts";
import type { Data } from "../../../runtime/program/datum.ts";
import { stream } from "../../../runtime/random/stream.ts";
import type { Edit } from "./compiled.ts";
import { SMALL_ISTA_NET_PLUS } from "./problems.ts";

/** A program that is trained at small size, on data which another one makes, and what it is compared with. */
export interface Lesson {
  readonly name: string;
  readonly program: string;
  readonly edits: readonly Edit[];
  /** that take kinks away, for differences; null where gradients.test.ts has such a network */
  readonly smooth: readonly Edit[] | null;
  readonly target: TargetName;
  /** replace those of the target */
  readonly settings: object;
  /** a program of the truth x, and of the other inputs: its output is y */
  readonly measure: string;
  /** a program of the inputs: the reconstruction to be beaten, if there is one */
  readonly baseline: string | null;
  readonly sizes: Readonly<Record<string, number>>;
  readonly givens: Data;
  /** those beside y */
  readonly inputs: Data;
  readonly truth: HostArray;
  readonly rate: number;
  readonly steps: number;
}

/** Samples of a batch. */
export const COUNT = 4;
const SIZE = 8;

/** Sums of some Gaussian bumps around the middle. */
function pictures(size: number): HostArray {
  const images = Array.from({ length: COUNT }, (_, sample) => {
    const random = stream(3, "picture", sample);
    const around = (): number => size * (0.5 + 0.15 * random.normal());
    const bumps = Array.from({ length: 3 }, () => [around(), around(), 0.5 + Math.abs(random.normal())]);
    return Array.from({ length: size * size }, (_, i) =>
      bumps.reduce((sum, [y = 0, x = 0, height = 0]) => {
        const distance = (Math.floor(i / size) - y) ** 2 + ((i % size) - x) ** 2;
        return sum + height * Math.exp(-distance / (0.02 * size * size));
      }, 0),
    );
  });
  return realArray([COUNT, size, size], Float64Array.from(images.flat()));
}

/** An array of these numbers for each pixel of each image. */
function perPixel(
  field: "real" | "complex",
  depth: number,
  entries: (row: number, column: number) => number[],
): HostArray {
  const pixels = Array.from({ length: COUNT * SIZE * SIZE }, (_, i) =>
    entries(Math.floor(i / SIZE) % SIZE, i % SIZE),
  );
  const shape = depth === 1 ? [COUNT, SIZE, SIZE] : [COUNT, SIZE, SIZE, depth];
  return hostArray(field, shape, Float64Array.from(pixels.flat()));
}

/** Multi-coil MRI: half of the lines and those around frequency 0, two coils whose squares sum to 1. */
function onCoils(program: string, edits: readonly Edit[]): Lesson {
  const given = `input S : C[h, w, c]
  input P : R[h, w]
  let A = mask(P)*fourier*coils(S)`;
  const images = pictures(SIZE);
  return {
    name: program,
    program,
    edits,
    smooth: null,
    target: "unrolled",
    settings: { steps: 3 },
    measure: `program measure[h, w, c] {\n  ${given}\n  input x : C[h, w]\n  output A*x\n}\n`,
    baseline: `program zero_filling[h, w, c] {\n  ${given}\n  input y : C[h, w, c]\n  output A'*y\n}\n`,
    sizes: { h: SIZE, w: SIZE, c: 2 },
    givens: {},
    inputs: {
      P: perPixel("real", 1, (_, column) => [column % 2 === 0 || column === 1 ? 1 : 0]),
      S: perPixel("complex", 2, (row, column) => {
        const [share, phase] = [(Math.PI / 2) * (column / SIZE), row / 5];
        return [Math.cos(share), 0, Math.sin(share) * Math.cos(phase), Math.sin(share) * Math.sin(phase)];
      }),
    },
    truth: hostArray(
      "complex",
      images.shape,
      Float64Array.from([...images.data].flatMap((entry, i) => [entry, 0.3 * entry * Math.sin(i)])),
    ),
    rate: 0.005,
    steps: 30,
  };
}

/** Filtered back-projection of few views. */
function onViews(program: string, edits: readonly Edit[]): Lesson {
  const [size, views, cells] = [16, 5, 23];
  const given = `given angles : R[v]
  let A : linear R[h, w] -> R[v, d] = radon(angles, detectors = d)`;
  const angles = Float64Array.from({ length: views }, (_, i) => (Math.PI * (i + 0.5)) / views);
  return {
    name: program,
    program,
    edits,
    smooth: null,
    target: "direct",
    settings: {},
    measure: `program measure[h, w, v, d] {\n  ${given}\n  input x : R[h, w]\n  output A*x\n}\n`,
    baseline: `program fbp[h, w, v, d] {\n  ${given}\n  input y : R[v, d]\n  output filtered_backprojection(A, filter = ramp)*y\n}\n`,
    sizes: { h: size, w: size, v: views, d: cells },
    givens: { angles: realArray([views], angles) },
    inputs: {},
    truth: pictures(size),
    rate: 0.01,
    steps: 30,
  };
}

/** Images blurred a little; the program's A is the blur, by its edits. */
function blurred(
  name: string,
  program: string,
  target: TargetName,
  edits: readonly Edit[],
  settings: object = {},
): Lesson {
  const row = [0.1, 0.8, 0.1];
  const given = `given k : R[3, 3]
  let A = blur(k)`;
  return {
    name,
    program,
    edits,
    smooth: null,
    target,
    settings,
    measure: `program measure[h, w] {\n  ${given}\n  input x : R[h, w]\n  output A*x\n}\n`,
    baseline: null,
    sizes: { h: SIZE, w: SIZE },
    givens: { k: realArray([3, 3], Float64Array.from(row.flatMap((a) => row.map((b) => a * b)))) },
    inputs: {},
    truth: pictures(SIZE),
    rate: 0.01,
    steps: 30,
  };
}

/** The blur in place of a bound operator. */
const BLUR: readonly Edit[] = [
  ["[h, w, space Y]", "[h, w]"],
  ["given A : linear R[h, w] -> Y with norm <= 1", "given k : R[3, 3]\n  let A = blur(k)"],
  ["y : Y", "y : R[h, w]"],
];

const CONVEX_REGULARISER: readonly Edit[] = [
  [
    "learn N   : net R[h, w] -> R[h, w] = dncnn(depth = 17, width = 64) with lipschitz <= 0.9",
    "learn F : net R[h, w] -> R = icnn(depth = 3, width = 4) with convex",
  ],
  ["learn eta : R in (0, 2/(2 + lip(grad f))) = 1/(1 + lip(grad f))", "learn eta : R in (0, 1) = 0.9"],
  ["grad f(x) + x - N(x)", "grad f(x) + grad F(x)"],
];

const EQUILIBRIUM = {
  solver: { kind: "anderson", memory: 5, damping: 1, ridge: 1e-8 },
  tolerance: 1e-4,
  maximum: 300,
};

const NOISE =
  "program measure[h, w] {\n  input x : R[h, w]\n  draw e : R[h, w] from normal\n  output x + 0.2*e\n}\n";
const NOISY = "program noisy[h, w] {\n  input y : R[h, w]\n  output 1*y\n}\n";

/** Networks of the programs that are trained here, with their data. */
export const LESSONS: readonly Lesson[] = [
  onCoils("varnet", [["unet(levels = 4, width = 18)", "unet(levels = 2, width = 4)"]]),
  onCoils("variational_network", [
    ["C[h, w, 24] per step = convolution(24, kernel = 11", "C[h, w, 4] per step = convolution(4, kernel = 3"],
    [
      "net C[h, w, 24] -> C[h, w, 24] per step = spline(31",
      "net C[h, w, 4] -> C[h, w, 4] per step = spline(7",
    ],
  ]),
  onCoils("modl", [["depth = 5, width = 64", "depth = 3, width = 6"]]),
  {
    ...onViews("fbp_convnet", [["fbpconvnet(width = 64)", "fbpconvnet(width = 2)"]]),
    steps: 60,
    smooth: [
      ["fbpconvnet(width = 2)", "conv(3) |> batchnorm |> gelu |> conv(2) |> batchnorm |> gelu |> conv(1)"],
    ],
  },
  {
    ...onViews("learned_gradient", [["gradient_block(width = 32)", "gradient_block(width = 6)"]]),
    target: "unrolled",
    settings: { steps: 3 },
  },
  {
    // from the zero image on, in so few steps that filtered back-projection is not reached
    ...onViews("learned_primal_dual", [
      ["primal_dual_block(width = 32)", "primal_dual_block(width = 6)"],
      ["primal_dual_block(width = 32)", "primal_dual_block(width = 6)"],
    ]),
    target: "unrolled",
    settings: { steps: 3 },
    baseline: null,
  },
  {
    ...blurred("dncnn_denoise", "dncnn_denoise", "direct", [
      ["dncnn17(width = 64)", "dncnn17(depth = 4, width = 6)"],
    ]),
    givens: {},
    measure: NOISE,
    baseline: NOISY,
  },
  {
    ...blurred("gradient_step_denoiser", "gradient_step_denoiser", "direct", [
      ["levels = 4, width = 64, blocks = 2", "levels = 2, width = 4, blocks = 1"],
    ]),
    smooth: [],
    givens: {},
    measure: NOISE,
    baseline: NOISY,
  },
  blurred("unet_direct", "unet_direct", "direct", [
    ["[h, w, space Y]", "[h, w]"],
    ["input A : linear R[h, w] -> Y", "given k : R[3, 3]\n  let A = blur(k)"],
    ["y : Y", "y : R[h, w]"],
    ["unet(levels = 4, width = 32)", "unet(levels = 2, width = 4)"],
  ]),
  {
    ...blurred("ista_net_plus", "ista_net_plus", "unrolled", [
      ["[h, w, m]", "[h, w]"],
      ["given A : linear R[h, w] -> R[m]", "given k : R[3, 3]\n  let A = blur(k)"],
      ["input y : R[m]", "input y : R[h, w]"],
      ...SMALL_ISTA_NET_PLUS,
    ]),
    settings: { steps: 3 },
  },
  blurred(
    "de_grad",
    "de_grad",
    "equilibrium",
    [...BLUR, ["depth = 17, width = 64", "depth = 3, width = 4"]],
    EQUILIBRIUM,
  ),
  {
    ...blurred(
      "de_grad with a convex regulariser",
      "de_grad",
      "equilibrium",
      [...BLUR, ...CONVEX_REGULARISER],
      EQUILIBRIUM,
    ),
    smooth: [],
  },
];
