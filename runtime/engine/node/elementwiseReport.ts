import { parse } from "../../arrays/parse.ts";
import { arenaEngine } from "../arena.ts";
import { ran } from "./command.ts";
import type { CompiledKernels } from "./compiledKernels.ts";
import { knownCompiler } from "./compiler.ts";
import { hasNativeKernels, nativeEquipment } from "./equipment.ts";

/** How the native engine computes elementwise expressions on this computer, tried on one; or why not as C. */
export async function elementwiseReport(): Promise<string> {
  if (!hasNativeKernels()) return "not set up";
  const compiler = knownCompiler();
  if (compiler === null) return "elementwise as WebAssembly: `ipc setup native` again makes it C";
  const { command, version } = compiler;
  if ((await ran(command, ["--version"])).code !== 0) {
    return `elementwise as WebAssembly, but for what is in the cache: ${command} is gone`;
  }
  const found: CompiledKernels[] = [];
  const engine = arenaEngine(
    "native",
    nativeEquipment((kernels) => found.push(kernels)),
  );
  const [kernels] = found;
  if (kernels === undefined) return "elementwise as WebAssembly: the cache folder is not this user's alone";
  const x = engine.upload(Float32Array.of(1, 2, 3), [3]);
  engine.dispose([x, engine.elementwise(parse("exp(x) + x"), { x })]);
  const failure = kernels.finish();
  if (failure !== null)
    return `elementwise as WebAssembly: ${command} fails: ${failure.split("\n")[0] ?? ""}`;
  return kernels.counts().compiled > 0
    ? `elementwise as C, by ${version}`
    : `elementwise as WebAssembly: what ${version} makes gives other bits`;
}
