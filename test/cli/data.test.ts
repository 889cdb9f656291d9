import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realArray } from "../../runtime/io/hostArray.ts";
import { writePng } from "../../runtime/io/png.ts";
import { file, filled, fine, ipc, names, npy, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const results = join(folder, "results");
const poisoned = (shape: readonly number[], at: number): ReturnType<typeof filled> =>
  filled(shape, (index) => (index === at ? Number.NaN : Math.sin(index)));

describe("data that are not finite", () => {
  const A = npy(folder, "A.npy", poisoned([3, 6], 10));
  const y = npy(
    folder,
    "y.npy",
    filled([3], (index) => index + 1),
  );
  const bad = npy(folder, "bad.npy", poisoned([3], 2));
  const square = npy(
    folder,
    "square.npy",
    filled([8, 8], () => 1),
  );
  const q = join(folder, "q.npy");
  const ista = join(PROGRAMS, "ista.ipx");
  const ordinary = ["--bind", "A=gaussian(3, 6)", "--input", `y=${y}`, "--output", `x=${q}`];

  it.each<readonly [string, RegExp, readonly string[]]>([
    [
      "a matrix of a binding",
      /A\.npy holds NaN or infinity, first at \[1, 4\][^]*--> --bind A:1:8/,
      ["run", ista, "--bind", `A=matrix("${A}")`, "--input", `y=${y}`, "--output", `x=${q}`],
    ],
    [
      "an input, whose index is the file's",
      /bad\.npy holds NaN or infinity, first at \[2\][^]*--> [^\n]*bad\.npy/,
      ["run", ista, "--bind", "A=gaussian(3, 6)", "--input", `y=${bad}`, "--output", `x=${q}`],
    ],
    [
      "a number beyond single precision",
      /`lambda` is 1e\+300, beyond single precision[^]*--> --bind lambda:1:1/,
      ["run", ista, ...ordinary, "--bind", "lambda=1e300"],
    ],
    [
      "a positive number that is 0 in single precision",
      /`lambda` is 1e-60, which is 0 in single precision[^]*--> --bind lambda:1:1/,
      ["run", ista, ...ordinary, "--bind", "lambda=1e-60"],
    ],
    [
      "an operator times infinity",
      /`I` is multiplied with Infinity[^]*1:1/,
      ["apply", "I/0", "--input", y, "--output", q],
    ],
    [
      "a kernel beyond all pictures",
      /size of a kernel is a count up to 4096/,
      ["apply", "blur(gaussian_kernel(1000001, sigma = 1))", "--input", y, "--output", q],
    ],
    [
      "an operator whose result no machine holds",
      /The result of the operator would take [^]*smaller sizes/,
      ["apply", "radon(midpoints(0, pi, 10), detectors = 1e12)", "--input", square, "--output", q],
    ],
    ["a kernel", /bad\.npy holds NaN/, ["apply", `blur(array("${bad}"))`, "--input", y, "--output", q]],
    [
      "a matrix that is applied",
      /A\.npy holds NaN/,
      ["apply", `matrix("${A}")`, "--input", y, "--output", q],
    ],
    ["a file that is applied to", /bad\.npy holds NaN/, ["apply", "I", "--input", bad, "--output", q]],
    ["a result", /The result holds NaN or infinity/, ["apply", "1e38*1e38*I", "--input", y, "--output", q]],
    [
      "an expression over the result",
      /The result holds NaN or infinity[^]*--> --output:1:1/,
      ["run", ista, "--bind", "A=gaussian(3, 6)", "--input", `y=${y}`, "--output", `log(0*x .- 1)=${q}`],
    ],
  ])("are refused: %s", async (_, what, argv) => {
    await refused(1, what, ...argv);
    expect(existsSync(q)).toBe(false);
  });

  it("may be large where the engine computes in double precision", async () => {
    await fine("run", ista, ...ordinary, "--bind", "lambda=1e300", "--engine", "reference");
  });
});

const program = file(
  folder,
  "lista.ipx",
  readFileSync(join(PROGRAMS, "lista.ipx"), "utf8").replace(/unroll\(\d+/u, "unroll(2"),
);
const EXPERIMENT = `program = "${program}"
out = "results"

[given]
A = "gaussian(8, 16, seed = 1)"
B = "gaussian(8, 12, seed = 1)"
lambda = 0.1

[data]
generate = "sparse(16, rate = 0.2)"
measure = "A*x"
validate = { count = 5 }
test = { count = 5 }

[train]
loss = "norm2sq(output - target)"
batch = 4
steps = 4
every = 2
`;
const experiment = (name: string, ...changes: readonly (readonly [string, string])[]): string =>
  file(
    folder,
    name,
    changes
      .reduce((text, [from, to]) => text.replace(from, to), EXPERIMENT)
      .replace(/^B = .*\n/mu, (line) => (changes.some(([, to]) => to.includes("B*x")) ? line : "")),
  );

describe("an experiment that asks for what there is not", () => {
  it.each<readonly [string, RegExp, "train" | "eval", readonly (readonly [string, string])[]]>([
    [
      "another size than the operator's",
      /R\[16\][^]*R\[12\][^]*size\.toml:10:12/,
      "train",
      [["sparse(16", "sparse(12"]],
    ],
    [
      "a target of another size than the output",
      /cannot be added[^]*size\.toml:\d+:26[^]*R\[12\][^]*R\[16\]/,
      "train",
      [
        ["sparse(16", "sparse(12"],
        ["A*x", "B*x"],
      ],
    ],
    [
      "an estimate of another size than the sample",
      /The estimate is R\[16\][^]*R\[12\]/,
      "eval",
      [
        ["sparse(16", "sparse(12"],
        ["A*x", "B*x"],
      ],
    ],
    [
      "a rate above 1",
      /`rate` of `sparse` is a number above 0 and at most 1, not 7[^]*size\.toml:\d+:24/,
      "train",
      [["0.2", "7"]],
    ],
    ["a rate below 0", /`rate` of `sparse`[^]*not -1/, "train", [["0.2", "-1"]]],
    [
      "no pixels",
      /`h` of `dead_leaves` is a whole number from 1, not 0/,
      "train",
      [["sparse(16, rate = 0.2)", "dead_leaves(0, 32)"]],
    ],
    [
      "a picture beyond memory",
      /would take 74\.5 GiB[^]*size\.toml:\d+:13/,
      "train",
      [["sparse(16, rate = 0.2)", "dead_leaves(100000, 100000)"]],
    ],
    [
      "a batch beyond memory",
      /A batch of samples would take 119 GiB[^]*size\.toml:\d+:9/,
      "train",
      [["batch = 4", "batch = 1000000000"]],
    ],
    [
      "a set beyond counting",
      /`data.test.count`: [^\n]*at most 100000000/,
      "eval",
      [["test = { count = 5 }", "test = { count = 1000000000000 }"]],
    ],
    [
      "a set beyond memory",
      /The validation set would take 11.9 GiB/,
      "train",
      [["validate = { count = 5 }", "validate = { count = 100000000 }"]],
    ],
    [
      "an unknown function in its loss",
      /I do not know `norm3sq`[^]*Did you mean `norm2sq`\?/,
      "train",
      [["norm2sq(", "norm3sq("]],
    ],
    ["a loss that is an array", /A loss is a real number/, "train", [["norm2sq(", "abs("]]],
    [
      "a loss that is not finite",
      /The loss on the validation set is not finite[^]*size\.toml:\d+:9/,
      "train",
      [["norm2sq(output - target)", "norm2sq(output - target)/norm2sq(0*target)"]],
    ],
    [
      "keys of another schedule",
      /`older` is for a training layer by layer[^]*size\.toml:\d+:1[^]*layerwise/,
      "train",
      [["batch = 4", "older = 0.5\nbatch = 4"]],
    ],
    [
      "patience that ends before the next validation",
      /`patience` = 2 ends each stage before a second validation/,
      "train",
      [["every = 2", "every = 3\npatience = 2"]],
    ],
  ])("refuses %s, at its place", async (_, what, command, changes) => {
    const { code, talk } = await ipc(command, experiment("size.toml", ...changes));
    expect(talk).toMatch(what);
    expect([1, 2]).toContain(code);
    expect(talk).not.toMatch(/--> ipc$/mu);
  });
});

describe("samples that are zero", () => {
  const pictures = join(folder, "pictures");
  mkdirSync(pictures);
  const black = writePng(realArray([8, 8], new Float64Array(64)));
  const grey = writePng(
    realArray(
      [8, 8],
      Float64Array.from({ length: 64 }, (_, i) => (i % 7) / 7),
    ),
  );
  const paint = (all: readonly Uint8Array[]): void => {
    all.forEach((bytes, index) => writeFileSync(join(pictures, `${index}.png`), bytes));
  };
  const zeros = file(
    folder,
    "zeros.toml",
    `program = "${join(PROGRAMS, "ista.ipx")}"
out = "zeros"
[given]
A = "I"
lambda = 0.01
[data]
folder = "pictures"
measure = "A*x"
test = { count = 3 }
validate = { count = 1 }
[eval]
metrics = ["nmse_db", "psnr_db"]
`,
  );
  it("are left out of a relative mean, and counted", async () => {
    paint([grey, black, grey, grey, grey, grey]);
    const { out } = await fine("eval", zeros, "--json");
    const [{ metrics }] = (
      JSON.parse(out) as { results: [{ metrics: Record<string, { mean: number; n: number }> }] }
    ).results;
    expect(metrics["nmse_db"]?.n).toBe(2);
    expect(metrics["nmse_db"]?.mean).toBeLessThan(-10);
    expect(metrics["psnr_db"]?.n).toBe(3);
    expect((await fine("eval", zeros)).out).toMatch(/nmse_db: n = 2; 1 of 3 samples are zero/);
    expect(names(join(folder, "zeros"))).toContain("results.csv");
  });

  it("are refused where there are no others", async () => {
    paint([black, black, black, black, black, black]);
    const { talk } = await refused(1, /All 3 samples are zero/, "eval", zeros);
    expect(talk).toMatch(/zeros\.toml:12:1/);
  });

  it("are not what a new project draws", async () => {
    const into = join(folder, "fresh");
    await fine("new", into);
    const { out } = await fine("eval", join(into, "experiment.toml"), "--json");
    expect(out).not.toMatch(/"mean":null/);
  });
});

describe("a checkpoint that does not fit", () => {
  const path = experiment("resumed.toml");
  const checkpoint = join(results, "checkpoint.safetensors");
  const place = /--> [^\n]*checkpoint\.safetensors/;

  it("is named where its settings are others, and where it is damaged", async () => {
    await fine("train", path);
    const other = experiment("other.toml", ["batch = 4", "batch = 5"]);
    const { talk } = await refused(1, place, "train", other, "--resume");
    expect(talk).toMatch(/`batch` was changed from 4 to 5/);
    const noisy = experiment("noisy.toml", ["measure", "noise = { sigma = 0.5 }\nmeasure"]);
    await refused(1, /`data\.noise` = {"sigma":0\.5} was added/, "train", noisy, "--resume");
    writeFileSync(checkpoint, readFileSync(checkpoint).subarray(0, 40));
    await refused(1, place, "train", path, "--resume");
  });
});
