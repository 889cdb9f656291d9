import { expect, test } from "vitest";
import { environment } from "../../bench/participant.ts";
import { readOptions } from "../../bench/options.ts";
import { SOFTWARE_VARIABLE } from "../../runtime/engine/node/webgpu.ts";

test("WebGPU takes part unasked, and never in software", () => {
  expect(readOptions([])).toMatchObject({ engines: ["wasm", "native", "webgpu"] });
  expect(environment(2)[SOFTWARE_VARIABLE]).toBe("0");
});
