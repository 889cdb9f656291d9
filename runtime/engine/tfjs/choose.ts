import type { Tensor } from "@tensorflow/tfjs-core";
import { broadcastShape, sameShape, sizeOf } from "../shape.ts";
import { type Instance, refuse } from "./instance.ts";
import { repeated } from "./movement.ts";

/** The entries of b where the condition is not 0, else of c; the shapes align as numpy's. */
export function choose(instance: Instance, condition: Tensor, b: Tensor, c: Tensor): Tensor {
  const { tf, heap } = instance;
  if (heap === null)
    return tf.where(condition.dtype === "bool" ? condition : tf.notEqual(condition, 0), b, c);
  const inner = broadcastShape(b.shape, c.shape);
  const shape = inner && broadcastShape(inner, condition.shape);
  if (shape === null)
    throw refuse(instance, "select", [condition.shape, b.shape, c.shape], "they do not align");
  const whole = (x: Tensor): Tensor =>
    x.size === 1 || sameShape(x.shape, shape) ? x : repeated(instance, x, shape);
  const asNumbers = tf.cast(condition, "float32");
  const rows = ofRows(condition.shape, shape) ? asNumbers : repeated(instance, asNumbers, shape);
  const run = rows.size === 0 ? 0 : sizeOf(shape) / rows.size;
  return heap.make(shape, [rows, whole(b), whole(c)], (result, mask = result, yes = result, no = result) => {
    chooseRuns(result, mask, yes, no, run);
  });
}

/** Whether a condition has one entry for each run of the array: the same leading axes, then ones. */
function ofRows(condition: readonly number[], shape: readonly number[]): boolean {
  if (sizeOf(condition) === 1) return true;
  if (condition.length !== shape.length) return false;
  const first = condition.findIndex((extent, axis) => extent !== shape[axis]);
  return first < 0 || condition.slice(first).every((extent) => extent === 1);
}

function chooseRuns(
  result: Float32Array,
  mask: Float32Array,
  yes: Float32Array,
  no: Float32Array,
  run: number,
): void {
  const [yesStep, noStep] = [yes.length === 1 ? 0 : 1, no.length === 1 ? 0 : 1];
  if (run === 1) {
    for (let i = 0; i < result.length; i++) {
      result[i] = mask[i] !== 0 ? (yes[i * yesStep] ?? 0) : (no[i * noStep] ?? 0);
    }
    return;
  }
  mask.forEach((truth, row) => {
    const start = row * run;
    const chosen = truth !== 0 ? yes : no;
    if ((truth !== 0 ? yesStep : noStep) === 0) result.fill(chosen[0] ?? 0, start, start + run);
    else if (run > 16) result.set(chosen.subarray(start, start + run), start);
    else for (let i = start; i < start + run; i++) result[i] = chosen[i] ?? 0;
  });
}
