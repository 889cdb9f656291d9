import { sampleOf, type HostArray } from "../../runtime/io/hostArray.ts";
import { stream } from "../../runtime/random/stream.ts";
import type { TrainingBatch, TrainingData } from "../../runtime/train/data.ts";
import type { TrainingOptions } from "../../runtime/train/trainer.ts";
import { batchAt, openSource, type SampleSource } from "./dataset.ts";
import { requireMemory } from "./memory.ts";
import type { TrainSettings } from "./schema.ts";
import type { Setting } from "./setting.ts";
import type { Subject } from "./subject.ts";

/** Batch number `step`: fresh samples, or those of a finite set in an order that each epoch draws anew. */
export function trainingData(subject: Subject, source: SampleSource): TrainingData {
  let drawn: { readonly epoch: number; readonly order: Int32Array } = { epoch: -1, order: new Int32Array() };
  const indexAt = (position: number, seed: number): number => {
    if (!Number.isFinite(source.count)) return position;
    const epoch = Math.floor(position / source.count);
    if (epoch !== drawn.epoch)
      drawn = { epoch, order: stream(seed, "epoch", epoch).permutation(source.count) };
    return drawn.order[position % source.count] ?? 0;
  };
  const indicesOf = (step: number, size: number, seed: number): readonly number[] =>
    Array.from({ length: size }, (_, offset) => indexAt(step * size + offset, seed));
  return async ({ step, size, seed }) => {
    const batch = await batchOf(subject, source, indicesOf(step, size, seed));
    source.prefetch(indicesOf(step + 1, size, seed));
    return batch;
  };
}

/** Some samples of a set with their inputs. */
async function batchOf(
  subject: Subject,
  source: SampleSource,
  indices: readonly number[],
): Promise<TrainingBatch & { readonly truth: HostArray }> {
  const truth = await batchAt(source, indices);
  return { inputs: await subject.inputsOf(truth, indices, source.seed), target: truth, truth };
}

/** The most samples of one batch of a validation. */
const VALIDATION_BATCH = 250;

/** The batches that are validated on, and how often; none where nothing asks for it. */
export async function validationOptions(
  setting: Setting,
  subject: Subject,
  { every, patience, steps }: TrainSettings,
): Promise<Pick<TrainingOptions, "validation">> {
  const wanted =
    every ?? (patience === undefined ? undefined : Math.max(1, Math.min(100, Math.floor(steps / 10))));
  if (wanted === undefined) return {};
  const source = await openSource(setting, "validate");
  const counted = setting.experiment.toml.valueSpan(["data", "validate", "count"]);
  requireMemory(counted, "The validation set", source.count * (await source.at(0)).data.length);
  const batches: (TrainingBatch & { readonly truth: HostArray })[] = [];
  for (let first = 0; first < source.count; first += VALIDATION_BATCH) {
    const length = Math.min(VALIDATION_BATCH, source.count - first);
    batches.push(
      await batchOf(
        subject,
        source,
        Array.from({ length }, (_, offset) => first + offset),
      ),
    );
  }
  const zeros = batches.reduce((sum, { truth }) => sum + zerosOf(truth), 0);
  if (zeros > 0) {
    setting.context.terminal.talk(
      `note: ${zeros} of ${source.count} samples to validate on are zero; a loss that is relative to them leaves them out.\n`,
    );
  }
  return { validation: { batches, every: wanted } };
}

/** How many samples of a batch are zero in every entry. */
function zerosOf(batch: HostArray): number {
  const [count = 0] = batch.shape;
  return Array.from({ length: count }, (_, index) => sampleOf(batch, index)).filter(({ data }) =>
    data.every((value) => value === 0),
  ).length;
}
