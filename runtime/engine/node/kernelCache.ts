import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as files from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { compileObject, type CompileTask } from "./compileObject.ts";
import { type Compiler, FLAGS } from "./compiler.ts";
import { cacheFolder, kernelFolder, NATIVE, nativeFile } from "./nativeKernels.ts";

/** Kernels written as C, by their source, and the objects that they have been compiled to. */
export interface KernelCache {
  /** The name under which a kernel is kept, from its source. */
  keyOf(source: string): string;
  /** The object that has a kernel; null where there is none, or it is not what was written there. */
  objectOf(key: string): string | null;
  /** Compiles kernels in a process of its own, which ends after this one perhaps; `ended` is told when it does. */
  compile(source: string, keys: readonly string[], ended: () => void): void;
  /** The same while one waits; null, or why it failed. */
  compileNow(source: string, keys: readonly string[]): string | null;
}

const LIBRARIES = process.platform === "darwin" ? [] : ["-lm"];

/**
 * The cache of this user for a compiler, this computer and this version of the kernels; null where its folder cannot be
 * made, or others may write there.
 */
export function kernelCache(compiler: Compiler): KernelCache | null {
  const folder = join(cacheFolder(), NATIVE, "kernels");
  if (!isOurs(folder)) return null;
  const maker = [basename(nativeFile()), compiler.command, compiler.version, ...FLAGS, cpus()[0]?.model];
  const intact = new Set<string>();
  const taskOf = (source: string, keys: readonly string[]): CompileTask => {
    const scratch = files.mkdtempSync(join(tmpdir(), "ipc-kernels-"));
    const file = join(scratch, "kernels.c");
    files.writeFileSync(file, source);
    const included = ["source", "native"].flatMap((each) => ["-I", join(kernelFolder(), each)]);
    const parts = [...FLAGS, "-ffp-contract=off", ...included, file, ...LIBRARIES];
    return { command: compiler.command, parts, scratch, folder, keys };
  };
  return {
    keyOf: (source) =>
      createHash("sha256").update(maker.join("\n")).update(source).digest("hex").slice(0, 32),
    objectOf: (key) => {
      try {
        const sum = files.readFileSync(join(folder, key), "utf8");
        if (!/^[0-9a-f]{64}$/u.test(sum)) return null;
        const object = join(folder, `${sum}.so`);
        if (intact.has(sum)) return object;
        if (createHash("sha256").update(files.readFileSync(object)).digest("hex") !== sum) return null;
        intact.add(sum);
        return object;
      } catch {
        return null;
      }
    },
    compile: (source, keys, ended) => {
      const child = spawn(process.execPath, ["-e", APART, JSON.stringify(taskOf(source, keys))], {
        detached: true,
        stdio: "ignore",
      });
      child.on("error", ended);
      child.on("exit", ended);
      child.unref();
    },
    compileNow: (source, keys) => compileObject(taskOf(source, keys), { spawnSync, createHash, files }),
  };
}

/** What the process of its own does. */
const APART = `(${compileObject.toString()})(JSON.parse(process.argv[1]), {
  spawnSync: require("node:child_process").spawnSync,
  createHash: require("node:crypto").createHash,
  files: require("node:fs"),
})`;

/** Whether a folder is there, or can be made, and belongs to this user alone. */
function isOurs(folder: string): boolean {
  try {
    files.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = files.lstatSync(folder);
    return uid === process.getuid?.() && (mode & 0o022) === 0 && files.lstatSync(folder).isDirectory();
  } catch {
    return false;
  }
}
