import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readNpy } from "../../runtime/io/npy.ts";
import { readSafetensors } from "../../runtime/io/safetensors.ts";
import { file, filled, fine, npy, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const program = (name: string): string => join(PROGRAMS, `${name}.ipx`);
const numbers = (name: string): readonly number[] => Array.from(readNpy(readFileSync(at(name))).data);
const entry = (i: number): number => Math.abs(Math.sin(i + 0.3 * Math.floor(i / 64)));

file(
  folder,
  "small.ipx",
  readFileSync(program("dncnn_denoise"), "utf8").replace(
    "dncnn17(width = 64)",
    "dncnn17(depth = 3, width = 4)",
  ),
);
const denoising = `
program = "small.ipx"
target  = "direct"
seed    = 1
out     = "denoiser"

[data]
generate = "dead_leaves(16, 16)"
measure  = "x"
noise    = { sigma = 0.1 }
train    = { count = 8 }
validate = { count = 2, seed = 2 }
test     = { count = 2, seed = 3 }

[train]
loss      = "mse"
optimiser = { name = "adam", rate = 1e-2 }
batch     = 4
steps     = 6
`;
const D = `D=trained("${at("small.ipx")}", weights = "${at("denoiser/weights.safetensors")}")`;
const A = "A=mask(rate = 0.7, seed = 1)";
const ys = npy(folder, "ys.npy", filled([2, 8, 8], entry));
const y1 = npy(
  folder,
  "y1.npy",
  filled([8, 8], (i) => entry(64 + i)),
);
const run = (...argv: readonly string[]): readonly string[] => [
  "run",
  program("pnp_admm"),
  "--bind",
  A,
  ...argv,
];

beforeAll(async () => {
  await fine("train", file(folder, "denoiser.toml", denoising));
}, 60_000);

describe("a program that was trained, given to another", { timeout: 60_000 }, () => {
  it("is applied in every step, to a batch as to its samples", async () => {
    await fine(
      ...run("--bind", D, "--batch", "--max", "9", "--input", `y=${ys}`, "--output", `z=${at("zs.npy")}`),
    );
    await fine(...run("--bind", D, "--max", "9", "--input", `y=${y1}`, "--output", `z=${at("z1.npy")}`));
    const [together, alone] = [numbers("zs.npy").slice(64), numbers("z1.npy")];
    expect(alone).toHaveLength(64);
    alone.forEach((z, i) => {
      expect(z).toBeCloseTo(together[i] ?? Number.NaN, 5);
    });
    expect(Math.max(...alone.map((z, i) => Math.abs(z - entry(64 + i))))).toBeGreaterThan(0.01);
  });

  it("is a network of an ONNX file, which brings its weights, and which training moves", async () => {
    copyFileSync(new URL("../fixtures/onnx/dncnn.onnx", import.meta.url), at("dncnn.onnx"));
    const text = `net f[h, w](u : R[h, w, 1]) -> R[h, w, 1] = file "dncnn.onnx"
program stored[h, w] {
  input y : R[h, w]
  learn D : net R[h, w] -> R[h, w] = f
  output D(y)
}
`;
    const bound = `D=trained("${file(folder, "stored.ipx", text)}")`;
    await fine(...run("--bind", bound, "--max", "3", "--input", `y=${y1}`, "--output", `z=${at("zo.npy")}`));
    expect(numbers("zo.npy").every(Number.isFinite)).toBe(true);
    const experiment = denoising.replace("small.ipx", "stored.ipx").replace('"denoiser"', '"finer"');
    await fine("train", file(folder, "finer.toml", experiment));
    const { tensors } = readSafetensors(readFileSync(at("finer/weights.safetensors")));
    expect([...tensors.keys()]).toContain("D.conv1.filter");
  });

  it("is one of several programs of a file, by its name", async () => {
    const map = (name: string, factor: number): string =>
      `program ${name}[h, w] {\n  input y : R[h, w]\n  output ${factor}*y\n}\n`;
    const several = file(folder, "several.ipx", map("half", 0.5) + map("third", 0.3));
    for (const [name, share] of [
      ["half", 1],
      ["third", 0.6],
    ] as const) {
      const bound = ["--bind", `D=trained("${several}", entry = ${name})`, "--max", "1"];
      await fine(...run(...bound, "--input", `y=${y1}`, "--output", `z=${at(`${name}.npy`)}`));
      const [own, half] = [numbers(`${name}.npy`), numbers("half.npy")];
      own.forEach((value, i) => {
        expect(value).toBeCloseTo(share * (half[i] ?? Number.NaN), 5);
      });
    }
    await refused(1, /several programs[^]*half or third/, ...run("--bind", `D=trained("${several}")`));
  });

  it("is part of an unrolled network that learns", async () => {
    const experiment = denoising
      .replace("small.ipx", program("superresolution_red"))
      .replace('"direct"', '"unrolled"')
      .replace('"x"', '"downsample(2)*x"')
      .replace("[data]", `[given]\nD = '${D.slice(2)}'\nq = 2\nh = 8\nw = 8\n\n[data]`)
      .replace("steps     = 6", "steps     = 2");
    const stepSize = async (rate: string): Promise<number> => {
      const text = experiment.replace('"denoiser"', `"red${rate}"`).replace("1e-2", rate);
      await fine("train", file(folder, `red${rate}.toml`, text));
      const { tensors } = readSafetensors(readFileSync(at(`red${rate}/weights.safetensors`)));
      return tensors.get("t")?.data[0] ?? Number.NaN;
    };
    const moved = Math.abs((await stepSize("1e-2")) - (await stepSize("1e-12")));
    expect(moved).toBeGreaterThan(1e-3);
  });

  it.each([
    ["without weights", `D=trained("${at("small.ipx")}")`, /IPX8403.*weights/u],
    ["of no file", `D=trained("${at("none.ipx")}", weights = "w.safetensors")`, /IPX8109.*none\.ipx/u],
    ["with weights of no file", `D=trained("${at("small.ipx")}", weights = "no.st")`, /IPX8109.*no\.st/u],
    ["that is an operator", "D=blur(gaussian_kernel(3, sigma = 1))", /IPX8009.*bound to an operator/u],
    ["that is a number", "D=2", /IPX8009.*bound to an array/u],
  ])("refuses one %s", async (_, binding, what) => {
    const code = /IPX8109/u.test(what.source) ? 2 : 1;
    await refused(code, what, ...run("--bind", binding, "--input", `y=${y1}`));
  });

  it.each([
    [
      "of two inputs",
      "input y : R[h, w] input v : R[h, w] output y + v",
      /IPX8009[^]*one input[^]*`y`, `v`/u,
    ],
    ["that draws", "input y : R[h, w] draw v : R[h, w] from normal output y + v", /IPX8009[^]*random/u],
    ["between other spaces", "input y : R[h, w] output gradient*y", /IPX8004[^]*R\[8, 8, 2\]/u],
    ["of images of another size", "input y : R[16, 16] output 2*y", /IPX8004[^]*R\[16, 16\]/u],
    ["of numbers", "input y : R output 2*y", /IPX8004/u],
  ])("refuses a program %s", async (_, members, what) => {
    const path = file(
      folder,
      "other.ipx",
      `program other[h, w] {\n  ${members.replaceAll(/ (?=input|output|draw)/gu, "\n  ")}\n}\n`,
    );
    const binding = `D=trained("${path}")`;
    await refused(1, what, ...run("--bind", binding, "--input", `y=${y1}`));
  });

  it("refuses a program that iterates until it converges", async () => {
    const text =
      "program half[h, w] {\n  input y : R[h, w]\n  state x : R[h, w] = y\n  step { x <- x/2 }\n  output x\n  converge(until = change(x) < 1e-3, max = 9)\n}\n";
    const binding = `D=trained("${file(folder, "half.ipx", text)}")`;
    await refused(1, /IPX8009[^]*unroll/u, ...run("--bind", binding, "--input", `y=${y1}`));
  });
});
