import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { EngineError } from "../engine.ts";
import { ran } from "./command.ts";
import { compilerCandidates, compilerFile, firstCompiler, FLAGS } from "./compiler.ts";
import { kernelFolder, kernelSources, NATIVE, nativeFile } from "./nativeKernels.ts";

/**
 * Builds the kernels for this computer by its own C compiler, in the user's cache. Nothing else is written.
 * @returns the file
 * @throws EngineError where there is no compiler, or it fails
 */
export async function buildNative(say: (text: string) => void): Promise<string> {
  if (process.platform === "win32") throw refused("the native build is for Linux and macOS");
  const compiler = await firstCompiler();
  if (compiler === null) {
    const tried = compilerCandidates().join(", ");
    throw refused(`there is no C compiler: tried ${tried}; install gcc or clang, or set CC`);
  }
  const target = nativeFile();
  const folder = await mkdtemp(join(tmpdir(), "ipc-native-"));
  try {
    say(`building the kernels with ${compiler.command} ...\n`);
    const result = join(folder, basename(target));
    const inputs = kernelSources().filter((file) => file.endsWith(".c"));
    await writeFile(join(folder, "kernels.inc"), await kernelList(inputs));
    const parts = [
      ...FLAGS,
      "-ffp-contract=fast",
      ...(process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : []),
      ...[join(kernelFolder(), "source"), folder, headerFolder()].flatMap((each) => ["-I", each]),
      ...["-o", result, join(kernelFolder(), "native", "addon.c"), ...inputs],
      "-lm",
    ];
    const { code, text } = await ran(compiler.command, parts);
    if (code !== 0) throw refused(`${compiler.command} failed:\n${text}`);
    await mkdir(dirname(target), { recursive: true });
    const known = join(folder, "compiler.json");
    await writeFile(known, JSON.stringify(compiler));
    await placed(known, compilerFile());
    await placed(result, target);
    return target;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function refused(reason: string): EngineError {
  return new EngineError(NATIVE, "build", [], reason);
}

/** Copies a file to its place, where it comes to be at once. */
async function placed(file: string, target: string): Promise<void> {
  const beside = `${target}.${process.pid}`;
  await copyFile(file, beside);
  await rename(beside, target);
}

/** `X(name)` for every kernel that the sources define. */
async function kernelList(files: readonly string[]): Promise<string> {
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const names = texts.flatMap((text) =>
    [...text.matchAll(/^KERNEL\((\w+)\)\s*\{/gmu)].map(([, name]) => name),
  );
  return names.map((name) => `X(${name})\n`).join("");
}

/** The headers of Node's C interface. */
function headerFolder(): string {
  const require = createRequire(import.meta.url);
  const { include_dir: folder }: { readonly include_dir: string } = require("node-api-headers");
  return folder;
}
