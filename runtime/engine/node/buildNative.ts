import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { EngineError } from "../engine.ts";
import { ran } from "./command.ts";
import { kernelFolder, kernelSources, NATIVE, nativeFile } from "./nativeKernels.ts";

/** C compilers, in the order in which they are tried; the environment's CC comes first. */
const COMPILERS = ["cc", "gcc", "clang"] as const;

const FLAGS = [
  "-std=gnu11",
  "-O3",
  "-march=native",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-ffp-contract=fast",
  "-fvisibility=hidden",
  "-fPIC",
  "-shared",
];

/** Registers as wide as the processor has them; compilers of other makers and machines lack the option. */
const WIDE = "-mprefer-vector-width=512";

/**
 * Builds the kernels for this computer by its own C compiler, in the user's cache. Nothing else is written.
 * @returns the file
 * @throws EngineError where there is no compiler, or it fails
 */
export async function buildNative(say: (text: string) => void): Promise<string> {
  if (process.platform === "win32") throw refused("the native build is for Linux and macOS");
  const compiler = await firstCompiler();
  const target = nativeFile();
  const folder = await mkdtemp(join(tmpdir(), "ipc-native-"));
  try {
    say(`building the kernels with ${compiler} ...\n`);
    const result = join(folder, basename(target));
    const inputs = kernelSources().filter((file) => file.endsWith(".c"));
    await writeFile(join(folder, "kernels.inc"), await kernelList(inputs));
    const parts = [
      ...FLAGS,
      ...(process.arch === "x64" ? [WIDE] : []),
      ...(process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : []),
      ...[join(kernelFolder(), "source"), folder, headerFolder()].flatMap((each) => ["-I", each]),
      ...["-o", result, join(kernelFolder(), "native", "addon.c"), ...inputs],
      "-lm",
    ];
    const { code, text } = await ran(compiler, parts);
    if (code !== 0) throw refused(`${compiler} failed:\n${text}`);
    await mkdir(dirname(target), { recursive: true });
    const beside = `${target}.${process.pid}`;
    await copyFile(result, beside);
    await rename(beside, target);
    return target;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function refused(reason: string): EngineError {
  return new EngineError(NATIVE, "build", [], reason);
}

async function firstCompiler(): Promise<string> {
  const own = process.env["CC"];
  const candidates = [...(own === undefined || own === "" ? [] : [own]), ...COMPILERS];
  for (const compiler of candidates) {
    if ((await ran(compiler, ["--version"])).code === 0) return compiler;
  }
  throw refused(`there is no C compiler: tried ${candidates.join(", ")}; install gcc or clang, or set CC`);
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
