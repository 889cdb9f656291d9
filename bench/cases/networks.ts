import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { model, type ModelSettings, readSafetensors, type Data } from "ipc/runtime";
import { definition, save } from "./files.ts";

/**
 * The first weights of a program of bench/programs, drawn once for everybody: NAME.safetensors for it, and an array
 * of each for the peers, filters as [kh, kw, c, out].
 */
export async function writeNetwork(
  folder: string,
  name: string,
  givens: Data,
  settings: ModelSettings,
): Promise<void> {
  const drawn = await model(definition(`bench/programs/${name}.ipx`), givens, { seed: 1, ...settings });
  const bytes = await drawn.weights();
  drawn.dispose();
  await writeFile(join(folder, `${name}.safetensors`), bytes);
  for (const [key, { shape, data }] of readSafetensors(bytes).tensors) await save(folder, key, shape, data);
}
