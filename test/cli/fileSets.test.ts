import { closeSync, copyFileSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { hostArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { ranged } from "../../cli/data/dynamicRange.ts";
import { file, filled, fine, npy, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const FIXTURES = new URL("../fixtures/formats/", import.meta.url).pathname;

/** An experiment over a folder of its own, with the files that `fill` puts there. */
function experiment(name: string, data: string, fill: (into: string) => void): string {
  const into = join(folder, name);
  mkdirSync(into);
  fill(into);
  return file(
    folder,
    `${name}.toml`,
    `program = "${join(PROGRAMS, "ista.ipx")}"
out = "${name}-results"
seed = 5
[given]
A = "I"
lambda = 0.01
[data]
folder = "${name}"
measure = "x"
${data}
[eval]
metrics = ["psnr_db"]
[[eval.compare]]
program = "${join(PROGRAMS, "ista.ipx")}"
steps = 2
`,
  );
}

interface Results {
  readonly seeds: Readonly<Record<string, number>>;
  readonly results: readonly {
    readonly metrics: { readonly psnr_db: { readonly mean: number | null; readonly n: number } };
  }[];
}

async function results(path: string): Promise<Results> {
  return JSON.parse((await fine("eval", path, "--json")).out) as Results;
}

const wave = (index: number): number => Math.sin(index / 5);

it("slices of HDF5 files are samples, scaled by themselves; results name the seeds", async () => {
  const path = experiment("slices", 'key = "reconstruction_rss"\nslices = true\nscale = "max"', (into) => {
    for (const name of ["a.h5", "b.h5"]) copyFileSync(join(FIXTURES, "slices.h5"), join(into, name));
  });
  const { seeds, results: measured } = await results(path);
  expect(measured[0]?.metrics.psnr_db.n).toBe(2);
  expect(measured[0]?.metrics.psnr_db.mean).toBeGreaterThan(30);
  expect(seeds).toEqual({ experiment: 5, train: 5, validate: 1_000_006, test: 2_000_008 });
});

it("samples of different sizes are measured each in its own", async () => {
  const path = experiment("mixed", "multiple = 2", (into) => {
    for (const [index, side] of [8, 8, 10, 12].entries())
      npy(into, `${index}.npy`, filled([side, side], wave));
  });
  expect((await results(path)).results[0]?.metrics.psnr_db.n).toBe(2);
});

it("a set of more than is kept is read as it is needed", async () => {
  const path = experiment("large", "slices = true\ncount = 6", (into) => {
    const shape = [1200, 256, 256];
    const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`;
    const opened = openSync(join(into, "set.npy"), "w");
    writeSync(opened, Buffer.from(`\x93NUMPY\x01\x00\x76\x00${dictionary.padEnd(117)}\n`, "latin1"));
    ftruncateSync(opened, 128 + 4 * shape.reduce((product, extent) => product * extent, 1));
    closeSync(opened);
  });
  const { talk, out } = await fine("eval", path, "--json");
  expect(talk).toMatch(/6 samples of [^\n]*large, \d+ MiB on the disk, are read as they are needed/u);
  expect((JSON.parse(out) as Results).results[0]?.metrics.psnr_db.n).toBe(3);
});

it.each<readonly [string, 1 | 2, RegExp, string, (into: string) => void]>([
  ["empty", 2, /holds no pictures or arrays[^]*\.png/, "", () => undefined],
  [
    "with NaN",
    1,
    /b\.npy holds NaN or infinity, first at \[0, 2\][^]*--> [^\n]*b\.npy/,
    "",
    (into) => {
      npy(into, "a.npy", filled([8, 8], wave));
      npy(
        into,
        "b.npy",
        filled([8, 8], (index) => (index === 2 ? NaN : index)),
      );
    },
  ],
  [
    "of volumes",
    1,
    /24 x 32 x 32, which is no picture[^]*slices = true/,
    "patch = 8",
    (into) => {
      npy(into, "a.npy", filled([24, 32, 32], wave));
      npy(into, "b.npy", filled([24, 32, 32], wave));
    },
  ],
  [
    "of files with other keys",
    1,
    /no array 'image_space'; it holds [^\n]*'kspace' \(complex 2 x 3 x 4\)/,
    'key = "image_space"\nslices = true',
    (into) => {
      copyFileSync(join(FIXTURES, "slices.h5"), join(into, "a.h5"));
    },
  ],
  [
    "with a file that was cut off",
    1,
    /b\.npy: The data end early/,
    "",
    (into) => {
      npy(into, "a.npy", filled([8, 8], wave));
      ftruncateSync(openSync(npy(into, "b.npy", filled([8, 8], wave)), "r+"), 300);
    },
  ],
])("a folder %s is refused", async (name, code, what, data, fill) => {
  await refused(code, what, "eval", experiment(name.replaceAll(" ", "-"), data, fill));
});

it("a batch of samples of different sizes is refused with a way out", async () => {
  const path = experiment(
    "sizes",
    'test = { count = 1 }\ntrain = { count = 4 }\n[train]\nbatch = 4\nsteps = 1\nloss = "norm2sq(output - target)"',
    (into) => {
      for (const [index, side] of [8, 8, 8, 10, 8, 10].entries())
        npy(into, `${index}.npy`, filled([side, side], wave));
    },
  );
  await refused(
    1,
    /samples of a batch are of one size: \d\.npy is (8|10) x \1, \d\.npy is (?!\1)(8|10) x \2[^]*patch = 8`/,
    "train",
    path,
  );
});

it("a training looks at all of its sets before it begins", async () => {
  const training = '[train]\nbatch = 2\nsteps = 1\nloss = "norm2sq(output - target)"';
  const ofSides = (name: string, sides: readonly number[], spoilt: number | null): string =>
    experiment(name, `test = { count = 1 }\nvalidate = { count = 1 }\n${training}`, (into) => {
      for (const [index, side] of sides.entries())
        npy(
          into,
          `${index}.npy`,
          filled([side, side], (at) => (index === spoilt && at === 3 ? NaN : wave(at))),
        );
    });
  for (const spoilt of [0, 1]) {
    const path = ofSides(`spoilt-${spoilt}`, [8, 8, 8, 8, 8], spoilt);
    await refused(1, new RegExp(`${spoilt}\\.npy holds NaN`, "u"), "train", path);
  }
  await refused(
    1,
    /of one size: \d\.npy is 8 x 8, 6\.npy is 10 x 10/u,
    "train",
    ofSides("late", [8, 8, 8, 8, 8, 8, 10], null),
  );
});

it("brings values to a range by what is given, by the largest, or by both ends", () => {
  const sample = hostArray("real", [3], Float64Array.of(-1000, 0, 3000));
  const data = (scaled: HostArray): readonly number[] => [...scaled.data];
  expect(data(ranged(sample, [-1000, 1000], [0, 1]))).toEqual([0, 0.5, 2]);
  expect(data(ranged(sample, "minmax", [-1, 1]))).toEqual([-1, -0.5, 1]);
  expect(data(ranged(sample, "max", [0, 1]))).toEqual([-1 / 3, 0, 1]);
  const complex = hostArray("complex", [2], Float64Array.of(3, 4, 0, 2.5));
  expect(data(ranged(complex, "max", [0, 10]))).toEqual([6, 8, 0, 5]);
  expect(() => ranged(complex, [1, 2], [0, 1])).toThrow(/about 0/);
});
