import { model, type HostArray } from "ipc/runtime";
import { type Case, type DataSet, repeated, type Setting } from "./case.ts";
import { boxes, normals } from "./draw.ts";
import { definition, load, save } from "./files.ts";

const SIDE = 512;
const ITERATIONS = 200;
/** steps of Chambolle and Pock: tau sigma |D|^2 < 1 */
const TAU = 0.99 / Math.sqrt(8);
const BLUR = { radius: 4, deviation: 1.5 } as const;

const data: DataSet = {
  name: "tv",
  write: async (folder) => {
    const picture = boxes(SIDE, "tv");
    const noise = normals(SIDE * SIDE, "noise");
    const noisy = (values: Float64Array, deviation: number) =>
      values.map((value, index) => value + deviation * (noise[index] ?? 0));
    const blurred = blur(noisy(blur(picture), 0.02));
    await save(folder, "y", [SIDE, SIDE], noisy(picture, 0.1));
    await save(folder, "v", [SIDE, SIDE], blurred);
    const row = transfer();
    const gain = Float64Array.from({ length: SIDE * SIDE }, (_, at) => {
      const square = ((row[Math.floor(at / SIDE)] ?? 0) * (row[at % SIDE] ?? 0)) ** 2;
      return 1 / (1 + TAU * square);
    });
    await save(folder, "gain", [SIDE, SIDE], gain);
  },
};

/** The taps of the Gaussian, sum 1, from -radius to radius. */
function taps(): number[] {
  const { radius, deviation } = BLUR;
  const raw = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-(((i - radius) / deviation) ** 2) / 2),
  );
  const sum = raw.reduce((total, value) => total + value, 0);
  return raw.map((value) => value / sum);
}

/** The transform of the taps on a circle of SIDE points; real, as they are even. */
function transfer(): Float64Array {
  return Float64Array.from({ length: SIDE }, (_, frequency) =>
    taps().reduce(
      (sum, tap, i) => sum + tap * Math.cos((2 * Math.PI * frequency * (i - BLUR.radius)) / SIDE),
      0,
    ),
  );
}

/** The picture convolved with the Gaussian, periodic; the blur is its own adjoint. */
function blur(picture: Float64Array): Float64Array {
  const kernel = taps();
  const along = (values: Float64Array, stride: number): Float64Array =>
    values.map((_, at) => {
      const place = Math.floor(at / stride) % SIDE;
      return kernel.reduce((sum, tap, i) => {
        const other = (place + i - BLUR.radius + SIDE) % SIDE;
        return sum + tap * (values[at + (other - place) * stride] ?? 0);
      }, 0);
    });
  return along(along(picture, 1), SIDE);
}

async function solverOn(
  { operations, folder }: Setting,
  file: string,
  givens: Readonly<Record<string, HostArray | number>>,
  input: "y" | "v",
) {
  const solver = await model(definition(file, "solver"), givens, { engine: operations });
  const picture = await load(folder, input);
  const run = () => solver.run({ [input]: picture });
  const check = async () => ({ result: (await run()).output });
  return repeated(check, run, () => solver.dispose());
}

/** Total variation with the identity. */
export const tvDenoising: Case = {
  name: "tv-denoise",
  title: `TV denoising by Chambolle-Pock, ${SIDE} x ${SIDE}, ${ITERATIONS} iterations`,
  data,
  tolerance: 1e-3,
  tolerances: { "scikit-image": 2e-2 },
  work: { flops: 0, bytes: ITERATIONS * 8 * 4 * SIDE * SIDE },
  open: (setting) => solverOn(setting, "bench/programs/tv_denoise.ipx", { lambda: 0.1 }, "y"),
};

/** Total variation with a Gaussian blur, whose prox is a division in Fourier space. */
export const tvDeblurring: Case = {
  name: "tv-deblur",
  title: `TV deblurring by Chambolle-Pock with an FFT prox, ${SIDE} x ${SIDE}, ${ITERATIONS} iterations`,
  data,
  tolerance: 1e-3,
  // a real transform and its inverse, 2.5 N log2 N each
  work: {
    flops: ITERATIONS * 5 * SIDE * SIDE * Math.log2(SIDE * SIDE),
    bytes: ITERATIONS * 8 * 4 * SIDE * SIDE,
  },
  open: async (setting) => {
    const gain = await load(setting.folder, "gain");
    return solverOn(setting, "bench/programs/tv_deblur.ipx", { gain, lambda: 0.01 }, "v");
  },
};
