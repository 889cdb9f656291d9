import { expect, test } from "vitest";
import { tfjsWasmEngine } from "./tfjsWasm.ts";

test("a right factor that shares its data with a reshaped one is not taken for it", async () => {
  const engine = await tfjsWasmEngine();
  const row = engine.upload(Float32Array.of(1, 2, 3), [1, 3]);
  const column = engine.reshape(row, [3, 1]);
  const sums = engine.matmul(engine.fill(1, [2, 3]), column);
  expect(engine.readNow(sums)).toEqual(Float32Array.of(6, 6));
  const outer = engine.matmul(engine.fill(1, [2, 1]), row);
  expect(engine.readNow(outer)).toEqual(Float32Array.of(1, 2, 3, 1, 2, 3));
});

test("nor do sums and filter gradients take a factor that was packed under another shape", async () => {
  const engine = await tfjsWasmEngine();
  const matrix = engine.upload(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
  engine.matmul(engine.fill(1, [1, 3]), matrix);
  const wide = engine.reshape(matrix, [2, 3]);
  expect(engine.readNow(engine.reduce("sum", wide, [0]))).toEqual(Float32Array.of(5, 7, 9));
  const images = engine.upload(Float32Array.of(1, 10), [1, 2, 1, 1]);
  const cotangent = engine.reshape(matrix, [1, 2, 1, 3]);
  const none = [0, 0] as const;
  const gradient = engine.convolveFilterGradient(images, cotangent, [1, 1, 1, 3], {
    stride: 1,
    padding: [none, none],
  });
  expect(engine.readNow(gradient)).toEqual(Float32Array.of(41, 52, 63));
});
