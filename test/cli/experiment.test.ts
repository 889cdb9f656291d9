import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPng } from "../../runtime/io/png.ts";
import {
  file,
  filled,
  fine,
  ipc,
  ipcUntil,
  names,
  npy,
  PROGRAMS,
  refused,
  temporaryFolder,
} from "./support.ts";

const folder = temporaryFolder();

const lista = file(
  folder,
  "lista.ipx",
  readFileSync(join(PROGRAMS, "lista.ipx"), "utf8").replace(/unroll\(\d+/u, "unroll(3"),
);

const experiment = (out: string): string => `program = "${lista}"
target = "unrolled"
seed = 1
out = "${out}"

[given]
A = "gaussian(15, 30, seed = 1, normalise = columns)"
lambda = 0.1

[data]
generate = "sparse(30, rate = 0.1)"
measure = "A*x"
noise = { snr = 30 }
train = { count = inf }
validate = { count = 20, seed = 2 }
test = { count = 20, seed = 3 }

[train]
optimiser = { name = "adam", rate = 5e-3 }
batch = 8
steps = 12
every = 6
checkpoint = 4

[eval]
metrics = ["nmse_db"]
trace = true

[[eval.compare]]
program = "${join(PROGRAMS, "fista.ipx")}"
tune = { lambda = [0.01, 0.1] }
steps = 5
`;

/** A signal that aborts after it was looked at a number of times: an interrupt in the middle of a training. */
function interruptAfter(looks: number): AbortSignal {
  let seen = 0;
  const controller = new AbortController();
  return new Proxy(controller.signal, {
    get: (target, key) => {
      if (key === "aborted" && ++seen > looks) controller.abort();
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

describe("a loss over reports", () => {
  const reporting = file(
    folder,
    "reporting.ipx",
    readFileSync(lista, "utf8").replace(
      /step \{ (.*) \}/u,
      "step {\n    $1\n    report size = norm1(x)\n  }",
    ),
  );
  const trained = async (out: string, weight: number): Promise<number> => {
    const text = experiment(out)
      .replace(lista, reporting)
      .replace("[train]", `[train]\nloss = "norm2sq(output - target) + ${weight}*size"`);
    await fine("train", file(folder, `${out}.toml`, text));
    const lines = readFileSync(join(folder, out, "history.csv"), "utf8")
      .trimEnd()
      .split("\r\n");
    return Number(lines[1]?.split(",")[2]);
  };

  it("is the sum of a number over the steps, weighed as the experiment says", async () => {
    const [none, half, whole] = [
      await trained("size0", 0),
      await trained("size1", 0.5),
      await trained("size2", 1),
    ];
    expect(half).toBeGreaterThan(none);
    expect((whole - none) / (half - none)).toBeGreaterThan(1.5);
  });
});

describe("train and eval", () => {
  const whole = file(folder, "whole.toml", experiment("whole"));
  const parts = file(folder, "parts.toml", experiment("parts"));
  const weights = (out: string): Buffer => readFileSync(join(folder, out, "weights.safetensors"));

  it("trains, and says where the weights are", async () => {
    const { out } = await fine("train", whole, "--json");
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      steps: 12,
      weights: join(folder, "whole", "weights.safetensors"),
    });
    expect(names(join(folder, "whole"))).toEqual([
      "checkpoint.safetensors",
      "history.csv",
      "weights.safetensors",
    ]);
  });

  it("ends cleanly at an interrupt, and resumes to the same bits", async () => {
    const { code, talk } = await ipcUntil(interruptAfter(5), ["train", parts]);
    expect(code, talk).toBe(130);
    expect(names(join(folder, "parts"))).toEqual(["checkpoint.safetensors"]);
    await fine("train", parts, "--resume");
    expect(weights("parts").equals(weights("whole"))).toBe(true);
  });

  it("moves an earlier training aside where it begins anew", async () => {
    const out = join(folder, "parts");
    const before = weights("parts");
    const { code, talk } = await ipcUntil(interruptAfter(5), ["train", parts]);
    expect(code, talk).toBe(130);
    expect(talk).toMatch(/moved aside: [^\n]*weights\.before\.safetensors/);
    expect(names(out)).toEqual([
      "checkpoint.before.safetensors",
      "checkpoint.safetensors",
      "history.before.csv",
      "weights.before.safetensors",
    ]);
    expect(readFileSync(join(out, "weights.before.safetensors")).equals(before)).toBe(true);
  });

  it("says it of what was not trained", async () => {
    const untrained = file(folder, "untrained.toml", experiment("untrained"));
    expect((await fine("eval", untrained)).talk).toMatch(/weights\.safetensors is not there/);
  });

  it("writes the table, its numbers and figures, with what was tuned", async () => {
    const { out } = await fine("eval", whole, "--json");
    expect(JSON.parse(out)).toMatchObject({ version: 1 });
    const results = join(folder, "whole");
    expect(readFileSync(join(results, "results.csv"), "utf8").trim().split("\n")).toHaveLength(3);
    expect(readFileSync(join(results, "results.json"), "utf8")).toMatch(/"lambda"/);
    const figures = names(results).filter((name) => /\.(svg|png)$/.test(name));
    expect(figures.map((name) => name.slice(-3)).sort()).toEqual(expect.arrayContaining(["png", "svg"]));
    for (const name of figures) {
      const bytes = readFileSync(join(results, name));
      if (name.endsWith(".png")) expect(readPng(bytes).shape[1]).toBeGreaterThan(100);
      else expect(bytes.toString()).toMatch(/^(<\?xml[^>]*>\s*)?<svg[^]*<\/svg>\s*$/);
    }
    const said = await fine("eval", whole);
    expect(said.out + said.talk).toMatch(/fista[^]*lambda = 0\.0?1/);
    expect(said.out + said.talk).toMatch(/lambda is at an end of its grid: a better one may lie beyond/);
    expect(said.out + said.talk).toMatch(/wasm/);
  });

  it("runs with its weights, and with those of another program does not", async () => {
    const A = ["--bind", "A=gaussian(15, 30, seed = 1, normalise = columns)"];
    const x = join(folder, "x.npy");
    const y = npy(
      folder,
      "y.npy",
      filled([15], (i) => Math.sin(i)),
    );
    const trained = join(folder, "whole", "weights.safetensors");
    await fine("run", lista, ...A, "--input", `y=${y}`, "--weights", trained, "--output", `x=${x}`);
    await refused(
      1,
      /IPX8011[^]*Step 4 has no value/,
      "run",
      lista,
      ...[...A, "--input", `y=${y}`, "--weights", trained, "--target", "solver", "--max", "9"],
    );
    await refused(
      1,
      /weights/,
      "run",
      join(PROGRAMS, "ista.ipx"),
      ...A,
      "--input",
      `y=${y}`,
      "--weights",
      trained,
    );
  });
});

describe("an experiment file with a fault", () => {
  const cases: readonly (readonly [string, RegExp, (text: string) => string])[] = [
    ["a misspelt key of a table", /fault\.toml:20:1[^]*batch/, (text) => text.replace("batch =", "bacth =")],
    [
      "a misspelt key at the top",
      /fault\.toml:2:1[^]*target/,
      (text) => text.replace("target =", "tagret ="),
    ],
    [
      "a misspelt key of data",
      /fault\.toml:11:1[^]*generate/,
      (text) => text.replace("generate =", "genrate ="),
    ],
    [
      "a factor of what is not learned",
      /IPX8502[^]*thta[^]*theta/,
      (text) => text.replace("batch = 8", "batch = 8\nfactors = { thta = 0.1 }"),
    ],
    ["a wrong type", /fault\.toml:20:9/, (text) => text.replace("batch = 8", 'batch = "8"')],
    ["a number out of range", /fault\.toml:20:9/, (text) => text.replace("batch = 8", "batch = 0")],
    [
      "an unknown optimiser",
      /one of sgd, momentum[^]*fault\.toml:19:22/,
      (text) => text.replace('"adam"', '"adma"'),
    ],
    ["a fault of TOML", /fault\.toml:3:/, (text) => text.replace("seed = 1", "seed = = 1")],
    ["an unknown operator", /fault\.toml:7:6[^]*gaussian/, (text) => text.replace('"gaussian(', '"gausian(')],
    [
      "a name that the program has not",
      /fault\.toml:8:1[^]*lambda/,
      (text) => text.replace("lambda = 0.1", "lamda = 0.1"),
    ],
    [
      "a bound of 0 where one above is wanted",
      /`train\.clip`: it is to be greater than 0/,
      (text) => text.replace("[train]", "[train]\nclip = 0"),
    ],
    [
      "an empty list",
      /`train\.rates`: the list is empty; it needs an entry/,
      (text) => text.replace("[train]", "[train]\nrates = []"),
    ],
    [
      "an empty text",
      /`train\.loss`: the text is empty/,
      (text) => text.replace("[train]", '[train]\nloss = ""'),
    ],
    ["a missing program", /cannot be read/, (text) => text.replace("lista.ipx", "nowhere.ipx")],
    ["an unknown generator", /fault\.toml:11:13[^]*sparse/, (text) => text.replace("sparse(", "sprase(")],
  ];
  it.each(cases)("has %s: it is said at its place, and nothing is written", async (_, what, spoil) => {
    const path = file(folder, "fault.toml", spoil(experiment("never")));
    const { code, talk } = await ipc("train", path);
    expect([1, 2]).toContain(code);
    expect(talk).toMatch(what);
    expect(existsSync(join(folder, "never"))).toBe(false);
  });

  it("is measured with weights that were cut off: their file is named", async () => {
    const cut = join(folder, "cut");
    mkdirSync(cut);
    const whole = readFileSync(join(folder, "whole", "weights.safetensors"));
    const weights = file(cut, "weights.safetensors", whole.subarray(0, whole.length - 9));
    const { talk } = await refused(1, /IPX8101/, "eval", file(folder, "cut.toml", experiment("cut")));
    expect(talk).toContain(`--> ${weights}`);
  });

  it("tunes a name that the baseline has not: it is said at the key", async () => {
    const text = experiment("misspelt").replace("tune = { lambda", "tune = { lamda");
    const { talk } = await refused(1, /declares no `lamda`/, "eval", file(folder, "misspelt.toml", text));
    expect(talk).toMatch(/misspelt\.toml:\d+:10\n/u);
  });

  it("is missing: exit 2", async () => {
    await refused(2, /cannot be read/, "train", join(folder, "nowhere.toml"));
  });
});

describe("new and doctor", () => {
  it("makes a folder whose README's commands run", async () => {
    const into = join(folder, "my-solver");
    await fine("new", into);
    const commands = readFileSync(join(into, "README.md"), "utf8").match(/^ {4}ipc .*$/gmu) ?? [];
    expect(commands.length).toBeGreaterThanOrEqual(5);
    const here = (word: string): string =>
      word.replaceAll(/(^|=)([\w.]+\.(?:ipx|toml|npy))/gu, `$1${into}/$2`);
    for (const command of commands) {
      const words = [...command.trim().matchAll(/'([^']*)'|(\S+)/gu)].map(
        (match) => match[1] ?? here(match[2] ?? ""),
      );
      await fine(...words.slice(1));
    }
    expect(names(into)).toEqual(expect.arrayContaining(["estimate.npy", "results", "y.npy"]));
    await refused(2, /exists/, "new", into);
  });

  it("refuses a name that is none, and a place that it cannot write", async () => {
    await refused(2, /name/, "new", join(folder, "1bad"));
    await refused(2, /'program' makes no name [^]* word of the language/, "new", join(folder, "program"));
    await refused(2, /'toString' makes no name/, "new", join(folder, "toString"));
    expect(existsSync(join(folder, "toString"))).toBe(false);
    mkdirSync(join(folder, "taken"));
    await refused(2, /exists/, "new", join(folder, "taken"));
    await refused(2, /cannot/, "new", join(file(folder, "plain", ""), "below"));
  });

  it("finds this machine in order", async () => {
    const { out } = await fine("doctor");
    expect(out).toMatch(/engine/);
    expect(out).not.toMatch(/^fail/mu);
  });
});
