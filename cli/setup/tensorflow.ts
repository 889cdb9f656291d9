import { existsSync } from "node:fs";
import { deviations } from "../../runtime/engine/agreement.ts";
import {
  buildTensorflow,
  type Building,
  discard,
  keep,
  probe,
} from "../../runtime/engine/node/buildTensorflow.ts";
import { moduleIn, tensorflowFolder, type TensorflowName } from "../../runtime/engine/node/tensorflow.ts";
import { engine, tensorflowEngine } from "../../runtime/engine/select.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../terminal.ts";

/** How far TensorFlow may be from WebAssembly, relative to the largest entry: rounding alone. */
const LARGEST_DEVIATION = 2e-5;

/**
 * Builds an engine over TensorFlow, or finds that it has been built, and keeps it if it gives what WebAssembly gives.
 * @throws EngineError where something is missing that it needs
 */
export async function setupTensorflow({ terminal }: Context, name: TensorflowName): Promise<number> {
  return terminal.interruptible(async (signal) => {
    const building: Building = { name, signal, say: (text) => terminal.talk(text) };
    try {
      const folder = (await alreadyBuilt(building)) ?? (await buildTensorflow(building));
      const wrong = await disagreements(building, folder).catch(async (error: unknown) => {
        if (folder !== tensorflowFolder(name)) await discard(folder);
        throw error;
      });
      if (wrong.length === 0) {
        terminal.out(`${folder === tensorflowFolder(name) ? folder : await keep(name, folder)}\n`);
        terminal.talk(`Choose it with --engine ${name}\n`);
        return EXIT.fine;
      }
      await discard(folder);
      terminal.talk(`${wrong.join("\n")}\nThe build was thrown away.\n`);
      return EXIT.fault;
    } catch (error) {
      if (!signal.aborted) throw error;
      terminal.talk("Interrupted; nothing was kept.\n");
      return EXIT.interrupted;
    }
  });
}

/** The folder of an earlier setup that still works. */
async function alreadyBuilt(building: Building): Promise<string | null> {
  const folder = tensorflowFolder(building.name);
  if (!existsSync(folder)) return null;
  building.say(`It has been set up in ${folder}\n`);
  return probe(building, folder).then(
    () => folder,
    (error: unknown) => {
      building.signal.throwIfAborted();
      building.say(`${error instanceof Error ? error.message : String(error)}; it is built anew\n`);
      return null;
    },
  );
}

/** A line for every operation that differs from WebAssembly's. */
async function disagreements({ name, say, signal }: Building, folder: string): Promise<readonly string[]> {
  say("comparing its operations with WebAssembly's ...\n");
  const found = deviations(
    await tensorflowEngine(name, moduleIn(folder, name)),
    await engine({ name: "wasm" }),
  );
  signal.throwIfAborted();
  const wrong = found.filter(({ deviation }) => !(deviation <= LARGEST_DEVIATION));
  if (wrong.length === 0) say(`${found.length} operations agree with WebAssembly's.\n`);
  return wrong.map(
    ({ operation, deviation }) =>
      `error: ${operation} differs from WebAssembly's by ${deviation.toExponential(1)}`,
  );
}
