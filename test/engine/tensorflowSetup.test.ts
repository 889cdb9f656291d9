import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { setupTensorflow } from "../../cli/setup/tensorflow.ts";
import { Sources } from "../../cli/sources.ts";
import { EXIT } from "../../cli/terminal.ts";
import { tensorflowFolder } from "../../runtime/engine/node/tensorflow.ts";
import { engine } from "../../runtime/engine/select.ts";

const canBuild = process.platform === "linux" && process.arch === "x64" && !existsSync("/etc/alpine-release");
const hasSpace = statfsSync(tmpdir()).bavail * statfsSync(tmpdir()).bsize > 2e9;

describe.skipIf(!canBuild || !hasSpace)("`ipc setup tfjs-node` where something is missing", () => {
  const before = { path: process.env["PATH"], cache: process.env["XDG_CACHE_HOME"] };
  let root = "";

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "ipc-setup-"));
    process.env["PATH"] = root;
    process.env["XDG_CACHE_HOME"] = join(root, "cache");
  });
  afterEach(() => {
    restore("PATH", before.path);
    restore("XDG_CACHE_HOME", before.cache);
    rmSync(root, { recursive: true });
  });

  /** A command that fails when it is asked for more than its version, saying so. */
  function tool(name: string, body: string): void {
    const text = `#!/bin/sh\ncase "$*" in *--version*) exit 0;; esac\n${body}\n`;
    writeFileSync(join(root, name), text, { mode: 0o755 });
  }

  /** Runs the setup; `interrupt` is called with what is said. */
  async function setup(interrupt: (said: string, controller: AbortController) => void = () => undefined) {
    const controller = new AbortController();
    let said = "";
    const code = await setupTensorflow(
      {
        terminal: {
          out: () => undefined,
          talk: (text) => {
            said += text;
            interrupt(said, controller);
          },
          colour: { out: false, talk: false },
          live: false,
          interruptible: (work) => work(controller.signal),
        },
        sources: new Sources(),
        finish: () => undefined,
      },
      "tensorflow",
    );
    return { code, said };
  }

  const left = (): readonly string[] => readdirSync(dirname(tensorflowFolder("tensorflow")));

  test("each tool that is missing is named, with what to install", async () => {
    await expect(setup()).rejects.toThrow(/there is no npm/u);
    tool("npm", "exit 1");
    await expect(setup()).rejects.toThrow(/there is no python3.*apt install python3/u);
    writeFileSync(join(root, "python3"), '#!/bin/sh\n[ "$1" = --version ]\n', { mode: 0o755 });
    await expect(setup()).rejects.toThrow(/python3 has no pip.*apt install python3-pip/u);
    tool("python3", "exit 1");
    await expect(setup()).rejects.toThrow(/there is no C\+\+ compiler.*CXX/u);
    expect(existsSync(join(root, "cache"))).toBe(false);
  });

  test("a download that fails says why, and leaves nothing", async () => {
    for (const name of ["python3", "g++"]) tool(name, "exit 1");
    tool("npm", "echo 'npm error code ENOTFOUND' >&2; exit 1");
    await expect(setup()).rejects.toThrow(/is the network reachable.*ENOTFOUND/su);
    expect(left()).toEqual([]);
    tool("npm", "echo 'write ENOSPC' >&2; exit 1");
    await expect(setup()).rejects.toThrow(/no space is left on the disk/u);
    expect(left()).toEqual([]);
  });

  test("an interrupt ends it at once, and leaves nothing, of earlier builds neither", async () => {
    for (const name of ["python3", "g++"]) tool(name, "exit 1");
    tool("npm", "exec /bin/sleep 60");
    mkdirSync(join(dirname(tensorflowFolder("tensorflow")), "partial-99999999", "deps"), { recursive: true });
    const { code, said } = await setup((text, controller) => {
      if (text.includes("from npm")) setTimeout(() => controller.abort(), 50);
    });
    expect(code).toBe(EXIT.interrupted);
    expect(said).toMatch(/270 MB.*Interrupted; nothing was kept/su);
    expect(left()).toEqual([]);
  });

  test("the engine that is missing says how to set it up", async () => {
    await expect(engine({ name: "tensorflow-gpu" })).rejects.toThrow(/ipc setup tfjs-node-gpu/u);
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
