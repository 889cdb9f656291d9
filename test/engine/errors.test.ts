import { describe, expect, it } from "vitest";
import { EngineError } from "../../runtime/engine/engine.ts";
import { engine, isEngineName } from "../../runtime/engine/select.ts";
import { refusesWhatDoesNotFit } from "./refusals.ts";

describe.each(["wasm", "reference"] as const)("what the engine %s refuses", (name) => {
  refusesWhatDoesNotFit(() => engine({ name }));
});

describe("choosing an engine", () => {
  it("says which optional package is missing", async () => {
    const chosen: unknown = await engine({ name: "tensorflow-gpu" }).catch((error: unknown) => error);
    if (chosen instanceof Error) {
      expect(chosen).toBeInstanceOf(EngineError);
      expect(chosen.message).toContain("@tensorflow/tfjs-node-gpu");
    } else {
      expect(chosen).toMatchObject({ name: "tensorflow-gpu" });
    }
  });

  it("knows the names", async () => {
    expect((await engine()).name).toBe("wasm");
    expect(isEngineName("wasm")).toBe(true);
    expect(isEngineName("toString")).toBe(false);
  });
});
