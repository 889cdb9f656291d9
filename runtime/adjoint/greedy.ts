import type { ArrayValue } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { Values } from "../program/definition.ts";
import { namesOfStep, stepNumber } from "../solve/batch.ts";
import { readLanes, type Task } from "../solve/task.ts";
import { handlesOfValues, Holder, named } from "../solve/vector.ts";
import type { GradientSum } from "./gradientSum.ts";
import { weighted, type OutputLoss } from "./loss.ts";
import { pullBack, pullBackPreparation, record, tapeHandles, type RecordedBatch } from "./tape.ts";

/**
 * The greedy gradient (Lee and Chun, Algorithms 1 and 2): the sum over steps 1..k of the loss after each step, where
 * each step takes the state before it as data. So step j learns to come as near to the target as one step can, from
 * the states that it will meet; memory does not grow with k. Gives the loss of each sample.
 */
export function* greedyGradient(
  recorded: RecordedBatch,
  steps: number,
  loss: OutputLoss,
  weights: ArrayValue,
  sum: GradientSum,
  signal?: AbortSignal,
): Task<Float64Array> {
  const { batch } = recorded;
  const { program, definition, operations, samples } = batch;
  const { engine } = operations;
  const holder = new Holder(engine, [...batch.foreign, weights.handle]);
  const total = new Float64Array(samples);
  let states: Values = engine.scope(
    () => definition.initial.run(operations, batch.known, {}).values,
    handlesOfValues,
  );
  holder.hold(handlesOfValues(states));
  for (let step = 0; step < steps; step++) {
    if (signal?.aborted === true) {
      holder.release();
      throw signal.reason;
    }
    const part = stepNumber(batch, step);
    const tape = record(program, part, () => namesOfStep(batch, step), states);
    const finish = record(program, definition.finish, () => namesOfStep(batch, step), tape.values);
    const value = engine.scope(
      () => {
        const found = loss(operations, named(finish.values, "output"));
        const known = namesOfStep(batch, step);
        const { cotangent } = weighted(operations, found, weights);
        const after = pullBack(program, definition.finish, known, finish, { output: cotangent }, sum, step);
        pullBack(program, part, known, tape, after, sum, step);
        return found.value;
      },
      (made): readonly Handle[] => [made.handle, ...sum.handles()],
    );
    const [numbers] = yield* readLanes([value], samples);
    numbers.forEach((number, sample) => {
      total[sample] = (total[sample] ?? 0) + number;
    });
    states = tape.values;
    holder.hold([...tapeHandles(tape), ...tapeHandles(finish), value.handle, ...sum.handles()]);
    holder.hold([...handlesOfValues(states), ...sum.handles()]);
  }
  engine.scope(
    () => pullBackPreparation(recorded, sum),
    () => sum.handles(),
  );
  holder.hold(sum.handles());
  holder.release(sum.handles());
  return total;
}
