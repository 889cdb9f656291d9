import { describe } from "vitest";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { agreesWithReference } from "./agreement.ts";

describe("tfjs on WebAssembly agrees with the reference", () => {
  agreesWithReference(wasmEngine);
});
