import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { BoundProgram } from "../program/bound.ts";
import { materialise, materialOf, materialSpace, type Datum } from "../program/datum.ts";
import { bindInputs } from "../program/inputs.ts";
import { runTask } from "../solve/run.ts";
import { perform, readLanes, type Task } from "../solve/task.ts";
import type { TrainingBatch } from "./data.ts";
import type { Loss } from "./losses.ts";

/** A target on the engine, samples on its first axis; `owned` is the caller's. */
export function targetValue(
  operations: Operations,
  target: Datum,
): { readonly value: Value; readonly owned: readonly Handle[] } {
  const material = materialOf("target", target);
  if (material.kind === "operator") throw new TypeError("An operator is no target.");
  const { value, made } = materialise(operations, material, materialSpace(material, true), true);
  return { value, owned: made.flatMap(handlesOf) };
}

/** The mean loss over all samples of some batches, at the present parameters. */
export async function validationLoss(
  program: BoundProgram,
  batches: readonly TrainingBatch[],
  loss: Loss,
  depth: number | null,
): Promise<number> {
  const { operations } = program;
  let [sum, count] = [0, 0];
  for (const batch of batches) {
    const losses = await perform(operations, batchLosses(program, batch, loss, depth));
    sum += losses.reduce((total, each) => total + each, 0);
    count += losses.length;
  }
  return sum / Math.max(1, count);
}

function* batchLosses(
  program: BoundProgram,
  { inputs, target }: TrainingBatch,
  loss: Loss,
  depth: number | null,
): Task<Float64Array> {
  const { operations } = program;
  const { engine } = operations;
  const bound = yield* bindInputs(program, inputs, true);
  const result = yield* runTask(program, bound, depth === null ? {} : { maximum: depth });
  const wanted = targetValue(operations, target);
  const value = engine.scope(
    () => loss(operations, result.output, wanted.value).value,
    ({ handle }) => [handle],
  );
  const [losses] = yield* readLanes([value], bound.samples);
  engine.dispose([...result.owned, ...bound.owned, ...wanted.owned, value.handle]);
  return losses;
}
