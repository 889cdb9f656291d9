import { beforeAll, describe } from "vitest";
import type { Engine } from "../../runtime/engine/engine.ts";
import { agreesWithReference } from "./agreement.ts";
import { gridsAgreeWithReference } from "./grids.ts";
import { projectionsAgreeWithReference } from "./projections.ts";
import { tfjsWasmEngine } from "./tfjsWasm.ts";

describe("a tfjs instance of the user's, on WebAssembly, agrees with the reference", () => {
  agreesWithReference(tfjsWasmEngine);

  let engine: Engine;
  beforeAll(async () => {
    engine = await tfjsWasmEngine();
  });
  gridsAgreeWithReference(() => engine);
  projectionsAgreeWithReference(() => engine);
});
