import { DataError } from "../../runtime/io/dataError.ts";
import { type HostArray, lanes } from "../../runtime/io/hostArray.ts";

/** What of a sample becomes the two ends of a range: given values, 0 and the largest modulus, or the least and largest value. */
export type Scale = readonly [number, number] | "max" | "minmax";

/**
 * The sample with its values brought to a range: those at the scale's ends become the range's ends, those between and
 * beyond in proportion. A sample without any contrast becomes the range's lower end.
 * @throws DataError IPX8108 for a complex sample whose lower end would not stay 0
 */
export function ranged(
  sample: HostArray,
  scale: Scale,
  [black, white]: readonly [number, number],
): HostArray {
  const [low, high] = endsOf(sample, scale);
  if (low === black && high === white) return sample;
  if (sample.field === "complex" && (low !== 0 || black !== 0)) {
    throw new DataError("IPX8108", {
      what: "A complex sample is scaled about 0.",
      hint: 'Let `scale` be "max" or begin with 0, and `range` begin with 0.',
    });
  }
  const slope = high === low ? 0 : (white - black) / (high - low);
  return { ...sample, data: sample.data.map((value) => black + (value - low) * slope) };
}

function endsOf(sample: HostArray, scale: Scale): readonly [number, number] {
  if (typeof scale !== "string") return scale;
  const [low, high] = extremes(sample);
  if (scale === "minmax" && sample.field === "real") return [low, high];
  return [0, Math.max(Math.abs(low), Math.abs(high))];
}

/** The least and the largest value; of complex samples of the modulus. */
export function extremes({ field, data }: HostArray): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  const width = lanes(field);
  for (let i = 0; i < data.length; i += width) {
    const value = width === 1 ? (data[i] ?? 0) : Math.hypot(data[i] ?? 0, data[i + 1] ?? 0);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? [0, 0] : [low, high];
}
