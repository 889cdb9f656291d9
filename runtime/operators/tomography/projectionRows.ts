import { arrayValue, asArray } from "../../arrays/layout.ts";
import { placeRows, takeRows } from "../../arrays/rows.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue, Value } from "../../arrays/value.ts";
import type { ProjectionGeometry } from "../../engine/projection.ts";
import { sizeOf } from "../../engine/shape.ts";
import type { Operator, RowAccess } from "../operator.ts";

/** Makes the X-ray transform of other geometries on the same images. */
type Transform = (geometries: readonly ProjectionGeometry[]) => Operator;

/**
 * Some views of an X-ray transform, by the lines of those alone. Engines that cannot read the indices at once project
 * all views, and restrict.
 */
export function viewAccess(
  whole: () => Operator,
  geometries: readonly ProjectionGeometry[],
  transform: Transform,
): RowAccess {
  const chosen = (operations: Operations, indices: ArrayValue): Operator | null => {
    const numbers = operations.engine.readNow(indices.handle);
    return numbers === null ? null : transform(chosenGeometries(geometries, indices, numbers));
  };
  return {
    apply: (operations, indices, x) => {
      const part = chosen(operations, indices);
      if (part === null) return takeRows(operations.engine, whole().apply(operations, x), indices);
      const views = asArray(part.text, part.apply(operations, x));
      return reshaped(operations, views, [...indices.shape, ...views.shape.slice(1)]);
    },
    adjoint: (operations, indices, y) => {
      const part = chosen(operations, indices);
      if (part === null) {
        const { codomain } = whole();
        return whole().adjoint(operations, placeRows(operations.engine, y, indices, codomain));
      }
      const views = asArray(part.text, y);
      const shape = [sizeOf(indices.shape), ...views.shape.slice(indices.shape.length)];
      return part.adjoint(operations, reshaped(operations, views, shape));
    },
  };
}

/** The lines of the chosen views, for all samples or for each. */
function chosenGeometries(
  geometries: readonly ProjectionGeometry[],
  indices: ArrayValue,
  numbers: ArrayLike<number>,
): readonly ProjectionGeometry[] {
  const count = sizeOf(indices.shape);
  const samples = Math.max(geometries.length, indices.batch ?? 1);
  return Array.from({ length: samples }, (_, sample) => {
    const [own] = geometries.length === 1 ? geometries : geometries.slice(sample);
    if (own === undefined) throw new RangeError("a sample without lines");
    const first = indices.batch === null ? 0 : sample * count;
    const angles = Array.from({ length: count }, (__, i) => {
      const view = Math.min(Math.max(0, Math.floor(numbers[first + i] ?? 0)), own.angles.length - 1);
      return own.angles[view] ?? NaN;
    });
    return { ...own, angles };
  });
}

function reshaped({ engine }: Operations, views: ArrayValue, shape: readonly number[]): Value {
  return arrayValue(engine, views.handle, views.batch, shape);
}
