import type { Operations } from "../../arrays/operations.ts";
import { adjoint, compose } from "./algebra.ts";
import { defineOperator } from "../define.ts";
import { provedMatrixNorm } from "../dense/norm.ts";
import { materialiseOperator } from "../materialise.ts";
import { measuredNorm } from "../norm.ts";
import type { NormBound, Operator } from "../operator.ts";
import { smallerBound } from "../bounds.ts";
import { realDimension } from "../spaces.ts";

/** A product of this least dimension at most, and of so few entries, is written out as a matrix to bound its norm. */
const WRITTEN_ORDER = 200;
const WRITTEN_ENTRIES = 2 ** 20;

/**
 * The product of operators, the outermost first, with the adjoints of those at the places `adjoints`. Its norm is the
 * smaller of the product of norms and of a bound that is measured when the norm is asked for; the product alone where
 * all factors but one are orthonormal, since it is exact then. On an engine that cannot read its numbers at once the
 * norm is Infinity: nothing is known there.
 * @throws OperatorError IPX8206 where the factors do not fit
 */
export function composition(
  operations: Operations,
  factors: readonly Operator[],
  adjoints: readonly number[],
): Operator {
  const turned = factors.map((factor, place) => (adjoints.includes(place) ? adjoint(factor) : factor));
  const product = turned.reduce(compose);
  return defineOperator({
    text: product.text,
    domain: product.domain,
    codomain: product.codomain,
    handles: product.handles,
    norm: () => normOfProduct(operations, turned, product),
    properties: () => product.properties,
    gram: (using) => product.gram(using),
    apply: (using, x) => product.apply(using, x),
    adjoint: (using, y) => product.adjoint(using, y),
  });
}

function normOfProduct(operations: Operations, factors: readonly Operator[], product: Operator): NormBound {
  if (!readsAtOnce(operations)) return { value: Infinity, provenance: { kind: "proved" } };
  const others = factors.filter(({ properties }) => !properties.has("orthonormal"));
  if (others.length <= 1) return product.norm;
  const known = product.norm;
  const measured = writtenNorm(operations, product) ?? measuredNorm(operations, product, known);
  // The errors of a product are relative to the product of norms, not to what cancellation leaves of it.
  const error = Number.isFinite(known.value) ? rounding(operations) * known.value : 0;
  return smallerBound(known, { ...measured, value: measured.value + error });
}

/** The norm of the matrix of an operator that is small enough to be written out; null of any other. */
function writtenNorm(operations: Operations, operator: Operator): NormBound | null {
  const [rows, columns] = [realDimension(operator.codomain), realDimension(operator.domain)];
  if (Math.min(rows, columns) > WRITTEN_ORDER || rows * columns > WRITTEN_ENTRIES) return null;
  const { data } = materialiseOperator(operations, operator);
  const value = provedMatrixNorm({ rows, columns, data }) * (1 + rounding(operations));
  return { value, provenance: { kind: "proved" } };
}

function rounding({ engine }: Operations): number {
  return 64 * 2 ** -engine.significand;
}

function readsAtOnce({ engine }: Operations): boolean {
  let reads = false;
  engine.scope(
    () => {
      reads = engine.readNow(engine.upload(Float32Array.of(1), [1])) !== null;
    },
    () => [],
  );
  return reads;
}
