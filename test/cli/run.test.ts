import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ENGINES } from "../../runtime/engine/select.ts";
import { readNpy } from "../../runtime/io/npy.ts";
import { writeNpz } from "../../runtime/io/npz.ts";
import { readPng, writePng } from "../../runtime/io/png.ts";
import { writeSafetensors } from "../../runtime/io/safetensors.ts";
import { file, filled, fine, ipc, names, npy, PROGRAMS, refused, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const program = (name: string): string => join(PROGRAMS, `${name}.ipx`);
const numbers = (name: string): number[] => Array.from(readNpy(readFileSync(at(name))).data);
const json = (out: string): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

const y = npy(
  folder,
  "y.npy",
  filled([12], (i) => Math.sin(3 * i + 1)),
);
const batch = npy(
  folder,
  "batch.npy",
  filled([3, 12], (i) => Math.sin(3 * i + 1)),
);
const A = "A=gaussian(12, 20, seed = 1)";
const ista = ["run", program("ista"), "--bind", A] as const;
const double = file(folder, "double.ipx", "program double[space X] {\n  input y : X\n  output 2*y\n}\n");
const picture = filled([8, 12], (i) => (i % 97) / 97);

describe("run", () => {
  it("solves, and says how it went by the contract", async () => {
    const { out } = await fine(...ista, "--input", `y=${y}`, "--output", `x=${at("x.npy")}`, "--json");
    const result = json(out);
    expect(Object.keys(result).sort()).toEqual(
      ["converged", "engine", "iterations", "objective", "reason", "residual", "seconds", "version"].sort(),
    );
    expect(result).toMatchObject({ version: 1, converged: true, reason: "until" });
    expect(result["iterations"]).toBeTypeOf("number");
    expect(numbers("x.npy")).toHaveLength(20);
  });

  it("reports the change of what converges, not of a momentum beside it", async () => {
    const argv = ["run", join(PROGRAMS, "fista.ipx"), "--bind", "A=gaussian(20, 40, seed = 1)", "--input"];
    const measured = npy(
      folder,
      "measured.npy",
      filled([20], (index) => Math.cos(index)),
    );
    const { out } = await fine(...argv, `y=${measured}`, "--json");
    const { residual, reason } = JSON.parse(out) as { readonly residual: number; readonly reason: string };
    expect(reason).toBe("until");
    expect(residual).toBeLessThan(3e-6);
  });

  it("gives the same for a sample alone and in a batch", async () => {
    const said = await fine(...ista, "--input", `y=${batch}`, "--output", `x=${at("xs.npy")}`, "--json");
    const result = json(said.out);
    expect(result["iterations"]).toHaveLength(3);
    expect(result["converged"]).toEqual([true, true, true]);
    await fine(...ista, "--input", `y=${y}`, "--output", `x=${at("x.npy")}`);
    const [alone, all] = [numbers("x.npy"), numbers("xs.npy")];
    for (const [i, value] of alone.entries()) expect(all[i]).toBeCloseTo(value, 5);
  });

  it("agrees with the reference interpreter", async () => {
    await fine(...ista, "--input", `y=${y}`, "--output", `x=${at("fast.npy")}`, "--engine", "wasm");
    const slow = await fine(
      ...ista,
      "--input",
      `y=${y}`,
      "--output",
      `x=${at("slow.npy")}`,
      "--engine",
      "reference",
      "--json",
    );
    expect(json(slow.out)["engine"]).toBe("reference");
    const exact = numbers("slow.npy");
    for (const [i, value] of numbers("fast.npy").entries()) expect(value).toBeCloseTo(exact[i] ?? NaN, 4);
  });

  it("has nulls for what an unrolled or direct program does not have", async () => {
    const unrolled = await fine(...ista, "--target", "unrolled", "--input", `y=${y}`, "--json");
    expect(json(unrolled.out)).toMatchObject({ converged: null, reason: "fixed_steps", iterations: 20 });
    const direct = await fine("run", double, "--input", `y=${y}`, "--json");
    expect(json(direct.out)).toMatchObject({ converged: null, objective: null });
  });

  it("splits an output at its last =, and evaluates it over results and bindings", async () => {
    await fine(
      ...ista,
      "--input",
      `y=${y}`,
      "--output",
      `A*x=${at("Ax.npy")}`,
      "--output",
      `soft(x, theta = 0.1)=${at("s.npy")}`,
    );
    expect(numbers("Ax.npy")).toHaveLength(12);
    expect(numbers("s.npy")).toHaveLength(20);
  });

  it("reads npz by key, and says which keys there are", async () => {
    const npz = file(folder, "f.npz", writeNpz({ data: filled([12], (i) => i) }));
    await fine("run", double, "--input", `y=${npz}:data`, "--output", `output=${at("twice.npy")}`);
    expect(numbers("twice.npy")).toEqual(Array.from({ length: 12 }, (_, i) => 2 * i));
    await refused(1, /data/, "run", double, "--input", `y=${npz}:nothing`);
  });

  it.each([8, 16] as const)("reads a PNG of %i bits in [0, 1], and writes one clipped", async (bits) => {
    const grey = file(folder, `grey${bits}.png`, writePng(picture, bits));
    await fine(
      "run",
      double,
      "--input",
      `y=${grey}`,
      "--output",
      `output=${at("out.png")}`,
      "--output",
      `output=${at("out.npy")}`,
    );
    const tolerance = 2 / (2 ** bits - 1);
    const [doubled, clipped] = [numbers("out.npy"), Array.from(readPng(readFileSync(at("out.png"))).data)];
    for (const [i, value] of picture.data.entries()) {
      expect(Math.abs((doubled[i] ?? NaN) - 2 * value)).toBeLessThan(tolerance);
      expect(Math.abs((clipped[i] ?? NaN) - Math.min(1, 2 * value))).toBeLessThan(1 / 100);
    }
  });

  it("takes colour as a last axis, and never for a batch", async () => {
    const colour = file(folder, "colour.png", writePng(filled([8, 8, 3], (i) => (i % 90) / 97)));
    await fine("run", double, "--input", `y=${colour}`, "--output", `output=${at("colour.npy")}`);
    expect(readNpy(readFileSync(at("colour.npy"))).shape).toEqual([8, 8, 3]);
    const image = file(folder, "image.ipx", "program image[h, w] {\n  input y : R[h, w]\n  output 2*y\n}\n");
    await refused(1, /colour/, "run", image, "--input", `y=${colour}`);
  });

  it("writes a batch of pictures as numbered files", async () => {
    const stack = npy(
      folder,
      "stack.npy",
      filled([2, 8, 8], (i) => (i % 50) / 100),
    );
    await fine("run", double, "--batch", "--input", `y=${stack}`, "--output", `output=${at("many.png")}`);
    expect(names(folder).filter((name) => name.startsWith("many"))).toHaveLength(2);
  });
});

describe("the limits of a run", () => {
  const told = async (...argv: readonly string[]): Promise<Record<string, unknown>> =>
    json((await fine(...ista, "--input", `y=${y}`, "--json", ...argv)).out);

  it("are a solver's cap, a network's steps, an equilibrium's tolerance", async () => {
    expect(await told("--max", "3")).toMatchObject({ iterations: 3, converged: false, reason: "cap" });
    expect(await told("--target", "unrolled", "--steps", "7")).toMatchObject({ iterations: 7 });
    const equilibrium = ["--target", "equilibrium"];
    const [loose, tight] = [
      await told(...equilibrium, "--tol", "0.05"),
      await told(...equilibrium, "--tol", "1e-5"),
    ];
    expect(Number(loose["iterations"])).toBeLessThan(Number(tight["iterations"]));
    expect(Number(tight["residual"])).toBeLessThanOrEqual(1e-5);
    expect(await told(...equilibrium, "--max", "2")).toMatchObject({ converged: false });
  });

  it("set the header parameter that counts the steps, so that schedules follow", async () => {
    const counted = file(
      folder,
      "counted.ipx",
      "program counted[K = 5, space X] {\n  input y : X\n  state x : X = 0\n  step { x <- x + y/K }\n  output x\n  unroll(K)\n}\n",
    );
    const out = ["--output", `x=${at("counted.npy")}`];
    const few = await fine("run", counted, "--input", `y=${y}`, "--steps", "3", "--json", ...out);
    expect(json(few.out)).toMatchObject({ iterations: 3 });
    const start = Array.from(readNpy(readFileSync(y)).data);
    for (const [i, value] of numbers("counted.npy").entries()) expect(value).toBeCloseTo(start[i] ?? NaN, 5);
  });

  it.each([
    ["--max", "5", "unrolled"],
    ["--steps", "5", "solver"],
    ["--tol", "0.1", "solver"],
  ])("%s %s is refused for the target %s", async (option, value, target) => {
    await refused(2, new RegExp(`${option} is not for`), ...ista, "--target", target, option, value);
  });

  it("must be counts and positive numbers", async () => {
    await refused(2, /whole number from 1/, ...ista, "--max", "0");
    await refused(2, /positive/, ...ista, "--tol", "-1");
  });
});

it("names every engine in its help", async () => {
  const { out } = await fine("run", "--help");
  const words = out.replaceAll(/\s+/gu, " ");
  for (const name of Object.keys(ENGINES)) expect(words).toMatch(new RegExp(`\\b${name}\\b`, "u"));
});

describe("before it runs, run says", () => {
  const endless = file(
    folder,
    "endless.ipx",
    "program endless[space X] {\n  input y : X\n  state x : X = 0\n  step { x <- 1/2*(x + y) }\n  output x\n  converge(until = change(x) < -1, max = 1000000000)\n}\n",
  );
  const odd = npy(
    folder,
    "odd.npy",
    filled([5], (i) => i),
  );
  it.each([
    ["a wrong name of an output", 1, /`z`/, `z=${at("never.npy")}`],
    ["a wrong name inside of an expression", 1, /`z`/, `2*z=${at("never.npy")}`],
    ["shapes that do not fit", 1, /IPX8209/, `gaussian(3, 4, seed = 1)*x=${at("never.npy")}`],
    ["arrays that do not fit", 1, /shapes/, `x + array("${odd}")=${at("never.npy")}`],
    ["a vector that is no picture", 1, /no picture/, `x=${at("never.png")}`],
    ["a type of file that is none", 2, /TIFF files are read, not written/, `x=${at("never.tif")}`],
  ] as const)("%s", async (_, code, what, output) => {
    await refused(code, what, "run", endless, "--input", `y=${y}`, "--output", output);
    expect(names(folder).filter((name) => name.startsWith("never"))).toEqual([]);
  });

  it("that a file may be a batch, where a type has any number of axes", async () => {
    const blurred = ["run", program("ista"), "--bind", "A=mask(array(" + JSON.stringify(y) + "))"];
    await refused(1, /counts samples, add `--batch`/, ...blurred, "--input", `y=${batch}`);
    await fine(...blurred, "--input", `y=${batch}`, "--batch", "--max", "2");
  });

  it("which option or file asks for more steps than there are values", async () => {
    const text =
      "program few[space X] {\n  input y : X\n  learn t : R per step = 0.5\n  state x : X = 0\n  step { x <- x + t*(y - x) }\n  output x\n  unroll(4)\n}\n";
    const few = file(folder, "few.ipx", text);
    const experiment = file(
      folder,
      "few.toml",
      `program = "few.ipx"\nout = "few-out"\n[data]\ngenerate = "sparse(12, rate = 0.3)"\nmeasure = "x"\ntrain = { count = 8 }\n[train]\nbatch = 4\nsteps = 2\n`,
    );
    await fine("train", experiment);
    const trained = ["--weights", at("few-out/weights.safetensors"), "--input", `y=${y}`];
    await fine("run", few, ...trained);
    const { talk } = await refused(1, /error\[IPX8011\]/, "run", few, ...trained, "--steps", "5");
    expect(talk).toMatch(/--> --steps:1:1/);
  });
});

describe("givens of single steps", () => {
  const text = (beyond: string): string =>
    `program scheduled[space X] {\n  given rates : R in (0, 2) per step\n  input y : X\n  learn w : R = 0.5\n` +
    `  state x : X = 0\n  step { x <- x + w*rates*(y - x) }\n  output x\n  unroll(4${beyond})\n}\n`;
  const rates = (count: number): string => {
    const path = npy(
      folder,
      `rates${count}.npy`,
      filled([count], (i) => 0.2 + 0.1 * i),
    );
    return `rates=array(${JSON.stringify(path)})`;
  };
  const once = file(folder, "once.ipx", text(""));
  const cycle = file(folder, "cycle.ipx", text(", beyond = cycle"));

  it("are one for each step, neither fewer nor more", async () => {
    for (const count of [3, 5]) {
      await refused(
        1,
        /IPX8011[^]*bound to \d steps[^]*takes 4/,
        "run",
        once,
        "--bind",
        rates(count),
        "--input",
        `y=${y}`,
      );
    }
    await fine("run", once, "--bind", rates(4), "--input", `y=${y}`);
    await fine("run", once, "--bind", rates(4), "--input", `y=${y}`, "--steps", "2");
  });

  it("hold beyond the last step as the target says", async () => {
    const run = async (count: number): Promise<number[]> => {
      const x = at(`cycle${count}.npy`);
      await fine(
        "run",
        cycle,
        "--bind",
        rates(count),
        "--input",
        `y=${y}`,
        "--steps",
        "6",
        "--output",
        `x=${x}`,
      );
      return numbers(`cycle${count}.npy`);
    };
    const kept = [0.2, 0.3, 0.4, 0.5, 0.2, 0.3].reduce((left, rate) => left * (1 - 0.5 * rate), 1);
    const [, first = 0] = await run(4);
    expect(first).toBeCloseTo((1 - kept) * Math.sin(4), 5);
  });
});

describe("run refuses", () => {
  const wrong = npy(
    folder,
    "wrong.npy",
    filled([13], (i) => i),
  );
  const nan = npy(
    folder,
    "nan.npy",
    filled([12], (i) => (i === 3 ? NaN : i)),
  );
  const zeros = npy(
    folder,
    "zeros.npy",
    filled([12, 20], () => 0),
  );
  const none = npy(
    folder,
    "none.npy",
    filled([0, 12], () => 0),
  );
  const foreign = file(folder, "foreign.safetensors", writeSafetensors({ tensors: new Map(), metadata: {} }));
  const cases: readonly (readonly [string, 1 | 2, RegExp, readonly string[]])[] = [
    [
      "a step that divides by the norm of zeros, at its declaration",
      1,
      /IPX8007[^]*not finite[^]*ista\.ipx:\d+:\d+[^]*learn t/,
      ["run", program("ista"), "--bind", `A=matrix(${JSON.stringify(zeros)})`, "--input", `y=${y}`],
    ],
    ["a batch of no samples", 1, /IPX8004[^]*\[0, 12\]/, [...ista, "--input", `y=${none}`]],
    ["a wrong shape", 1, /13/, [...ista, "--input", `y=${wrong}`]],
    ["NaN in the data", 1, /not a number|NaN|finite/i, [...ista, "--input", `y=${nan}`]],
    ["a missing given", 1, /`?A`?/, ["run", program("ista"), "--input", `y=${y}`]],
    ["a missing input", 1, /`y`/, [...ista]],
    [
      "an unknown name, with a suggestion",
      1,
      /lambda/,
      [...ista, "--bind", "lamda=0.1", "--input", `y=${y}`],
    ],
    ["an unknown input", 1, /`?yy`?/, [...ista, "--input", `yy=${y}`]],
    ["a value outside its interval", 1, /lambda/, [...ista, "--bind", "lambda=-1", "--input", `y=${y}`]],
    [
      "an expression that does not parse",
      1,
      /error\[/,
      [...ista, "--bind", "lambda=(1", "--input", `y=${y}`],
    ],
    [
      "an unknown operator, with a suggestion",
      1,
      /gaussian/,
      ["run", program("ista"), "--bind", "A=gausian(12, 20)", "--input", `y=${y}`],
    ],
    [
      "weights of another program",
      1,
      /weights|safetensors/,
      [...ista, "--input", `y=${y}`, "--weights", foreign],
    ],
    ["weights that are none", 1, /y\.npy/, [...ista, "--input", `y=${y}`, "--weights", y]],
    ["a missing file", 2, /cannot be read/, [...ista, "--input", `y=${at("nowhere.npy")}`]],
    ["a binding without =", 2, /NAME=EXPR/, [...ista, "--bind", "lambda", "--input", `y=${y}`]],
    ["an unknown output", 1, /z/, [...ista, "--input", `y=${y}`, "--output", `z=${at("never.npy")}`]],
    [
      "an unwritable output",
      2,
      /cannot be written/,
      [...ista, "--input", `y=${y}`, "--output", `x=${at("no/x.npy")}`],
    ],
    ["an unknown format", 2, /\.xyz|npy/, [...ista, "--input", `y=${y}`, "--output", `x=${at("never.xyz")}`]],
    ["an unknown engine", 2, /engine/i, [...ista, "--input", `y=${y}`, "--engine", "quantum"]],
  ];
  it.each(cases)("%s", async (_, code, what, argv) => {
    const never = at("never.npy");
    const output = argv.includes("--output") ? [] : ["--output", `x=${never}`];
    const { out } = await refused(code, what, ...argv, ...output);
    expect(out).toBe("");
    expect(existsSync(never)).toBe(false);
    expect(names(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("what has not converged, where that is required", async () => {
    const slow = file(folder, "slow.ipx", readFileSync(program("ista"), "utf8").replace("5000", "2"));
    const argv = ["run", slow, "--bind", A, "--input", `y=${y}`, "--json"];
    const open = await fine(...argv);
    expect(json(open.out)).toMatchObject({ converged: false, reason: "cap", iterations: 2 });
    expect(open.talk).toMatch(/warning/);
    expect((await ipc(...argv, "--require-converged")).code).toBe(1);
  });
});

describe("apply", () => {
  it("gives an operator and its adjoint that pass the dot test", async () => {
    const v = npy(
      folder,
      "v.npy",
      filled([16, 16], (i) => Math.sin(i)),
    );
    const w = npy(
      folder,
      "w.npy",
      filled([16, 16, 2], (i) => Math.cos(5 * i)),
    );
    await fine("apply", "gradient", "--input", v, "--output", at("Dv.npy"), "--engine", "reference");
    await fine(
      "apply",
      "gradient",
      "--adjoint",
      "--input",
      w,
      "--output",
      at("Dw.npy"),
      "--engine",
      "reference",
    );
    const dot = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0);
    expect(dot(numbers("Dv.npy"), numbers("w.npy"))).toBeCloseTo(dot(numbers("v.npy"), numbers("Dw.npy")), 8);
  });

  it("adds noise by its seed", async () => {
    const noisy = async (seed: string, name: string): Promise<number[]> => {
      await fine(
        "apply",
        "gaussian(8, 12, seed = 1)",
        "--input",
        y,
        "--output",
        at(name),
        "--noise",
        "0.1",
        "--seed",
        seed,
      );
      return numbers(name);
    };
    const first = await noisy("1", "n1.npy");
    expect(await noisy("1", "n1again.npy")).toEqual(first);
    expect(await noisy("2", "n2.npy")).not.toEqual(first);
  });

  it("refuses what does not fit, and what is no operator", async () => {
    await refused(1, /12/, "apply", "gaussian(8, 13)", "--input", y, "--output", at("never.npy"));
    await refused(1, /operator/, "apply", "0.5", "--input", y, "--output", at("never.npy"));
    expect(existsSync(at("never.npy"))).toBe(false);
  });
});
