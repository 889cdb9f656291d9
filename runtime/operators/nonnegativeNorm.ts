import type { Operations } from "../arrays/operations.ts";
import { packValue, unpackValue } from "./host.ts";
import { batchOfOperator } from "./norm.ts";
import type { NormBound, Operator } from "./operator.ts";
import { realDimension } from "./spaces.ts";

/** The search stops where the bound of |A|^2 is so near to a lower bound, relatively, or after so many rounds. */
const GAP = 5e-3;
const MOST_ROUNDS = 40;

/**
 * The norm of an operator whose matrix has no negative entry: |A|^2 is at most the largest (A'A q)_j / q_j, for any
 * q > 0 (Collatz, Math. Z. 48, 1942; Wielandt, Math. Z. 52, 1950). q = 1 gives Schur's test; each further round takes
 * A'A q as q, until the Rayleigh quotient of q is as near as wanted. Entries that no row sees stay as they are: their
 * quotients are 0. Proved up to rounding, for which room is left. Of an operator with one map per sample it is the
 * largest norm.
 * @throws OperatorError IPX8205 on an engine that reads asynchronously only.
 */
export function nonnegativeNorm(operations: Operations, operator: Operator): NormBound {
  const { engine } = operations;
  const { domain, codomain, text } = operator;
  const batch = batchOfOperator(operations, operator);
  const purpose = `the sums by which \`${text}\` is bounded`;
  const gram = (q: Float64Array): Float64Array =>
    engine.scope(
      () => {
        const image = operator.apply(operations, packValue(engine, domain, batch, q));
        return unpackValue(engine, operator.adjoint(operations, image), batch, purpose);
      },
      () => [],
    );
  let q = new Float64Array(realDimension(domain) * (batch ?? 1)).fill(1);
  let bound = Infinity;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = gram(q);
    bound = Math.min(bound, largestQuotient(next, q));
    if (!(bound > 0) || bound <= (1 + GAP) * rayleighQuotient(next, q)) break;
    q = positive(next, q);
  }
  const terms = realDimension(domain) + realDimension(codomain);
  const rounding = 4 * Math.sqrt(terms) * 2 ** -engine.significand;
  return { value: Math.sqrt(bound) * (1 + rounding), provenance: { kind: "proved" } };
}

function largestQuotient(next: Float64Array, q: Float64Array): number {
  return next.reduce((most, value, j) => Math.max(most, value / (q[j] ?? 1)), 0);
}

function rayleighQuotient(next: Float64Array, q: Float64Array): number {
  let [above, below] = [0, 0];
  for (const [j, value] of next.entries()) {
    const weight = q[j] ?? 0;
    above += value * weight;
    below += weight * weight;
  }
  return above / below;
}

/** The next weights, scaled to 1 at most; weights that become 0 stay. */
function positive(next: Float64Array, q: Float64Array): Float64Array<ArrayBuffer> {
  const largest = next.reduce((most, value) => Math.max(most, value), 0);
  return Float64Array.from(next, (value, j) => Math.max(value / largest, LEAST * (q[j] ?? 0)));
}

/** Weights fall by no more in a round, so that quotients stay numbers in single precision. */
const LEAST = 1e-3;
