import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readNpy } from "../../runtime/io/npy.ts";
import { file, fine, PROGRAMS, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const numbers = (name: string): readonly number[] => Array.from(readNpy(readFileSync(at(name))).data);

const text = readFileSync(join(PROGRAMS, "gradient_step_pnp.ipx"), "utf8");
const program = file(
  folder,
  "small.ipx",
  text.replace("levels = 4, width = 64, blocks = 2", "levels = 2, width = 4, blocks = 1"),
);
const training = file(
  folder,
  "training.toml",
  `
program = "small.ipx"
entry   = "gradient_step_regulariser"
target  = "unrolled"
seed    = 1
out     = "trained"

[data]
generate = "dead_leaves(16, 16, smallest = 3)"
measure  = "x"
noise    = { sigma = 0.2 }
validate = { count = 2, seed = 2 }

[train]
loss      = "norm2sq(denoised - target)"
optimiser = { name = "adam", rate = 1e-2 }
batch     = 4
steps     = 30
every     = 15
`,
);

/** The sizes of the report are those of the input, which nothing else fixes. */
it(
  "trains a regulariser by a loss of a report alone, and restores with it",
  { timeout: 120_000 },
  async () => {
    await fine("train", training);
    const [, first = "", last = ""] = readFileSync(at("trained/history.csv"), "utf8").trim().split("\n");
    const loss = (line: string): number => Number(line.split(",")[2]);
    expect(loss(last)).toBeLessThan(loss(first));
    await fine(
      "data",
      "make",
      "dead_leaves(16, 16, smallest = 3)",
      "--count",
      "1",
      "--seed",
      "4",
      "-o",
      at("x.npy"),
    );
    await fine("apply", "mask(rate = 0.7, seed = 2)", "--input", `${at("x.npy")}:0`, "--output", at("y.npy"));
    const data = ["--bind", "A=mask(rate = 0.7, seed = 2)", "--input", `y=${at("y.npy")}`];
    const weights = ["--weights", at("trained/weights.safetensors")];
    const output = ["--output", `x=${at("restored.npy")}`, "--max", "60"];
    await fine("run", program, "--program", "gradient_step_pnp", ...weights, ...data, ...output);
    const truth = numbers("x.npy");
    const error = (name: string): number =>
      numbers(name).reduce((sum, entry, i) => sum + (entry - (truth[i] ?? 0)) ** 2, 0);
    expect(error("restored.npy")).toBeLessThan(0.3 * error("y.npy"));
  },
);
