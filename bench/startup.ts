import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { model, type ProgramDefinition, readNpy, writeNpy } from "ipc/runtime";
import { openOperations } from "./engines.ts";

/**
 * `startup.js ENGINE FOLDER NAME`: LISTA, compiled ahead, from its weights, and one result; says so on stdout, and
 * writes NAME.npy if a name is given. The bundler joins it with the emitted module.
 */
export async function start(lista: ProgramDefinition): Promise<void> {
  const [engine = "wasm", folder = ".", name = ""] = process.argv.slice(2);
  const [weights, matrix, measured, operations] = await Promise.all([
    readFile(join(folder, "lista.safetensors")),
    readFile(join(folder, "A.npy")),
    readFile(join(folder, "y1.npy")),
    openOperations(engine),
  ]);
  const givens = { A: readNpy(matrix), lambda: 0.1 };
  const network = await model(lista, givens, { weights, engine: operations });
  const { output } = await network.run({ y: readNpy(measured) });
  process.stdout.write("there\n");
  if (name !== "") await writeFile(join(folder, `${name}.npy`), writeNpy(output));
  process.exit(0);
}
