import { type HostArray, stack } from "../io/hostArray.ts";
import { type RandomStream, stream } from "../random/stream.ts";

/** Makes one sample from one stream of random numbers; all samples of a generator have one shape. */
export type SampleGenerator = (random: RandomStream) => HostArray;

/** Sample `index` of a generator under a seed: the same whatever is drawn before, beside or after it. */
export function sampleAt(generate: SampleGenerator, seed: number, index: number): HostArray {
  return generate(stream(seed, "sample", index));
}

/** Samples `first`, `first + 1`, ... as a batch with a new first axis. */
export function batchAt(generate: SampleGenerator, seed: number, first: number, count: number): HostArray {
  return stack(Array.from({ length: count }, (_, offset) => sampleAt(generate, seed, first + offset)));
}
