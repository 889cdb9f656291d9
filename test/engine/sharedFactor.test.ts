import { expect, test } from "vitest";
import { wasmEngine } from "../../runtime/engine/wasm.ts";

test("a right factor that shares its data with a reshaped one is not taken for it", async () => {
  const engine = await wasmEngine();
  const row = engine.upload(Float32Array.of(1, 2, 3), [1, 3]);
  const column = engine.reshape(row, [3, 1]);
  const sums = engine.matmul(engine.fill(1, [2, 3]), column);
  expect(engine.readNow(sums)).toEqual(Float32Array.of(6, 6));
  const outer = engine.matmul(engine.fill(1, [2, 1]), row);
  expect(engine.readNow(outer)).toEqual(Float32Array.of(1, 2, 3, 1, 2, 3));
});
