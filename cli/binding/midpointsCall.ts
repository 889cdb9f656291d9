import type { CallExpression, Expression, Parsed } from "../../compiler/ast/tree.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { expressionOf, numberAt } from "./arguments.ts";
import { fault } from "./faults.ts";
import type { Thing } from "./thing.ts";

/**
 * `midpoints(a, b, n)`: R[n], the middles of n equal parts of [a, b]: `midpoints(0, pi, 30)` are the angles of 30
 * regular views over half a turn.
 * @throws Failure that points to the call
 */
export function midpointsCall(
  call: CallExpression<Parsed>,
  evaluate: (expression: Expression) => Thing,
): Thing {
  const numbers = call.arguments.map((argument) => {
    const at = expressionOf(argument);
    return numberAt(evaluate(at), at, "An end or a count");
  });
  const [a, b, n, ...more] = numbers;
  const named = call.arguments.some((argument) => argument.name !== null);
  if (a === undefined || b === undefined || n === undefined || named || more.length > 0) {
    throw fault(call.span, "`midpoints` takes two ends and a count", "Write `midpoints(0, pi, 30)`.");
  }
  if (!Number.isSafeInteger(n) || n < 1 || n > MOST || !Number.isFinite(b - a)) {
    throw fault(call.span, `The count is a whole number from 1 to ${MOST}, and the ends are finite`);
  }
  const data = Float64Array.from({ length: n }, (_, i) => a + ((b - a) * (2 * i + 1)) / (2 * n));
  return { kind: "host", array: realArray([n], data), batched: false };
}

const MOST = 2 ** 24;
