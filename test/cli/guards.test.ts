import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realArray } from "../../runtime/io/hostArray.ts";
import { readNpy } from "../../runtime/io/npy.ts";
import { file, filled, fine, ipc, names, npy, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

describe("files without an end", () => {
  const importing = (path: string): string =>
    `import a from "${path}"\nprogram p[n] {\n  input y : R[n]\n  output a(y)\n}\n`;

  it("are not imported", async () => {
    execFileSync("mkfifo", [at("pipe.ipx")]);
    for (const path of ["/dev/zero", "./pipe.ipx"])
      await refused(1, /IPX1012/u, "check", file(folder, "importing.ipx", importing(path)));
  });

  it("are not read as data", async () => {
    execFileSync("mkfifo", [at("pipe.npy")]);
    symlinkSync("/dev/zero", at("zero.npz"));
    for (const name of ["pipe.npy", "zero.npz"])
      await refused(
        2,
        /IPX8109.*cannot be read/u,
        "apply",
        "I",
        "--input",
        at(name),
        "--output",
        at("o.npy"),
      );
  });
});

describe("what a command reads", () => {
  const y = npy(
    folder,
    "y.npy",
    filled([3], (index) => index + 1),
  );
  const bytes = readFileSync(y);
  const program = file(folder, "same.ipx", "program same[n] {\n  input y : R[n]\n  output 2*y\n}\n");

  it("is not written over, by whatever name", async () => {
    symlinkSync(y, at("link.npy"));
    for (const output of [y, at("link.npy"), join(folder, ".", "y.npy")]) {
      await refused(
        2,
        /is read: it would be lost/u,
        "run",
        program,
        "--input",
        `y=${y}`,
        "--output",
        `output=${output}`,
      );
      await refused(2, /is read: it would be lost/u, "apply", "2*I", "--input", y, "--output", output);
    }
    await refused(
      2,
      /it would be lost/u,
      "run",
      program,
      "--bind",
      `y=array("${y}")`,
      "--output",
      `output=${y}`,
    );
    expect(readFileSync(y)).toEqual(bytes);
  });

  it("is not written over by a numbered picture of a batch", async () => {
    const mask = at("out-001.png");
    await fine("data", "make", "shepp_logan(8)", "--count", "1", "-o", at("phantom.npy"));
    const images = npy(
      folder,
      "images.npy",
      filled([2, 8, 8], () => 0.5),
    );
    await fine("apply", "I", "--input", at("phantom.npy:0"), "--output", mask);
    const before = readFileSync(mask);
    const text = "program masked[h, w] {\n  given m : R[h, w]\n  input y : R[h, w]\n  output m .* y\n}\n";
    const masked = file(folder, "masked.ipx", text);
    const argv = ["--input", `y=${images}`, "--output", `output=${at("out.png")}`];
    await refused(
      2,
      /out-001\.png is written.*is read/u,
      "run",
      masked,
      "--bind",
      `m=image("${mask}")`,
      ...argv,
    );
    expect(readFileSync(mask)).toEqual(before);
    expect(existsSync(at("out-000.png"))).toBe(false);
  });

  it("is no picture of the set that is looked at, either", async () => {
    await fine("data", "make", "ellipses(8)", "--count", "2", "--format", "png", "-o", at("pictures"));
    await refused(2, /it would be lost/u, "data", at("pictures"), "--sheet", at("pictures/000.png"));
    await refused(2, /it would be lost/u, "view", at("pictures/000.png"), "-o", at("pictures/000.png"));
  });
});

describe("a folder of a set", () => {
  const make = (count: number, seed: number, ...more: readonly string[]): readonly string[] => [
    ...["data", "make", "ellipses(8)", "-o", at("set"), "--count", String(count), "--seed", String(seed)],
    ...more,
  ];

  it("holds one set: the same may be drawn again, another one asks for --force", async () => {
    await fine(...make(3, 1));
    await fine(...make(3, 1));
    writeFileSync(at("set/notes.txt"), "");
    await refused(2, /not empty.*--force/u, ...make(2, 1));
    await refused(2, /not empty.*--force/u, ...make(3, 2));
    await fine(...make(2, 2, "--force"));
    expect(names(at("set"))).toEqual(["000.npy", "001.npy", "notes.txt", "set.json"]);
  });
});

describe("the folder of a training", () => {
  const experiment = file(
    folder,
    "scale.toml",
    `
program = "scale.ipx"
target = "direct"
seed = 1
out = "trained"
[data]
generate = "sparse(8, rate = 0.5)"
measure = "x"
[train]
loss = "mse"
optimiser = { name = "sgd", rate = 1e-2 }
batch = 2
steps = 2
`,
  );
  file(folder, "scale.ipx", "program scale[n] {\n  input y : R[n]\n  learn a : R = 0.5\n  output a*y\n}\n");
  const lock = at("trained/training.lock");
  const holder = (process: number, host: string): string =>
    JSON.stringify({ process, host, since: "2026-01-01T00:00:00.000Z" });

  it("is one training's: another is refused and told whose it is", async () => {
    mkdirSync(at("trained"));
    for (const [id, host] of [
      [process.pid, hostname()],
      [1, "elsewhere"],
    ] as const) {
      writeFileSync(lock, holder(id, host));
      const { talk } = await refused(
        2,
        /IPX8110\]: Another training works in this folder/u,
        "train",
        experiment,
      );
      expect(talk).toContain(`Process ${id} on ${host}, since 2026`);
      expect(existsSync(at("trained/weights.safetensors"))).toBe(false);
    }
  });

  it("is taken over from a dead process, and left free", async () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    writeFileSync(lock, holder(dead, hostname()));
    await fine("train", experiment);
    expect(existsSync(lock)).toBe(false);
    await fine("train", experiment);
  });
});

it("kaczmarz takes no step by a ray that misses the image", async () => {
  const A = npy(folder, "rays.npy", realArray([3, 2], Float64Array.of(1, 2, 0, 0, 3, -1)));
  const y = npy(folder, "shadow.npy", realArray([3], Float64Array.of(5, 0, 1)));
  await fine(
    ...["run", join(PROGRAMS, "kaczmarz.ipx"), "--bind", `A=matrix("${A}")`],
    ...["--input", `y=${y}`, "--output", `x=${at("restored.npy")}`],
  );
  const [first = NaN, second = NaN] = readNpy(readFileSync(at("restored.npy"))).data;
  expect([first, second].map((value) => Math.round(value * 1e3) / 1e3)).toEqual([1, 2]);
});

it("arrays without entries and numbers beyond single precision are named with their file", async () => {
  const program = file(folder, "any.ipx", "program any[h, w] {\n  input y : R[h, w]\n  output 2*y\n}\n");
  const empty = npy(folder, "empty.npy", realArray([0, 4], new Float64Array()));
  const large = npy(folder, "large.npy", realArray([1, 2], Float64Array.of(1, 1e300)));
  const o = at("o.npy");
  for (const [y, what] of [
    [empty, /IPX8004.*empty\.npy holds an array without entries: its shape is \[0, 4\]/u],
    [large, /IPX8106.* is 1e\+300 at \[0, 1\], beyond single precision/u],
  ] as const) {
    await refused(1, what, "run", program, "--input", `y=${y}`, "--output", `output=${o}`);
    await refused(1, what, "apply", "I", "--input", y, "--output", o);
  }
  expect(existsSync(o)).toBe(false);
});

it("index wants weights that are not negative", async () => {
  const text = (type: string): string => `program p[n] {
  given w : R[n]${type}
  input y : R[n]
  state x : R[n] = 0
  step {
    draw i from index(n, weights = w)
    x <- x + y[i]*y
  }
  output x
  unroll(2)
}
`;
  await refused(1, /IPX3105/u, "check", file(folder, "signed.ipx", text("")));
  expect((await ipc("check", file(folder, "weighted.ipx", text(" in [0, inf)")))).code).toBe(0);
});

it("a build without a package says which, and what to do", () => {
  const root = new URL("../..", import.meta.url).pathname;
  mkdirSync(at("bare/scripts"), { recursive: true });
  cpSync(join(root, "package.json"), at("bare/package.json"));
  cpSync(join(root, "scripts/build.mjs"), at("bare/scripts/build.mjs"));
  const { status, stderr } = spawnSync(process.execPath, [at("bare/scripts/build.mjs")], {
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^Not installed: .*esbuild.*Run `npm install`, then build again\.\n$/u);
});
