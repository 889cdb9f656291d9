import type { Operations } from "../arrays/operations.ts";
import { stream } from "../random/stream.ts";
import { packValue, unpackValue } from "./host.ts";
import { batchOfOperator } from "./norm.ts";
import type { Operator } from "./operator.ts";
import { realDimension } from "./spaces.ts";

/** The outcome of a dot test. Failing refutes surely; passing is evidence. */
export interface AdjointTest {
  /** largest |<A x, y> - <x, A'y>| / (|A x| |y| + |x| |A'y|) over the draws; NaN counts as failed */
  readonly discrepancy: number;
  readonly passed: boolean;
}

/**
 * Whether `apply` and `adjoint` of an operator can be adjoints: <A x, y> against <x, A'y> for Gaussian x and y, three
 * draws or more, in the real inner product. An operator with one map per sample is tested for all of them at once.
 * @throws OperatorError IPX8205 on an engine that reads asynchronously only
 */
export function adjointTest(
  operations: Operations,
  operator: Operator,
  seed: number,
  draws = 3,
): AdjointTest {
  const { engine } = operations;
  const batch = batchOfOperator(operations, operator);
  const tolerance = 2 ** (engine.significand === 53 ? -36 : -15);
  let discrepancy = 0;
  for (let draw = 0; draw < draws; draw++) {
    const random = stream(seed, "adjoint test", draw);
    const gaussian = (space: Operator["domain"]): Float64Array =>
      Float64Array.from({ length: realDimension(space) * (batch ?? 1) }, () => random.normal());
    const [x, y] = [gaussian(operator.domain), gaussian(operator.codomain)];
    const measured = engine.scope(
      () => {
        const purpose = "the products of an adjoint test";
        const image = operator.apply(operations, packValue(engine, operator.domain, batch, x));
        const back = operator.adjoint(operations, packValue(engine, operator.codomain, batch, y));
        return relativeGap(
          x,
          y,
          unpackValue(engine, image, batch, purpose),
          unpackValue(engine, back, batch, purpose),
        );
      },
      () => [],
    );
    discrepancy = measured > discrepancy || Number.isNaN(measured) ? measured : discrepancy;
    if (Number.isNaN(discrepancy)) break;
  }
  return { discrepancy, passed: discrepancy <= tolerance };
}

function relativeGap(x: Float64Array, y: Float64Array, image: Float64Array, back: Float64Array): number {
  const scale = Math.sqrt(inner(image, image) * inner(y, y)) + Math.sqrt(inner(x, x) * inner(back, back));
  return scale === 0 ? 0 : Math.abs(inner(image, y) - inner(x, back)) / scale;
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
