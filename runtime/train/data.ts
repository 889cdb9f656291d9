import { hostArray, type HostArray } from "../io/hostArray.ts";
import { BindingError } from "../program/bindingError.ts";
import type { Data, Datum } from "../program/datum.ts";
import { stream } from "../random/stream.ts";

/** A batch to learn from: inputs by name, samples on the first axis, and what the output should be. */
export interface TrainingBatch<Inputs extends object = Data> {
  readonly inputs: Inputs;
  readonly target: Datum;
}

/** Which batch is asked for: batch number `step` under a seed, so that training can be resumed anywhere. */
export interface BatchRequest {
  readonly seed: number;
  readonly step: number;
  readonly size: number;
}

/** Gives the same batch for the same request. */
export type TrainingData<Inputs extends object = Data> = (
  request: BatchRequest,
) => TrainingBatch<Inputs> | Promise<TrainingBatch<Inputs>>;

/** A finite set of samples, on the first axis of each array; the other arrays are shared by all samples. */
export interface Samples<Name extends string = string> {
  readonly inputs: Readonly<Record<Name, HostArray>>;
  readonly target: HostArray;
}

/**
 * Batches of a finite set: each epoch goes through a permutation of its own, drawn by (seed, epoch); the samples that
 * do not fill a batch are left to the next epoch's.
 * @throws BindingError IPX8012 where arrays differ in their number of samples, or a batch is larger than the set.
 */
export function finiteData<Name extends string>({
  inputs,
  target,
}: Samples<Name>): TrainingData<Readonly<Record<Name, HostArray>>> {
  const count = target.shape[0] ?? 0;
  const arrays = Object.entries<HostArray>(inputs);
  for (const [name, array] of arrays) {
    if (array.shape[0] === count) continue;
    throw new BindingError("IPX8012", name, {
      what: `The data have ${count} targets and ${array.shape[0] ?? 0} samples of \`${name}\`.`,
    });
  }
  return ({ seed, step, size }) => {
    const perEpoch = Math.floor(count / size);
    if (perEpoch === 0) {
      throw new BindingError("IPX8012", "batch", {
        what: `A batch of ${size} was asked for; there are ${count} samples.`,
      });
    }
    const order = stream(seed, "epoch", Math.floor(step / perEpoch)).permutation(count);
    const begin = (step % perEpoch) * size;
    const chosen = order.subarray(begin, begin + size);
    const named = arrays.map(([name, array]) => [name, take(array, chosen)] as const);
    const taken = Object.fromEntries(named) as Record<Name, HostArray>;
    return { inputs: taken, target: take(target, chosen) };
  };
}

/** The samples of an array at some indices, in their order. */
export function take(array: HostArray, indices: Iterable<number>): HostArray {
  const chosen = [...indices];
  const length = array.data.length / (array.shape[0] ?? 1);
  const total = chosen.length * length;
  const data = array.data instanceof Float64Array ? new Float64Array(total) : new Float32Array(total);
  chosen.forEach((index, at) => {
    data.set(array.data.subarray(index * length, (index + 1) * length), at * length);
  });
  return hostArray(array.field, [chosen.length, ...array.shape.slice(1)], data);
}
