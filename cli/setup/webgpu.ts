import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { deviations } from "../../runtime/engine/agreement.ts";
import { installWebgpu, nodeHost, webgpuFolder } from "../../runtime/engine/node/webgpu.ts";
import { engine } from "../../runtime/engine/select.ts";
import { webgpuEngine } from "../../runtime/engine/webgpu.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../terminal.ts";

/** How far the graphics processor may be from WebAssembly, relative to the largest entry: rounding alone. */
const LARGEST_DEVIATION = 2e-5;

/**
 * Installs WebGPU for Node in the user's cache folder, or finds it there, and keeps it if a graphics processor gives
 * what WebAssembly gives.
 * @throws EngineError where npm fails, or there is no graphics processor
 */
export async function setupWebgpu({ terminal }: Context): Promise<number> {
  return terminal.interruptible(async (signal) => {
    const target = webgpuFolder();
    const isThere = existsSync(target);
    terminal.talk(
      isThere ? `It has been set up in ${target}\n` : "taking the package from npm (51 MB) ...\n",
    );
    try {
      const folder = isThere ? target : await installWebgpu(signal);
      try {
        const wrong = await disagreements(folder);
        for (const line of wrong) terminal.talk(`${line}\n`);
        if (wrong.length > 0) return EXIT.fault;
        if (!isThere) await rename(folder, target);
      } finally {
        if (!isThere) await rm(folder, { recursive: true, force: true });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      terminal.talk("Interrupted; nothing was kept.\n");
      return EXIT.interrupted;
    }
    terminal.out(`${target}\n`);
    terminal.talk("Its operations agree with WebAssembly's. Choose it with --engine webgpu\n");
    return EXIT.fine;
  });
}

/** A line for every operation that differs from WebAssembly's. */
async function disagreements(folder: string): Promise<readonly string[]> {
  const found = deviations(await webgpuEngine(await nodeHost(folder)), await engine({ name: "wasm" }));
  return found.flatMap(({ operation, deviation }) =>
    deviation <= LARGEST_DEVIATION
      ? []
      : [`error: ${operation} differs from WebAssembly's by ${deviation.toExponential(1)}`],
  );
}
