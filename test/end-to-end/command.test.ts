import { spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

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
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, "dist", "ipc.js"), ...argv], { cwd: root });
    const said = { out: "", talk: "" };
    child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said.talk += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, ...said });
    });
  });
}

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
