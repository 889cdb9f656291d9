import type { ElementwiseExpression } from "../arrays/expression.ts";
import type { ArrayValue } from "../arrays/value.ts";
import type { Engine, Handle } from "../engine/engine.ts";
import { sizeOf } from "../engine/shape.ts";

/** The array of another handle and shape; batch and field stay. */
export function withHandle(array: ArrayValue, handle: Handle, shape: readonly number[]): ArrayValue {
  return { ...array, handle, shape };
}

/** The number of samples in the handle: 1 for a shared array. */
export function samplesOf(array: ArrayValue): number {
  return array.batch ?? 1;
}

/** The axes after those of a sample: the pair of a complex number or none. */
export function pairShape(field: "real" | "complex"): readonly number[] {
  return field === "complex" ? [2] : [];
}

/** The same numbers as [outer, n, inner], n the extent of an axis of the handle. */
export function aroundAxis(engine: Engine, handle: Handle, axis: number): Handle {
  const { shape } = handle;
  return engine.reshape(handle, [
    sizeOf(shape.slice(0, axis)),
    shape[axis] ?? 1,
    sizeOf(shape.slice(axis + 1)),
  ]);
}

/** Entries begin..begin+size on axis 1 of [outer, n, inner]. */
export function middleSlice(engine: Engine, array: Handle, begin: number, size: number): Handle {
  const [outer = 1, , inner = 1] = array.shape;
  return engine.slice(array, [0, begin, 0], [outer, size, inner]);
}

/** Zeros before and after on axis 1 of [outer, n, inner]. */
export function middlePad(engine: Engine, array: Handle, before: number, after: number): Handle {
  if (before === 0 && after === 0) return array;
  return engine.pad(array, [
    [0, 0],
    [before, after],
    [0, 0],
  ]);
}

const A: ElementwiseExpression = { kind: "input", name: "a" };
const B: ElementwiseExpression = { kind: "input", name: "b" };
const SUM: ElementwiseExpression = { kind: "apply", function: "add", arguments: [A, B] };

/** Entry by entry, with numpy's repetition. */
export function add(engine: Engine, a: Handle, b: Handle): Handle {
  return engine.elementwise(SUM, { a, b });
}

const PRODUCT: ElementwiseExpression = { kind: "apply", function: "mul", arguments: [A, B] };

/** Products of entries, with numpy's repetition. */
export function multiply(engine: Engine, a: Handle, b: Handle): Handle {
  return engine.elementwise(PRODUCT, { a, b });
}

/** Products with numbers, kept so that engines know them again; factors follow from sizes, so that they are few. */
const scalings = new Map<number, ElementwiseExpression>();

/** Entries times a number. */
export function scaled(engine: Engine, array: Handle, factor: number): Handle {
  const before = scalings.get(factor);
  const scaling = before ?? {
    kind: "apply",
    function: "mul",
    arguments: [A, { kind: "constant", value: factor }],
  };
  if (before === undefined) scalings.set(factor, scaling);
  return engine.elementwise(scaling, { a: array });
}
