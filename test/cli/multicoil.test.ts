import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readNpy } from "../../runtime/io/npy.ts";
import { file, fine, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const text = readFileSync(join(PROGRAMS, "experiments/multicoil.toml"), "utf8")
  .replaceAll("96", "24")
  .replace("../mri_multicoil_tv.ipx", join(PROGRAMS, "mri_multicoil_tv.ipx"))
  .replace("zero_filling_coils.ipx", join(PROGRAMS, "experiments/zero_filling_coils.ipx"))
  .replace("runs/multicoil", "results")
  .replace("steps   = 200", "steps   = 60")
  .replace("pictures = 2", "pictures = 1");

it("experiments draw maps and masks under names of their own, and total variation gains on zero filling", async () => {
  await fine("eval", file(folder, "multicoil.toml", text));
  const { results } = JSON.parse(readFileSync(at("results/results.json"), "utf8")) as {
    readonly results: readonly { readonly metrics: { readonly psnr_db: { readonly mean: number } } }[];
  };
  const [zeroFilling, variation] = results.map(({ metrics }) => metrics.psnr_db.mean);
  expect(variation).toBeGreaterThan((zeroFilling ?? Infinity) + 1);
}, 120_000);

const varnet = readFileSync(join(PROGRAMS, "experiments/varnet.toml"), "utf8")
  .replaceAll("96", "16")
  .replaceAll(/"(?:\.\.\/)?(\w+\.ipx)"/gu, (_, name: string) => {
    return JSON.stringify(join(PROGRAMS, name === "mri_multicoil_tv.ipx" ? name : `experiments/${name}`));
  })
  .replace("runs/varnet", "trained")
  .replace(/^steps += 500$/mu, "steps = 30")
  .replace(/^every += .*$/mu, "every = 10")
  .replaceAll(/count = (?:8|16) /gu, "count = 2 ")
  .replace("steps   = 200", "steps   = 20")
  .replace("pictures = 2", "pictures = 1");

it("trains the variational network on simulated coils, and on pictures in the place of the generator", async () => {
  const experiment = file(folder, "varnet.toml", varnet);
  await fine("train", experiment);
  await fine("eval", experiment);
  const { results } = JSON.parse(readFileSync(at("trained/results.json"), "utf8")) as {
    readonly results: readonly { readonly metrics: { readonly psnr_db: { readonly mean: number } } }[];
  };
  const [trained, untrained] = results.map(({ metrics }) => metrics.psnr_db.mean);
  expect(trained).toBeGreaterThan((untrained ?? Infinity) + 3);

  await fine("data", "make", "dead_leaves(20, 18)", "--count", "6", "--format", "png", "-o", at("slices"));
  const { talk } = await fine("eval", experiment, "--data", at("slices"));
  expect(talk).toMatch(/2 of 2 pictures to test on were cropped to their middle/u);
}, 120_000);

it("a measurement that reads what each sample has of its own is refused", async () => {
  const own = text.replace(
    'acceleration = 4, centre = 0.08)"',
    'acceleration = 4)", per = "sample", count = 2',
  );
  const said = /A measurement reads what all samples share, and `P` is one for each/u;
  await refused(1, said, "eval", file(folder, "own.toml", own));
});

it("`ipc data make` writes maps that `ipc apply` measures with", async () => {
  await fine("data", "make", "coil_maps(8, 6, coils = 3)", "--count", "1", "-o", at("maps.npy"));
  expect(readNpy(readFileSync(at("maps.npy")))).toMatchObject({ field: "complex", shape: [1, 8, 6, 3] });
  await fine("data", "make", "cartesian_mask(8, 6)", "--count", "1", "--seed", "3", "-o", at("mask.npy"));
  await fine("data", "make", "dead_leaves(8, 6)", "--count", "1", "-o", at("x.npy"));
  const A = `mask(array("${at("mask.npy")}:0"))*fourier*coils(array("${at("maps.npy")}:0"))*real'`;
  await fine("apply", A, "--input", `${at("x.npy")}:0`, "--output", at("y.npy"));
  expect(readNpy(readFileSync(at("y.npy")))).toMatchObject({ field: "complex", shape: [8, 6, 3] });
});

/** With steps of 1/norm(D) in the duals it took some three thousand iterations. */
it("total variation of coils converges at its default lambda", async () => {
  const make = async (what: string, name: string): Promise<string> => {
    await fine("data", "make", what, "--count", "1", "--seed", "3", "-o", at(name));
    return `${at(name)}:0`;
  };
  const [S, P, x] = [
    await make("coil_maps(48, 48, coils = 4)", "S.npy"),
    await make("cartesian_mask(48, 48, acceleration = 4)", "P.npy"),
    await make("dead_leaves(48, 48, smallest = 4)", "leaves.npy"),
  ];
  const A = `mask(array("${P}"))*fourier*coils(array("${S}"))*real'`;
  await fine("apply", A, "--input", x, "--output", at("k.npy"));
  const inputs = ["--input", `S=${S}`, "--input", `P=${P}`, "--input", `y=${at("k.npy")}`];
  const { talk } = await fine(
    "run",
    join(PROGRAMS, "mri_multicoil_tv.ipx"),
    ...inputs,
    "--output",
    `x=${at("r.npy")}`,
  );
  expect(talk).toMatch(/: converged after/u);
}, 120_000);
