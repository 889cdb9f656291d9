import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { realArray } from "../../runtime/io/hostArray.ts";
import { writeNpy } from "../../runtime/io/npy.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
// beside the packages that stay outside of the bundle
const folder = join(root, "node_modules", ".cache", `ipc-command-${process.pid}`);

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  await build({
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "error",
    external: ["@tensorflow/*", "@resvg/resvg-wasm", "ts-morph", "prettier", "dejavu-fonts-ttf"],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    entryPoints: { ipc: "cli/main.ts" },
    outdir: join(folder, "dist"),
    splitting: true,
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly talk: string;
}

function ipc(...argv: readonly string[]): Promise<Ended> {
  return ipcWatched(() => undefined, argv);
}

/** Runs the command; `watch` sees the process with what it has said so far, whenever it says something. */
function ipcWatched(
  watch: (child: ChildProcess, talk: string) => void,
  argv: readonly string[],
  begun: (child: ChildProcess) => void = () => undefined,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, "dist", "ipc.js"), ...argv], { cwd: root });
    begun(child);
    const said = { out: "", talk: "" };
    child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => {
      said.talk += chunk.toString();
      watch(child, said.talk);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, ...said });
    });
  });
}

/** Sends SIGINT and gives the milliseconds that the process then took. */
function interruption(): { readonly send: (child: ChildProcess) => void; readonly took: () => number } {
  let sent = 0;
  return {
    send: (child) => {
      if (sent !== 0) return;
      sent = Date.now();
      child.kill("SIGINT");
    },
    took: () => Date.now() - sent,
  };
}

/** A busy machine may take its time; the work itself would take hours. */
const SOON = 5000;

describe("an interrupt", () => {
  it("ends a run: exit code 130, nothing written", async () => {
    const program = join(folder, "endless.ipx");
    writeFileSync(
      program,
      "program endless[n] {\n  input y : R[n]\n  state x : R[n] = 0\n  step { x <- x + y }\n  output x\n" +
        "  converge(until = change(x) < 1e-12, max = 1000000000)\n}\n",
    );
    const y = join(folder, "y.npy");
    writeFileSync(y, writeNpy(realArray([64], new Float64Array(64).fill(1))));
    const out = join(folder, "x.npy");
    const interrupt = interruption();
    const ended = await ipcWatched(
      (child, talk) => {
        if (talk.includes("warning")) setTimeout(() => interrupt.send(child), 2000);
      },
      ["run", program, "--input", `y=${y}`, "--output", `x=${out}`],
    );
    expect(ended, ended.talk).toMatchObject({ code: 130, out: "" });
    expect(ended.talk).toMatch(/Interrupted/u);
    expect(interrupt.took()).toBeLessThan(SOON);
    expect(existsSync(out)).toBe(false);
  });

  it("ends a training with a checkpoint, from which it goes on to the same weights", async () => {
    const experiment = (name: string): string => {
      const file = join(folder, `${name}.toml`);
      writeFileSync(
        file,
        [
          `program = ${JSON.stringify(join(root, "programs", "lista.ipx"))}`,
          `out = "${name}"`,
          '[given]\nA = "gaussian(20, 40, seed = 1, normalise = columns)"',
          '[data]\ngenerate = "sparse(40, rate = 0.1)"\nmeasure = "A*x"',
          "[train]\nbatch = 32\nsteps = 60\ncheckpoint = 5",
        ].join("\n"),
      );
      return file;
    };
    const interrupt = interruption();
    const out = join(folder, "broken");
    const file = experiment("broken");
    const ended = await ipcWatched(
      () => undefined,
      ["train", file],
      (child) => {
        const poll = setInterval(() => {
          if (existsSync(join(out, "checkpoint.safetensors"))) interrupt.send(child);
        }, 10);
        child.on("close", () => {
          clearInterval(poll);
        });
      },
    );
    expect(ended.code, ended.talk).toBe(130);
    expect(ended.talk).toMatch(/Interrupted after \d+ steps/u);
    expect(interrupt.took()).toBeLessThan(SOON);
    expect(readdirSync(out)).toEqual(["checkpoint.safetensors"]);
    const whole = experiment("whole");
    expect(await ipc("train", file, "--resume")).toMatchObject({ code: 0 });
    expect(await ipc("train", whole)).toMatchObject({ code: 0 });
    const weights = (name: string): Buffer => readFileSync(join(folder, name, "weights.safetensors"));
    expect(weights("broken").equals(weights("whole"))).toBe(true);
  });
});

describe("the bundled command", () => {
  it("shows help on stdout, in no colour where nobody watches", async () => {
    const { code, out, talk } = await ipc("--help");
    expect(code).toBe(0);
    expect(out).toMatch(/Usage: ipc/);
    expect(talk).toBe("");
    expect((await ipc("check", "test/bad/IPX1001/unknown.ipx")).talk).not.toContain("\u001b");
  });

  it("ends as the contract says", async () => {
    const codes = await Promise.all([
      ipc("check", "programs/ista.ipx"),
      ipc("check", "test/bad/IPX1001/unknown.ipx"),
      ipc("check", "nowhere.ipx"),
      ipc("nonsense"),
    ]);
    expect(codes.map(({ code }) => code)).toEqual([0, 1, 2, 2]);
  });

  it("brings the parts that are loaded on demand: compiles, and runs on the engine", async () => {
    const out = join(folder, "emitted");
    expect(await ipc("compile", "programs/ista.ipx", "-o", out)).toMatchObject({ code: 0, out: "" });
    expect(await ipc("doctor")).toMatchObject({ code: 0 });
  });
});
