import type { spawnSync } from "node:child_process";
import type { createHash } from "node:crypto";
import type * as Files from "node:fs";

/** Kernels to compile. */
export interface CompileTask {
  readonly command: string;
  /** what the compiler is told, but for the object's name */
  readonly parts: readonly string[];
  /** a folder of its own, which holds the source and is deleted at the end */
  readonly scratch: string;
  readonly folder: string;
  /** the kernels in the source */
  readonly keys: readonly string[];
}

/** What Node has for it. */
export interface CompileTools {
  readonly spawnSync: typeof spawnSync;
  readonly createHash: typeof createHash;
  readonly files: Pick<typeof Files, "readFileSync" | "renameSync" | "rmSync" | "writeFileSync">;
}

/**
 * Compiles kernels to an object in the cache, which is named by its SHA-256, and says of each kernel which object has
 * it. Each file comes to be at once, by a new name. Returns null, or why it failed. It is run from its text too, in a
 * process of its own, so that it stands alone: whatever it needs it is given.
 */
export function compileObject(
  { command, parts, scratch, folder, keys }: CompileTask,
  { spawnSync, createHash, files }: CompileTools,
): string | null {
  const settle = (name: string, content: string | Uint8Array): void => {
    const beside = `${folder}/${name}.${process.pid}`;
    files.writeFileSync(beside, content, { mode: 0o600 });
    files.renameSync(beside, `${folder}/${name}`);
  };
  try {
    const made = `${scratch}/kernels.so`;
    const { status, stderr, error } = spawnSync(command, [...parts, "-o", made], {
      encoding: "utf8",
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 600_000,
    });
    if (status !== 0) return error?.message ?? stderr;
    const bytes = files.readFileSync(made);
    const sum = createHash("sha256").update(bytes).digest("hex");
    settle(`${sum}.so`, bytes);
    for (const key of keys) settle(key, sum);
    return null;
  } catch (error) {
    return String(error);
  } finally {
    files.rmSync(scratch, { recursive: true, force: true });
  }
}
