import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { file, fine, PROGRAMS, refused, temporaryFolder } from "./support.ts";

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
