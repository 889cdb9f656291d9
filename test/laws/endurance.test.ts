import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { arenaEngine } from "../../runtime/engine/arena.ts";
import { run } from "../../runtime/solve/run.ts";
import { compiledText, definitionFor, programText } from "./lab/compiled.ts";
import { problem } from "./lab/problems.ts";
import { ready } from "./lab/steps.ts";

const MEBIBYTE = 2 ** 20;

/** The bytes of the heap that something still refers to. */
function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  return process.memoryUsage().heapUsed;
}

/** The program without its test, so that it takes every step that it is asked for. */
function endless(name: string): string {
  return programText(name).replace(/until = .*?, max/u, "max");
}

describe("ten thousand iterations", () => {
  test.each(["ista", "fista", "fista_backtracking", "sgp"])(
    "of %s keep the heap and the arena as they are after a hundred",
    async (name) => {
      const engine = arenaEngine("own");
      const using = operations(engine);
      const definition = definitionFor(compiledText(name, endless(name)), "solver");
      const { program, inputs } = await ready(problem(name), definition, using, 6, { samples: [0, 1] });
      const before = engine.memory();
      const after = async (maximum: number): Promise<number> => {
        const result = await run(program, inputs, { maximum });
        expect(result.iterations).toEqual([maximum, maximum]);
        const held = heapInUse();
        engine.dispose(result.owned);
        expect(engine.memory()).toEqual(before);
        return held;
      };
      await after(100);
      const few = await after(100);
      const many = await after(10_000);
      expect(many - few).toBeLessThan(MEBIBYTE);
    },
  );
});
