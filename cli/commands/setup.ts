import { Argument, Command } from "commander";
import type { TensorflowName } from "../../runtime/engine/node/tensorflow.ts";
import type { Context } from "../context.ts";

/** What can be set up beside `native`, and the engine that it makes. */
const TENSORFLOW: Readonly<Record<"tfjs-node" | "tfjs-node-gpu", TensorflowName>> = {
  "tfjs-node": "tensorflow",
  "tfjs-node-gpu": "tensorflow-gpu",
};

const HELP = `
native: the package's own kernels, built by the C compiler of this computer (CC, cc, gcc or clang).
  It is the default engine from then on. Elementwise kernels of your programs are compiled later, by the same
  compiler, beside the programs and into the same cache folder.
tfjs-node: TensorFlow's library for the CPU, --engine tensorflow. For Linux on x86-64; needs npm, python3 with pip,
  and g++ (or CXX). It downloads 270 MB, keeps 570 MB, and takes about a minute.
tfjs-node-gpu: the same with NVIDIA's libraries, --engine tensorflow-gpu. It downloads 2.4 GB and keeps 4 GB.
  NOT TESTED ON A GPU: it has been built and loaded, and compared on a CPU only. It is kept only if TensorFlow
  finds the GPU and every operation agrees with WebAssembly's on your computer.
webgpu: kernels on the graphics processor, --engine webgpu, by the npm package \`webgpu\`. It downloads 51 MB and
  keeps 140 MB. TESTED IN SOFTWARE ONLY (Mesa's lavapipe). It is kept only if a graphics processor is found and
  every operation agrees with WebAssembly's on it.

Each is compared with WebAssembly before it is taken, and kept in the user's cache folder; delete it there to undo.

Examples:
  ipc setup native
  CC=clang ipc setup native
  ipc setup tfjs-node && ipc doctor --engine tensorflow`;

/** `ipc setup ENGINE` */
export function setupCommand(context: Context): Command {
  return new Command("setup")
    .description("Builds an optional engine for this computer; it is found from then on.")
    .addArgument(
      new Argument("<engine>", "the engine").choices(["native", "webgpu", ...Object.keys(TENSORFLOW)]),
    )
    .addHelpText("after", HELP)
    .action(async (chosen: keyof typeof TENSORFLOW | "native" | "webgpu") => {
      if (chosen === "native") {
        const { setupNative } = await import("../setup/native.ts");
        context.finish(await setupNative(context));
      } else if (chosen === "webgpu") {
        const { setupWebgpu } = await import("../setup/webgpu.ts");
        context.finish(await setupWebgpu(context));
      } else {
        const { setupTensorflow } = await import("../setup/tensorflow.ts");
        context.finish(await setupTensorflow(context, TENSORFLOW[chosen]));
      }
    });
}
