import { existsSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { deviations } from "../../runtime/engine/agreement.ts";
import type { Engine } from "../../runtime/engine/engine.ts";
import { tensorflowFolder } from "../../runtime/engine/node/tensorflow.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { engine } from "../../runtime/engine/select.ts";
import { agreesWithReference } from "./agreement.ts";
import { gridsAgreeWithReference } from "./grids.ts";
import { projectionsAgreeWithReference } from "./projections.ts";
import { deviation, onBoth, scattered } from "./support.ts";
import { updatesAsDefined } from "./updates.ts";

const isSetUp = existsSync(tensorflowFolder("tensorflow"));

describe.skipIf(!isSetUp)(
  "TensorFlow agrees with the reference (skipped without `ipc setup tfjs-node`)",
  () => {
    let tensorflow: Engine;

    beforeAll(async () => {
      tensorflow = await engine({ name: "tensorflow" });
    });

    agreesWithReference(() => Promise.resolve(tensorflow));
    gridsAgreeWithReference(() => tensorflow);
    projectionsAgreeWithReference(() => tensorflow);

    test("and with WebAssembly, as `ipc setup tfjs-node` demands", async () => {
      for (const { operation, deviation } of deviations(tensorflow, await engine({ name: "wasm" }))) {
        expect(deviation, operation).toBeLessThan(2e-5);
      }
    });

    test.each([false, true])(
      "Fourier transforms of any axes at once, and of long primes; inverse: %s",
      (inverse) => {
        const cases = [
          { shape: [2, 3, 4, 5, 6, 2], axes: [0, 1, 2, 3, 4] },
          { shape: [3, 1, 8, 4, 2], axes: [2, 0, 1] },
          { shape: [2, 1031, 2], axes: [1] },
          { shape: [1, 1, 2], axes: [0, 1] },
        ];
        for (const { shape, axes } of cases) {
          const [got, wanted] = onBoth([tensorflow, referenceEngine()], [scattered(shape, 7)], (on, x) => {
            if (x === undefined) throw new Error("an array");
            return on.fourier(x, axes, inverse);
          });
          expect(got.shape).toEqual(wanted.shape);
          expect(deviation(got, wanted)).toBeLessThan(1e-5);
        }
      },
    );

    test("updates are those of the definition, Adam's by TensorFlow's own", () => {
      updatesAsDefined(tensorflow);
    });

    test("Adam leaves its inputs as they were", () => {
      const given = [1, 2, 3, 4].map((value) => tensorflow.upload(Float32Array.of(value, -value), [2]));
      const [value, gradient, ...slots] = given;
      if (value === undefined || gradient === undefined) throw new Error("an array and its gradient");
      const rule = { kind: "adam", rate: 0.5, beta1: 0.5, beta2: 0.5, epsilon: 1e-7 } as const;
      const first = tensorflow.update(rule, value, gradient, slots);
      const moments = first.slots.map((slot) => [...(tensorflow.readNow(slot) ?? [])]);
      const second = tensorflow.update(rule, first.value, gradient, first.slots);
      expect(given.map((each) => [...(tensorflow.readNow(each) ?? [])])).toEqual([
        [1, -1],
        [2, -2],
        [3, -3],
        [4, -4],
      ]);
      expect(first.slots.map((slot) => [...(tensorflow.readNow(slot) ?? [])])).toEqual(moments);
      tensorflow.dispose([...given, first.value, ...first.slots, second.value, ...second.slots]);
    });

    test("a shape that does not fit is refused by the operation's name", () => {
      const [a, b] = [
        tensorflow.upload(new Float32Array(6), [2, 3]),
        tensorflow.upload(new Float32Array(6), [2, 3]),
      ];
      expect(() => tensorflow.matmul(a, b)).toThrow(/tensorflow: matmul of \[2, 3\]/u);
      tensorflow.dispose([a, b]);
    });
  },
);
