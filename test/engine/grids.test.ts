import { beforeAll, describe } from "vitest";
import type { Engine } from "../../runtime/engine/engine.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { gridsAgreeWithReference } from "./grids.ts";

describe("wavelets and differences of tfjs agree with their definitions", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await wasmEngine();
  });
  gridsAgreeWithReference(() => engine);
});
