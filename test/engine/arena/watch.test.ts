import { expect, test } from "vitest";
import { parse } from "../../../runtime/arrays/parse.ts";
import { arenaEngine } from "../../../runtime/engine/arena.ts";
import type { WatchedRun } from "../../../runtime/engine/arena/watch.ts";

const COUNT = 4096;
const BYTES = 4 * COUNT;

test("a watcher is told of every kernel, with what it moves, repeated ones included", async () => {
  const told: WatchedRun[] = [];
  const engine = arenaEngine("watched", {}, (run) => told.push(run));
  const upload = (value: number) => engine.upload(new Float32Array(COUNT).fill(value), [COUNT]);
  const [x, y] = [upload(3), upload(4)];
  const sum = engine.elementwise(parse("x + x*y"), { x, y });
  expect(told).toMatchObject([{ kernel: { name: "elementwise" }, bytes: 3 * BYTES }]);
  expect(told[0]?.seconds).toBeGreaterThan(0);

  const matrix = engine.reshape(x, [64, 64]);
  const product = engine.matmul(matrix, matrix);
  expect(told[1]).toMatchObject({ kernel: "product", work: 2 * 64 ** 3, bytes: 2 * BYTES });

  const before = told.length;
  const recorded = engine.recorder?.record(() => {
    engine.recorder?.copy(sum, y);
  });
  recorded?.replay();
  recorded?.replay();
  const names = told.slice(before).map(({ kernel }) => (typeof kernel === "string" ? kernel : kernel.name));
  expect(names).toEqual(["copy", "copy", "copy"]);
  expect(told.slice(before).map(({ bytes }) => bytes)).toEqual([2 * BYTES, 2 * BYTES, 2 * BYTES]);
  expect(new Set(await engine.read(y))).toEqual(new Set([15]));
  recorded?.release();
  engine.dispose([x, y, sum, matrix, product]);
  expect(engine.memory().arrays).toBe(0);
});
