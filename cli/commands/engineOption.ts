import { Option } from "commander";

/** `--engine NAME`; the names are those of the runtime, which is not loaded for a help text. */
export function engineOption(): Option {
  return new Option("--engine <name>", "auto (which is wasm), wasm, reference, tensorflow or tensorflow-gpu");
}
