import { rm } from "node:fs/promises";
import { deviations } from "../../runtime/engine/agreement.ts";
import { engine } from "../../runtime/engine/select.ts";
import { buildNative } from "../../runtime/engine/node/buildNative.ts";
import { elementwiseReport } from "../../runtime/engine/node/elementwiseReport.ts";
import { nativeFile } from "../../runtime/engine/node/nativeKernels.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../terminal.ts";

/** How far the native kernels may be from WebAssembly's, relative to the largest entry: rounding alone. */
const LARGEST_DEVIATION = 2e-5;

/**
 * Builds the kernels for this computer, and keeps them if they give what WebAssembly gives.
 * @throws EngineError where there is no compiler, or it fails
 */
export async function setupNative({ terminal }: Context): Promise<number> {
  const file = await buildNative((text) => terminal.talk(text));
  const found = deviations(await engine({ name: "native" }), await engine({ name: "wasm" }));
  const wrong = found.filter(({ deviation }) => !(deviation <= LARGEST_DEVIATION));
  if (wrong.length > 0) {
    await rm(nativeFile(), { force: true });
    for (const { operation, deviation } of wrong) {
      terminal.talk(`error: ${operation} differs from WebAssembly's by ${deviation.toExponential(1)}\n`);
    }
    terminal.talk(
      "The build was thrown away; wasm stays the engine. Try another compiler: CC=clang ipc setup native\n",
    );
    return EXIT.fault;
  }
  terminal.out(`${file}\n`);
  terminal.talk(
    `${found.length} operations agree with WebAssembly's; \`native\` is the default engine from now on.\n`,
  );
  terminal.talk(`${await elementwiseReport()}\n`);
  return EXIT.fine;
}
