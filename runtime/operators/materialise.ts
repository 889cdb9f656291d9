import type { Operations } from "../arrays/operations.ts";
import { spaceOf, type Value } from "../arrays/value.ts";
import { realArray, type HostArray } from "../io/hostArray.ts";
import { OperatorError } from "./operatorError.ts";
import { packValue, unpackValue } from "./host.ts";
import { batchOfOperator } from "./norm.ts";
import type { Operator } from "./operator.ts";
import { realDimension } from "./spaces.ts";

const MOST_ENTRIES = 2 ** 27;
/** Columns are computed in batches of about so many numbers. */
const BATCH_NUMBERS = 2 ** 20;

/**
 * The matrix of a shared operator over the reals, [real dimension of the codomain, of the domain], in double
 * precision: complex entries count as two (real and imaginary part), parts of a tuple stand one after the other. For
 * real arrays it is the ordinary matrix.
 * @throws OperatorError IPX8205 on an engine that reads asynchronously only; IPX8208 where it would be too large, or
 * where each sample has a map of its own.
 */
export function materialiseOperator(
  operations: Operations,
  operator: Operator,
): HostArray & { readonly data: Float64Array } {
  const [rows, columns] = [realDimension(operator.codomain), realDimension(operator.domain)];
  if (rows * columns > MOST_ENTRIES || batchOfOperator(operations, operator) !== null) {
    throw new OperatorError("IPX8208", {
      what: `\`${operator.text}\` cannot be written out as a matrix.`,
      why:
        rows * columns > MOST_ENTRIES
          ? `It would have ${rows} x ${columns} entries.`
          : "It is another operator for each sample.",
    });
  }
  const matrix = new Float64Array(rows * columns);
  const step = Math.max(1, Math.floor(BATCH_NUMBERS / columns));
  for (let begin = 0; begin < columns; begin += step) {
    const size = Math.min(step, columns - begin);
    const images = imagesOfUnits(operations, operator, begin, size);
    for (let sample = 0; sample < size; sample++) {
      for (let row = 0; row < rows; row++) {
        matrix[row * columns + begin + sample] = images[sample * rows + row] ?? 0;
      }
    }
  }
  return { ...realArray([rows, columns], matrix), data: matrix };
}

/** The images of `size` unit vectors, one after the other. */
function imagesOfUnits(
  operations: Operations,
  operator: Operator,
  begin: number,
  size: number,
): Float64Array {
  const { engine } = operations;
  return engine.scope(
    () => {
      const units = bySample(operator.domain, size, (sample, position) =>
        position === begin + sample ? 1 : 0,
      );
      const images = operator.apply(operations, packValue(engine, operator.domain, size, units));
      return inSampleOrder(
        images,
        size,
        unpackValue(engine, images, size, `the columns of \`${operator.text}\``),
      );
    },
    () => [],
  );
}

/** Numbers for `packValue`, given sample by sample: `entry` has the position within one sample. */
function bySample(
  space: Operator["domain"],
  samples: number,
  entry: (sample: number, position: number) => number,
): Float64Array {
  const numbers = new Float64Array(realDimension(space) * samples);
  let written = 0;
  let position = 0;
  for (const length of partLengths(space)) {
    for (let sample = 0; sample < samples; sample++) {
      for (let i = 0; i < length; i++) numbers[written++] = entry(sample, position + i);
    }
    position += length;
  }
  return numbers;
}

/** Numbers of `unpackValue` reordered: each sample whole, one after the other. */
function inSampleOrder(value: Value, samples: number, numbers: Float64Array): Float64Array {
  const lengths = partLengths(spaceOf(value));
  if (lengths.length === 1) return numbers;
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const ordered = new Float64Array(numbers.length);
  let [read, position] = [0, 0];
  for (const length of lengths) {
    for (let sample = 0; sample < samples; sample++) {
      ordered.set(numbers.subarray(read, read + length), sample * total + position);
      read += length;
    }
    position += length;
  }
  return ordered;
}

function partLengths(space: Operator["domain"]): readonly number[] {
  return space.kind === "product" ? space.parts.flatMap(partLengths) : [realDimension(space)];
}
