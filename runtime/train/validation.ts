import { GradientError } from "../adjoint/gradientError.ts";
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
  if (material.kind === "operator" || material.kind === "map") throw new TypeError("A target is an array.");
  const { value, made } = materialise(operations, material, materialSpace(material, true), true);
  return { value, owned: made.flatMap(handlesOf) };
}

/**
 * The mean loss over all samples of some batches, at the present parameters. A sample whose target is zero is left out
 * where its loss is not finite: the loss is relative to the target.
 * @throws GradientError IPX8304 where the loss of another sample is not finite, or no sample is left
 */
export async function validationLoss(
  program: BoundProgram,
  batches: readonly TrainingBatch[],
  loss: Loss,
  depth: number | null,
): Promise<number> {
  const { operations } = program;
  let [sum, count, seen] = [0, 0, 0];
  for (const batch of batches) {
    const { losses, samples } = await perform(operations, batchLosses(program, batch, loss, depth, seen));
    seen += samples;
    sum += losses.reduce((total, each) => total + each, 0);
    count += losses.length;
  }
  if (count > 0 && Number.isFinite(sum)) return sum / count;
  const what =
    count === 0
      ? "Every sample to validate on is zero, and the loss is relative to it."
      : "The loss on the validation set is not finite.";
  throw new GradientError("IPX8304", what);
}

function* batchLosses(
  program: BoundProgram,
  { inputs, target }: TrainingBatch,
  loss: Loss,
  depth: number | null,
  first: number,
): Task<{ readonly losses: readonly number[]; readonly samples: number }> {
  const { operations } = program;
  const { engine } = operations;
  const bound = yield* bindInputs(program, inputs, true, first);
  const result = yield* runTask(program, bound, depth === null ? {} : { maximum: depth });
  const wanted = targetValue(operations, target);
  const values = engine.scope(
    () => [loss(operations, result.output, wanted.value).value, operations.dot(wanted.value, wanted.value)],
    (made) => made.map(({ handle }) => handle),
  );
  const [losses = new Float64Array(), squares] = yield* readLanes(values, bound.samples);
  engine.dispose([...result.owned, ...bound.owned, ...wanted.owned, ...values.map(({ handle }) => handle)]);
  const counted = [...losses].filter((each, sample) => Number.isFinite(each) || squares?.[sample] !== 0);
  return { losses: counted, samples: bound.samples };
}
