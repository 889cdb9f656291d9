import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { analyse, compileProgram, definitionOf, planProgram, type TargetRequest } from "ipc/compiler";
import { type HostArray, type ProgramDefinition, readNpy, realArray, writeNpy } from "ipc/runtime";

/**
 * A program file of one program, compiled for a target. Paths start at the root of the project.
 * @throws Error where it does not compile
 */
export function definition(file: string, target: TargetRequest = "first"): ProgramDefinition {
  const { file: tree, checked } = analyse({ path: file, text: readFileSync(file, "utf8") }, () => null);
  const [program] = checked.programs;
  if (program === undefined) throw new Error(`${file} has no program`);
  const compiled = compileProgram(tree, program);
  if (compiled.kind === "refused") throw new Error(`${file}: ${compiled.diagnostic.code}`);
  const plan = planProgram(compiled.value, target, { inputs: false });
  if (plan.kind === "refused") throw new Error(`${file}: ${plan.diagnostic.code}`);
  return definitionOf(plan.value);
}

/** The array NAME.npy of a folder. */
export async function load(folder: string, name: string): Promise<HostArray> {
  return readNpy(await readFile(join(folder, `${name}.npy`)));
}

/** Writes NAME.npy, in single precision. */
export async function save(
  folder: string,
  name: string,
  shape: readonly number[],
  data: Float32Array | Float64Array,
): Promise<void> {
  await writeFile(join(folder, `${name}.npy`), writeNpy(realArray(shape, Float32Array.from(data))));
}
