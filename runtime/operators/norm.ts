import { commonBatch } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import type { Value } from "../arrays/value.ts";
import type { Engine } from "../engine/engine.ts";
import { smallerBound } from "./bounds.ts";
import { defineOperator } from "./define.ts";
import { lanczosBounds } from "./dense/lanczos.ts";
import { packValue, unpackValue } from "./host.ts";
import type { NormBound, Operator } from "./operator.ts";
import { realDimension } from "./spaces.ts";

/** With this probability, at most, a probabilistic bound fails. */
const FAILURE = 1e-6;
/** A probabilistic bound of |A|^2 is at most so much above the largest Rayleigh quotient that was seen, relatively. */
const GAP = 5e-3;
const MAXIMUM_STEPS = 1000;
const SEED = 0x6c616e63;

/**
 * The smaller of a bound that is known and a probabilistic one: Lanczos on A'A or AA' from a random start, until the
 * bound is within 0.5 % of the Rayleigh quotient (see dense/lanczos.ts). The search stops as soon as the known bound
 * is that good, and the known bound is the result. Of an operator with one map per sample it is the largest norm.
 * @throws OperatorError IPX8205 on an engine that reads asynchronously only.
 */
export function measuredNorm(operations: Operations, operator: Operator, known: NormBound): NormBound {
  const { engine } = operations;
  const wide = realDimension(operator.domain) > realDimension(operator.codomain);
  const space = wide ? operator.codomain : operator.domain;
  const normal = (x: Value): Value =>
    wide
      ? operator.apply(operations, operator.adjoint(operations, x))
      : operator.adjoint(operations, operator.apply(operations, x));
  const purpose = `the products by which \`${operator.text}\` is bounded`;
  const batch = batchOfOperator(operations, operator);
  const product = (x: Float64Array): Float64Array =>
    engine.scope(
      () => unpackValue(engine, normal(packValue(engine, space, batch, x)), batch, purpose),
      () => [],
    );
  return lanczosNorm(engine, product, realDimension(space) * (batch ?? 1), known);
}

/** The smaller of a bound of |A| that is known and a probabilistic one, by products with A'A on R^dimension. */
export function lanczosNorm(
  engine: Engine,
  product: (x: Float64Array) => Float64Array,
  dimension: number,
  known: NormBound,
): NormBound {
  if (!engine.computes) return known;
  const rounding = 64 * 2 ** -engine.significand;
  const { upper } = lanczosBounds(product, dimension, {
    seed: SEED,
    failure: FAILURE,
    rounding,
    known: known.value ** 2,
    gap: GAP,
    maximum: MAXIMUM_STEPS,
  });
  const value = Math.sqrt(upper * (1 + rounding));
  return smallerBound(known, { value, provenance: { kind: "probabilistic", failure: FAILURE } });
}

/** The operator with its bound improved by `measuredNorm`, when the norm is asked for. */
export function withMeasuredNorm(operations: Operations, operator: Operator): Operator {
  return defineOperator({
    text: operator.text,
    domain: operator.domain,
    codomain: operator.codomain,
    handles: operator.handles,
    norm: () => measuredNorm(operations, operator, operator.norm),
    properties: () => operator.properties,
    apply: (given, x) => operator.apply(given, x),
    adjoint: (given, y) => operator.adjoint(given, y),
  });
}

/**
 * |A|^2 <= max(A 1) max(A' 1) for an operator whose matrix has no negative entry: by Schur's test with the weights 1,
 * in two products. Proved up to rounding, for which room is left.
 * @throws OperatorError IPX8205 on an engine that reads asynchronously only.
 */
export function nonnegativeBound(operations: Operations, operator: Operator): NormBound {
  const { engine } = operations;
  const largest = (space: Operator["domain"], map: (ones: Value) => Value): number =>
    engine.scope(
      () => {
        const ones = packValue(engine, space, null, new Float64Array(realDimension(space)).fill(1));
        const sums = unpackValue(
          engine,
          map(ones),
          null,
          `the sums by which \`${operator.text}\` is bounded`,
        );
        return sums.reduce((top, value) => Math.max(top, value), 0);
      },
      () => [],
    );
  const rows = largest(operator.domain, (ones) => operator.apply(operations, ones));
  const columns = largest(operator.codomain, (ones) => operator.adjoint(operations, ones));
  const room = 1 + 4 * Math.sqrt(realDimension(operator.domain)) * 2 ** -engine.significand;
  return { value: Math.sqrt(rows * columns) * room, provenance: { kind: "proved" } };
}

/** The number of samples that an operator has a map of its own for, or null where it is shared. */
export function batchOfOperator(operations: Operations, operator: Operator): number | null {
  const { engine } = operations;
  return engine.scope(
    () => {
      const zero = packValue(engine, operator.domain, null, new Float64Array(realDimension(operator.domain)));
      return commonBatch(operator.text, [operator.apply(operations, zero)]);
    },
    () => [],
  );
}
