import { existsSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { expect, it } from "vitest";
import { realArray } from "../../runtime/io/hostArray.ts";
import { writeNpy } from "../../runtime/io/npy.ts";
import { file, fine, npy, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();

/** A training of the denoiser on images of `size` x `size`. */
const denoising = (size: number, batch: number): string =>
  file(
    folder,
    `of_${size}.toml`,
    `
program = "${join(PROGRAMS, "dncnn_denoise.ipx")}"
target  = "direct"
seed    = 1
out     = "of_${size}"

[data]
generate = "ellipses(${size})"
measure  = "x"
noise    = { sigma = 0.1 }
train    = { count = ${batch} }

[train]
loss      = "mse"
optimiser = { name = "adam", rate = 1e-2 }
batch     = ${batch}
steps     = 1
`,
  );

it("a training says what memory it takes", { timeout: 120_000 }, async () => {
  const { talk } = await fine("train", denoising(16, 2));
  expect(talk).toMatch(/The training takes at most [\d.]+ MiB of memory\./u);
});

it(
  "a training that does not fit is refused at its batch, before its first step",
  { timeout: 120_000 },
  async () => {
    const { talk } = await refused(
      1,
      /it takes [\d.]+ GiB at its peak, and [\d.]+ GiB are left/u,
      "train",
      denoising(256, 8),
    );
    expect(talk).toMatch(/IPX8601.*train/u);
    expect(talk).toMatch(/of_256\.toml:16:13/u);
    expect(existsSync(join(folder, "of_256", "weights.safetensors"))).toBe(false);
  },
);

/** A file of single precision that ends behind its header: whoever reads its numbers fails. */
function headerOf(name: string, rows: number, columns: number): string {
  const small = new TextDecoder("latin1").decode(
    writeNpy(realArray([1, 1], Float32Array.of(0))).subarray(0, -4),
  );
  const text = small.replace("(1, 1), }", `(${rows}, ${columns}), }`);
  const header = text.replace(/ +\n$/u, "").padEnd(small.length - 1);
  return file(
    folder,
    name,
    Uint8Array.from(`${header}\n`, (letter) => letter.charCodeAt(0)),
  );
}

it("a run that does not fit is refused by the header of its data, at the layer that finds no room", async () => {
  const argv = [
    "--input",
    `y=${headerOf("large.npy", 16000, 16000)}`,
    "--output",
    `output=${join(folder, "o.npy")}`,
  ];
  const { talk } = await refused(
    1,
    /run: it takes 128 GiB at its peak, and [\d.]+ GiB are left/u,
    "run",
    join(PROGRAMS, "dncnn_denoise.ipx"),
    ...argv,
  );
  expect(talk).toContain("convolve of [1, 16000, 16000, 1] and [3, 3, 1, 64]: into [1, 16000, 16000, 64]");
  expect(talk).toMatch(/no room for 61\.0 GiB beside the [\d.]+ GiB in use/u);
  expect(talk).toMatch(/dncnn_denoise\.ipx:10:16/u);
});

it("a run is refused by the header of a picture, too, before its pixels are looked at", async () => {
  const bytes = encode({
    width: 12000,
    height: 12000,
    channels: 1,
    depth: 1,
    data: new Uint8Array(1500 * 12000),
  });
  const pixels = bytes.length - 100;
  bytes[pixels] = (bytes[pixels] ?? 0) ^ 1;
  const picture = file(folder, "large.png", bytes);
  const argv = ["--input", `y=${picture}`, "--output", `output=${join(folder, "p.npy")}`];
  const { talk } = await refused(
    1,
    /run: it takes [\d.]+ GiB at its peak, and [\d.]+ GiB are left/u,
    "run",
    join(PROGRAMS, "dncnn_denoise.ipx"),
    ...argv,
  );
  expect(talk).toContain("[1, 12000, 12000, 1]");
});

it("a matrix that does not fit beside its transpose is refused where it is bound", async () => {
  const matrix = `A=matrix("${headerOf("matrix.npy", 30000, 20000)}")`;
  const y = npy(folder, "y.npy", realArray([30000], new Float32Array(30000)));
  const argv = ["--bind", matrix, "--bind", "lambda=0.1", "--input", `y=${y}`];
  const { talk } = await refused(
    1,
    /IPX8601.*run: it takes 5\.00 GiB/u,
    "run",
    join(PROGRAMS, "ista.ipx"),
    ...argv,
  );
  expect(talk).toMatch(/transpose of \[30000, 20000\]: into \[20000, 30000\]/u);
  expect(talk).toMatch(/--> --bind A:1:1/u);
});

it("what is wrong besides is said of the data, when they are read", async () => {
  const matrix = `A=matrix("${headerOf("short.npy", 5000, 4000)}")`;
  const y = npy(folder, "short_y.npy", realArray([5000], new Float32Array(5000)));
  const argv = ["--bind", matrix, "--bind", "lambda=0.1", "--input", `y=${y}`];
  const { talk } = await refused(1, /IPX8101/u, "run", join(PROGRAMS, "ista.ipx"), ...argv);
  expect(talk).toMatch(/short\.npy/u);
});
