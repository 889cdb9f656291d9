import { asArray, handleShape } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Value } from "../arrays/value.ts";
import { type HostArray, realArray } from "../io/hostArray.ts";
import { type AxisProduct, axisProduct } from "./axisProduct.ts";
import { defineOperator } from "./define.ts";
import { provedMatrixNorm } from "./dense/norm.ts";
import { withHandle } from "./handles.ts";
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
  const forward = matrices.map((matrix) => axisProduct(engine, matrix));
  const backward = matrices.map((matrix) => axisProduct(engine, transposed(matrix)));
  const along =
    (products: readonly AxisProduct[], target: ArraySpace) =>
    (using: Operations, value: Value): ArrayValue => {
      const x = asArray(text, value);
      const shift = x.batch === null ? 0 : 1;
      const image = products.reduce(
        (current, product, axis) => product.along(using.engine, current, axis + shift),
        x.handle,
      );
      const shape = handleShape(x.batch, target.shape, x.field);
      return withHandle(x, using.engine.reshape(image, shape), target.shape);
    };
  return defineOperator({
    text,
    domain: space,
    codomain,
    handles: [...forward, ...backward].flatMap(({ handles }) => handles),
    norm: () => ({ value: productOfNorms(matrices), provenance: { kind: "proved" } }),
    properties: () => properties,
    apply: along(forward, codomain),
    adjoint: along(backward, space),
  });
}

function productOfNorms(matrices: readonly HostArray[]): number {
  return matrices.reduce((product, { shape, data }) => {
    const [rows = 1, columns = 1] = shape;
    return product * provedMatrixNorm({ rows, columns, data: Float64Array.from(data) });
  }, 1);
}

function transposed({ shape: [rows = 0, columns = 0], data }: HostArray): HostArray {
  return realArray(
    [columns, rows],
    Float64Array.from(
      { length: rows * columns },
      (_, at) => data[(at % rows) * columns + Math.floor(at / rows)] ?? 0,
    ),
  );
}
