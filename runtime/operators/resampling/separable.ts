import { asArray, handleShape } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue, Value } from "../../arrays/value.ts";
import type { HostArray } from "../../io/hostArray.ts";
import { type AxisProduct, axisProduct } from "./axisProduct.ts";
import { defineOperator } from "../define.ts";
import { type DenseMatrix, transposed } from "../dense/gram.ts";
import { provedMatrixNorm } from "../dense/norm.ts";
import { withHandle } from "../handles.ts";
import type { Operator, OperatorProperty } from "../operator.ts";
import { arraySpace, type ArraySpace } from "../spaces.ts";

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
  const dense = matrices.map(denseMatrix);
  const forward = dense.map((matrix, axis): AlongAxis => ({ product: axisProduct(engine, matrix), axis }));
  const backward = dense
    .map((matrix, axis): AlongAxis => ({ product: axisProduct(engine, transposed(matrix)), axis }))
    .toReversed();
  const along =
    (products: readonly AlongAxis[], target: ArraySpace) =>
    (using: Operations, value: Value): ArrayValue => {
      const x = asArray(text, value);
      const shift = x.batch === null ? 0 : 1;
      const image = products.reduce(
        (current, { product, axis }) => product.along(using.engine, current, axis + shift),
        x.handle,
      );
      const shape = handleShape(x.batch, target.shape, x.field);
      return withHandle(x, using.engine.reshape(image, shape), target.shape);
    };
  return defineOperator({
    text,
    domain: space,
    codomain,
    handles: [...forward, ...backward].flatMap(({ product }) => product.handles),
    norm: () => ({ value: productOfNorms(dense), provenance: { kind: "proved" } }),
    properties: () => properties,
    apply: along(forward, codomain),
    adjoint: along(backward, space),
  });
}

interface AlongAxis {
  readonly product: AxisProduct;
  readonly axis: number;
}

function denseMatrix({ shape: [rows = 1, columns = 1], data }: HostArray): DenseMatrix {
  return { rows, columns, data: Float64Array.from(data) };
}

function productOfNorms(matrices: readonly DenseMatrix[]): number {
  return matrices.reduce((product, matrix) => product * provedMatrixNorm(matrix), 1);
}
