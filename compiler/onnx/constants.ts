import { type Flow, type NodePlace, type TensorFlow, tensorFlow } from "./place.ts";
import { isWholeType, wholeIf } from "./tensor.ts";

/** `Constant`: an array of the file. */
export function constantTensor(place: NodePlace): Flow {
  const tensor = place.constant;
  if (tensor === null) throw place.fault("It holds no numbers.");
  return tensorFlow(tensor);
}

/** `Gather` of a list of numbers, such as sizes. */
export function gathered(place: NodePlace): Flow {
  const flow = place.flow();
  const indices = place.flow(1);
  if (flow.kind !== "tensor" || indices.kind !== "tensor" || flow.tensor.shape.length !== 1) {
    throw place.fault("It is not of a list of numbers: write channels as slices.");
  }
  const { values } = flow.tensor;
  const found = indices.tensor.values.map(
    (index) => values[index < 0 ? index + values.length : index] ?? NaN,
  );
  if (found.some(Number.isNaN)) throw place.fault("Its indices lie outside of the list.");
  return tensorFlow(
    { name: "", shape: indices.tensor.shape, values: found, ...wholeIf(flow.tensor.whole === true) },
    flow.ofSizes || indices.ofSizes,
  );
}

/** `Cast` of numbers; what is computed stays what it is. */
export function cast(place: NodePlace): Flow {
  const flow = place.flow();
  if (flow.kind === "tensor") {
    const { name, shape, values } = flow.tensor;
    const whole = isWholeType(place.number("to", 1));
    const cut = whole ? values.map(Math.trunc) : values;
    return { ...flow, tensor: { name, shape, values: cut, ...wholeIf(whole) } };
  }
  const [isFloat, isDouble] = [1, 11].map((type) => place.number("to", 1) === type);
  if (isFloat !== true && isDouble !== true) throw place.fault("It is to whole numbers.");
  return flow;
}

/**
 * A function of numbers of the file or of sizes, entry by entry, cut off where both are whole; null if some input is
 * computed from images.
 */
export function ofNumbers(
  place: NodePlace,
  compute: (left: number, right: number) => number,
): TensorFlow | null {
  const flows = place.inputs.map((_, index) => place.flow(index));
  const tensors = flows.filter((flow) => flow.kind === "tensor");
  const [first, ...others] = tensors;
  if (first === undefined || tensors.length < flows.length) return null;
  return others.reduce<TensorFlow>((left, right) => {
    const [a, b] = [left.tensor.values, right.tensor.values];
    if (a.length !== b.length && a.length !== 1 && b.length !== 1)
      throw place.fault("It is of constants alone.");
    const longer = a.length >= b.length ? left.tensor : right.tensor;
    const whole = left.tensor.whole === true && right.tensor.whole === true;
    const values = longer.values.map((_, i) => {
      const value = compute(a[a.length === 1 ? 0 : i] ?? NaN, b[b.length === 1 ? 0 : i] ?? NaN);
      return whole ? Math.trunc(value) : value;
    });
    const ofSizes = left.ofSizes || right.ofSizes;
    return tensorFlow({ name: "", shape: longer.shape, values, ...wholeIf(whole) }, ofSizes);
  }, first);
}
