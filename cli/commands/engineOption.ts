import { Option } from "commander";

/** `--engine NAME`; the names are those of the runtime, which is not loaded for a help text. */
export function engineOption(): Option {
  return new Option(
    "--engine <name>",
    "auto (native where it has been set up, else wasm), wasm, native, reference, tensorflow, tensorflow-gpu or webgpu",
  );
}
