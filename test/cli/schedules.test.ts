import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Context } from "../../cli/context.ts";
import { openSource } from "../../cli/experiment/dataset.ts";
import { readExperiment } from "../../cli/experiment/readExperiment.ts";
import { Sources } from "../../cli/sources.ts";
import { readNpy } from "../../runtime/io/npy.ts";
import { writePng } from "../../runtime/io/png.ts";
import { file, filled, fine, npy, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

describe("schedules", () => {
  const lista = file(
    folder,
    "lista.ipx",
    readFileSync(join(PROGRAMS, "lista.ipx"), "utf8").replace(/unroll\(\d+/u, "unroll(3"),
  );
  const experiment = (name: string, train: string): string =>
    file(
      folder,
      `${name}.toml`,
      [
        `program = ${JSON.stringify(lista)}`,
        `out = "${name}"`,
        "seed = 1",
        '[given]\nA = "gaussian(15, 30, seed = 1, normalise = columns)"',
        '[data]\ngenerate = "sparse(30, rate = 0.3)"\nmeasure = "A*x"',
        "validate = { count = 64, seed = 2 }\ntest = { count = 64, seed = 3 }",
        `[train]\nbatch = 32\nsteps = 40\nevery = 20\noptimiser = { name = "adam", rate = 5e-3 }\n${train}`,
        "[eval]\ntrace = true",
      ].join("\n"),
    );
  const errorOf = async (path: string): Promise<number> => {
    const { out } = await fine("eval", path, "--json");
    const table = JSON.parse(out) as { results: readonly { metrics: { nmse_db: { mean: number } } }[] };
    return table.results[0]?.metrics.nmse_db.mean ?? Number.NaN;
  };
  /** The stages that a training went through, by its history. */
  const stagesOf = (name: string): readonly string[] => {
    const rows = readFileSync(at(`${name}/history.csv`), "utf8")
      .trim()
      .split("\r\n")
      .slice(1);
    return [...new Set(rows.map((row) => row.split(",")[1] ?? ""))];
  };

  it.each([
    ["end_to_end", "", ["1"]],
    ["layerwise", "rates = [1, 0.2]\nwarm = true", ["1", "2", "3", "4", "5", "6"]],
    ["greedy", "", ["1", "2", "3"]],
  ])("%s goes through its stages and learns", async (schedule, more, stages) => {
    const trained = experiment(schedule, `schedule = "${schedule}"\n${more}`);
    const before = await errorOf(trained);
    const { out } = await fine("train", trained, "--json");
    expect(JSON.parse(out)).toMatchObject({ steps: 40 * stages.length });
    expect(stagesOf(schedule)).toEqual(stages);
    expect(await errorOf(trained)).toBeLessThan(before - 1);
  });
});

describe("a folder of pictures", () => {
  const pictures = at("pictures");
  mkdirSync(pictures);
  const greys = [0.1, 0.3, 0.5, 0.7, 0.9];
  for (const [index, grey] of greys.entries()) {
    file(pictures, `${index}.png`, writePng(filled([16, 16], () => grey)));
  }
  const experiment = (name: string, data: string): string =>
    file(
      folder,
      `${name}.toml`,
      [
        'program = "denoise.ipx"',
        `out = "${name}"`,
        `[data]\nfolder = "pictures"\nmeasure = "x"\nnoise = { sigma = 0.05 }\n${data}`,
        "[train]\nbatch = 2\nsteps = 3",
        "[eval]\nmetrics = ['psnr_db']",
      ].join("\n"),
    );
  file(
    folder,
    "denoise.ipx",
    "program denoise[h, w] {\n  input y : R[h, w]\n  learn t : R in (0, 2) = 0.5\n  state x : R[h, w] = 0\n" +
      "  step { x <- x + t*(y - x) }\n  output x\n  unroll(2)\n}\n",
  );

  it("gives the test a share of its own, on which nothing is trained or validated", async () => {
    const path = experiment("shares", "test = { count = 2 }\nvalidate = { count = 3 }");
    const sources = new Sources();
    const read = await readExperiment(sources, path);
    const context: Context = {
      terminal: {
        out: () => undefined,
        talk: () => undefined,
        colour: { out: false, talk: false },
        live: false,
        interruptible: (work) => work(new AbortController().signal),
      },
      sources,
      finish: () => undefined,
    };
    const levels = async (
      split: "train" | "validate" | "test",
      count: number,
    ): Promise<readonly number[]> => {
      const source = await openSource({ experiment: read, context }, split);
      const samples = await Promise.all(Array.from({ length: count }, (_, index) => source.at(index)));
      const found = samples.map(({ data }) => data[0] ?? Number.NaN);
      return [...new Set(found.map((level) => Math.round(level * 10) / 10))].toSorted((a, b) => a - b);
    };
    expect(await levels("test", 2)).toEqual([0.1, 0.3]);
    expect(await levels("validate", 3)).toEqual([0.5]);
    expect(await levels("train", 40)).toEqual([0.7, 0.9]);
  });

  it("is trained on and measured through the command", async () => {
    const path = experiment("command", "patch = 8\ntest = { count = 2 }");
    await fine("train", path);
    const { out, talk } = await fine("eval", path, "--json");
    expect(JSON.parse(out)).toMatchObject({ results: [{ metrics: { psnr_db: { n: 2 } } }] });
    expect(talk).toMatch(/cropped to their middle/u);
  });

  it("names the picture that is too small for a patch", async () => {
    const path = experiment("small", "patch = 32");
    await refused(1, /no patch of 32 x 32[^]*--> .*pictures\/\d\.png/u, "train", path);
  });
});

describe("run --seed", () => {
  it("draws the first values of a network, the same for the same seed", async () => {
    const program = file(
      folder,
      "network.ipx",
      "program network[h, w] {\n  input y : R[h, w]\n  learn N : net R[h, w] -> R[h, w] = small\n  output y - N(y)\n}\n" +
        "net small[h, w, c](u : R[h, w, c]) -> R[h, w, c] {\n  return u |> conv(4) |> relu |> conv(c)\n}\n",
    );
    const y = npy(
      folder,
      "y.npy",
      filled([6, 6], (index) => Math.sin(index)),
    );
    const drawn = async (seed: string): Promise<readonly number[]> => {
      const out = at(`seed${seed}.npy`);
      await fine("run", program, "--input", `y=${y}`, "--seed", seed, "--output", `output=${out}`);
      return [...readNpy(readFileSync(out)).data];
    };
    const first = await drawn("1");
    expect(await drawn("1")).toEqual(first);
    expect(await drawn("2")).not.toEqual(first);
  });
});
