import { describe } from "vitest";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { agreesWithReference } from "./agreement.ts";

describe("the arena on WebAssembly, with threads, agrees with the reference", () => {
  agreesWithReference(wasmEngine);
});
