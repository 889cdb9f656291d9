import { asArray, handleShape } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Value } from "../arrays/value.ts";
import type { Engine, Handle } from "../engine/engine.ts";
import { sizeOf } from "../engine/shape.ts";
import type { HostArray } from "../io/hostArray.ts";
import { defineOperator } from "./define.ts";
import { provedMatrixNorm } from "./dense/norm.ts";
import { aroundAxis, withHandle } from "./handles.ts";
import type { Operator, OperatorProperty } from "./operator.ts";
import { arraySpace, type ArraySpace } from "./spaces.ts";

/**
 * The Kronecker product of real matrices, one for each of the first axes: F[n1, n2, r] -> F[m1, m2, r]. The adjoint is
 * that of the transposed matrices, exactly. The norm is the product of the matrices' norms, which are proved.
 */
export function separableOperator(
  operations: Operations,
  text: string,
  space: ArraySpace,
  matrices: readonly HostArray[],
  properties: readonly OperatorProperty[] = [],
): Operator {
  const { engine } = operations;
  const extents = matrices.map(({ shape }) => shape[0] ?? 1);
  const codomain = arraySpace(space.field, [...extents, ...space.shape.slice(matrices.length)]);
  const forward = matrices.map(({ data, shape }) => engine.upload(data, shape));
  const backward = forward.map((matrix) => engine.transpose(matrix, [1, 0]));
  const along =
    (factors: readonly Handle[], transposed: readonly Handle[], target: ArraySpace) =>
    (using: Operations, value: Value): ArrayValue => {
      const x = asArray(text, value);
      const shift = x.batch === null ? 0 : 1;
      const image = factors.reduce(
        (current, matrix, axis) =>
          alongAxis(using.engine, matrix, transposed[axis] ?? matrix, current, axis + shift),
        x.handle,
      );
      const shape = handleShape(x.batch, target.shape, x.field);
      return withHandle(x, using.engine.reshape(image, shape), target.shape);
    };
  return defineOperator({
    text,
    domain: space,
    codomain,
    handles: [...forward, ...backward],
    norm: () => ({ value: productOfNorms(matrices), provenance: { kind: "proved" } }),
    properties: () => properties,
    apply: along(forward, backward, codomain),
    adjoint: along(backward, forward, space),
  });
}

function productOfNorms(matrices: readonly HostArray[]): number {
  return matrices.reduce((product, { shape, data }) => {
    const [rows = 1, columns = 1] = shape;
    return product * provedMatrixNorm({ rows, columns, data: Float64Array.from(data) });
  }, 1);
}

/** A matrix [m, n] on one axis of extent n; `transposed` is its transpose, for the last axis. */
function alongAxis(engine: Engine, matrix: Handle, transposed: Handle, array: Handle, axis: number): Handle {
  const { shape } = array;
  const extended = shape.map((extent, index) => (index === axis ? (matrix.shape[0] ?? 1) : extent));
  if (sizeOf(shape.slice(axis + 1)) === 1) {
    const rows = engine.reshape(array, [sizeOf(shape.slice(0, axis)), shape[axis] ?? 1]);
    return engine.reshape(engine.matmul(rows, transposed), extended);
  }
  return engine.reshape(engine.matmul(matrix, aroundAxis(engine, array, axis)), extended);
}
