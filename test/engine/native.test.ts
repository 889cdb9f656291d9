import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

    test("the default engine is the native one once it is built", async () => {
      expect((await engine()).name).toBe("native");
    });
  },
);
