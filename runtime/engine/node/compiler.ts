import { readFileSync } from "node:fs";
import { ran } from "./command.ts";
import { nativeFile } from "./nativeKernels.ts";

/** C compilers, in the order in which they are tried; the environment's CC comes first. */
const COMPILERS = ["cc", "gcc", "clang"] as const;

/** Registers as wide as the processor has them; compilers of other makers and machines lack the option. */
const WIDE = process.arch === "x64" ? ["-mprefer-vector-width=512"] : [];

/** What all native code is built with: a library for this processor. */
export const FLAGS = [
  ...["-std=gnu11", "-O3", "-march=native", ...WIDE],
  ...["-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden", "-fPIC", "-shared"],
] as const;

/** A C compiler: its command, and what it calls itself. */
export interface Compiler {
  readonly command: string;
  readonly version: string;
}

/** The candidates, in order. */
export function compilerCandidates(): readonly string[] {
  const own = process.env["CC"];
  return [...(own === undefined || own === "" ? [] : [own]), ...COMPILERS];
}

/** The first compiler that answers, or null. */
export async function firstCompiler(): Promise<Compiler | null> {
  for (const command of compilerCandidates()) {
    const { code, output } = await ran(command, ["--version"]);
    if (code === 0) return { command, version: output.split("\n")[0] ?? "" };
  }
  return null;
}

/** Where it is written down which compiler built the addon. */
export function compilerFile(): string {
  return nativeFile().replace(/node$/u, "json");
}

/** The compiler that `ipc setup native` found, or null where that is not known. */
export function knownCompiler(): Compiler | null {
  try {
    const found: unknown = JSON.parse(readFileSync(compilerFile(), "utf8"));
    return isCompiler(found) ? found : null;
  } catch {
    return null;
  }
}

function isCompiler(found: unknown): found is Compiler {
  return (
    typeof found === "object" &&
    found !== null &&
    "command" in found &&
    typeof found.command === "string" &&
    "version" in found &&
    typeof found.version === "string"
  );
}
