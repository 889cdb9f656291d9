import type { Operations } from "../arrays/operations.ts";
import type { Value } from "../arrays/value.ts";
import type { LossValue } from "../adjoint/loss.ts";

/** A loss of each sample: a number that compares an output with its target, and its gradient by the output. */
export type Loss = (operations: Operations, output: Value, target: Value) => LossValue;

function difference(operations: Operations, output: Value, target: Value): Value {
  return operations.map("o - t", { o: output, t: target });
}

/** |output - target|^2 */
export const norm2sq: Loss = (operations, output, target) => {
  const d = difference(operations, output, target);
  return { value: operations.dot(d, d), cotangent: operations.map("2*d", { d }) };
};

/** The sum of moduli of output - target; derivative 0 at 0. */
export const norm1: Loss = (operations, output, target) => {
  const d = difference(operations, output, target);
  return {
    value: operations.sum(operations.map("abs(d)", { d })),
    cotangent: operations.map("sign(d)", { d }),
  };
};

/** |output - target|^2 divided by the number of entries. */
export const mse: Loss = (operations, output, target) => {
  const d = difference(operations, output, target);
  const n = operations.count(d);
  return {
    value: quotient(operations, operations.dot(d, d), n),
    cotangent: operations.map("2*d/n", { d, n }),
  };
};

/** |output - target|^2 / |target|^2 */
export const nmse: Loss = (operations, output, target) => {
  const d = difference(operations, output, target);
  const n = operations.dot(target, target);
  return {
    value: quotient(operations, operations.dot(d, d), n),
    cotangent: operations.map("2*d/n", { d, n }),
  };
};

function quotient(operations: Operations, a: LossValue["value"], n: LossValue["value"]): LossValue["value"] {
  return operations.sum(operations.map("a/n", { a, n }));
}

/** The sum over entries of |z|^2/2 where |z| <= delta, else delta |z| - delta^2/2, with z = output - target. */
export function huber(delta = 1): Loss {
  return (operations, output, target) => {
    const d = difference(operations, output, target);
    const e = operations.number(delta);
    const m = operations.map("abs(d)", { d });
    return {
      value: operations.sum(operations.map("select(lessEqual(m, e), m*m/2, e*m - e*e/2)", { m, e })),
      cotangent: operations.map("select(lessEqual(m, e), d, e*sign(d))", { m, d, e }),
    };
  };
}

/** The losses by the names that experiment files use. */
export const LOSSES: Readonly<Record<string, Loss>> = { norm2sq, norm1, mse, nmse, huber: huber() };
