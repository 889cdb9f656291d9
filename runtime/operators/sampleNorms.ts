import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Value } from "../arrays/value.ts";
import { packValue, unpackValue } from "./host.ts";
import { batchOfOperator, lanczosNorm } from "./norm.ts";
import type { Operator } from "./operator.ts";
import { realDimension } from "./spaces.ts";

/**
 * Upper bounds of the norms of an operator with one map for each sample, a number of each sample: closed forms where
 * the operator has them (`norms`), else probabilistic bounds of each map by itself, so that no sample's bound depends
 * on the others; of a shared operator its norm.
 * @throws OperatorError IPX8205 on an engine that reads asynchronously only.
 */
export function sampleNorms(operations: Operations, operator: Operator): ArrayValue {
  const own = operator.norms();
  if (own !== null) return numbers(operations, own);
  const batch = batchOfOperator(operations, operator);
  if (batch === null) return operations.norm(operator);
  return numbers(
    operations,
    Array.from({ length: batch }, (_, sample) => normOfSample(operations, operator, batch, sample)),
  );
}

function numbers({ engine }: Operations, norms: readonly number[]): ArrayValue {
  const handle = engine.upload(Float64Array.from(norms), [norms.length]);
  return { kind: "array", field: "real", shape: [], batch: norms.length, handle };
}

/** What is known of all maps together would make a sample's bound depend on the others. */
const UNKNOWN = { value: Infinity, provenance: { kind: "proved" } } as const;

/** The norm of one map, by products with arrays that are 0 in all other samples. */
function normOfSample(operations: Operations, operator: Operator, batch: number, sample: number): number {
  const { engine } = operations;
  const space = operator.domain;
  const normal = (x: Value): Value => operator.adjoint(operations, operator.apply(operations, x));
  const purpose = `the products by which \`${operator.text}\` is bounded`;
  const size = realDimension(space);
  const product = (x: Float64Array): Float64Array =>
    engine.scope(
      () => {
        const image = normal(packValue(engine, space, batch, placed(x, sample, batch)));
        return unpackValue(engine, image, batch, purpose).slice(sample * size, (sample + 1) * size);
      },
      () => [],
    );
  return lanczosNorm(engine, product, size, UNKNOWN).value;
}

/** The numbers of one sample among zeros. */
function placed(x: Float64Array, sample: number, batch: number): Float64Array {
  const all = new Float64Array(x.length * batch);
  all.set(x, sample * x.length);
  return all;
}
