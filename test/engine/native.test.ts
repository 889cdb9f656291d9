import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "../../runtime/arrays/parse.ts";
import { deviations } from "../../runtime/engine/agreement.ts";
import type { Engine } from "../../runtime/engine/engine.ts";
import { buildNative } from "../../runtime/engine/node/buildNative.ts";
import { engine } from "../../runtime/engine/select.ts";
import { agreesWithReference } from "./agreement.ts";
import { elementwiseKernelsAsC } from "./compiledKernels.ts";
import { gridsAgreeWithReference } from "./grids.ts";
import { projectionsAgreeWithReference } from "./projections.ts";

const hasCompiler = ["cc", "gcc", "clang"].some((name) => spawnSync(name, ["--version"]).status === 0);

describe.skipIf(!hasCompiler)(
  "the kernels built by this computer's C compiler agree with the reference",
  () => {
    const cache = mkdtempSync(join(tmpdir(), "ipc-cache-"));
    const before = process.env["XDG_CACHE_HOME"];
    let native: Engine;

    beforeAll(async () => {
      process.env["XDG_CACHE_HOME"] = cache;
      await expect(engine({ name: "native" })).rejects.toThrow(/ipc setup native/u);
      await buildNative(() => undefined);
      native = await engine({ name: "native" });
    }, 240_000);
    afterAll(() => {
      if (before === undefined) delete process.env["XDG_CACHE_HOME"];
      else process.env["XDG_CACHE_HOME"] = before;
      rmSync(cache, { recursive: true, maxRetries: 10 });
    });

    agreesWithReference(() => Promise.resolve(native));
    gridsAgreeWithReference(() => native);
    projectionsAgreeWithReference(() => native);
    elementwiseKernelsAsC();

    test("and with WebAssembly, as `ipc setup native` demands", async () => {
      for (const { operation, deviation } of deviations(native, await engine({ name: "wasm" }))) {
        expect(deviation, operation).toBeLessThan(2e-5);
      }
    });

    test("records give the bits that single calls give, of kernels of C and of WebAssembly", () => {
      const { recorder } = native;
      if (recorder === null) throw new Error("the native engine records");
      const size = 300;
      const numbers = (count: number) => Float32Array.from({ length: count }, (_, at) => Math.sin(at));
      const a = native.upload(numbers(size * size), [size, size]);
      const x = native.upload(new Float32Array(size), [1, size]);
      const expression = parse("x + 0.01*(s - p)");
      const s = native.upload(numbers(size), [1, size]);
      const step = (): void => {
        const p = native.matmul(x, a);
        const made = native.elementwise(expression, { x, s, p });
        recorder.copy(made, x);
        native.dispose([p, made]);
      };
      const after = (steps: () => void): readonly number[] => {
        recorder.write(x, numbers(size));
        steps();
        return Array.from(native.readNow(x) ?? []);
      };
      const wanted = after(() => {
        for (let round = 0; round < 50; round++) step();
      });
      const recorded = recorder.record(step);
      const found = after(() => {
        for (let round = 0; round < 50; round++) recorded?.replay();
      });
      expect(found).toEqual(wanted);
      recorded?.release();
      native.dispose([a, x, s]);
    });

    test("the default engine is the native one once it is built", async () => {
      expect((await engine()).name).toBe("native");
    });
  },
);
