import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { describe, expect, it } from "vitest";
import { engine } from "../../runtime/engine/select.ts";
import { agreesWithReference } from "./agreement.ts";

describe("a tfjs instance of the user's, on another backend, agrees with the reference", () => {
  agreesWithReference(async () => {
    await tf.setBackend("cpu");
    return engine({ tf });
  });

  it("exchanges tensors with the user's code", async () => {
    const own = await engine({ tf });
    const tensor = tf.tensor1d([1, 2, 3]);
    const sum = own.reduce("sum", tensor, [0]);
    expect(sum).toBeInstanceOf(tf.Tensor);
    expect(Array.from(await own.read(sum))).toEqual([6]);
  });
});
