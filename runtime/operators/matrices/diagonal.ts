import { asArray, handleShape } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import { spaceOf, type ArrayValue, type Value } from "../../arrays/value.ts";
import { sameShape } from "../../engine/shape.ts";
import { factorText, operandText } from "../algebra/algebraText.ts";
import { OperatorError } from "../operatorError.ts";
import { closedForm } from "../bounds.ts";
import { requireOneArray, type LibraryCall } from "../call.ts";
import { defineOperator } from "../define.ts";
import { withHandle } from "../handles.ts";
import { readNumbers } from "../host.ts";
import type { NormBound, Operator, OperatorProperty } from "../operator.ts";
import { requireArrays, spaceText, type ArraySpace } from "../spaces.ts";
import { readSettings } from "../settings.ts";

/** An operator that multiplies entry by entry, with its array. */
export interface DiagonalOperator extends Operator {
  /** over the first axes of the domain, or one array a sample */
  readonly diagonal: ArrayValue;
}

/** Whether an operator is known to multiply entry by entry. */
export function isDiagonal(operator: Operator): operator is DiagonalOperator {
  return "diagonal" in operator;
}

/**
 * `diag(d)`: F[i, r] -> F[i, r], x times d, entry by entry over the first axes; further axes are repeated. A complex d
 * needs a complex domain; the adjoint multiplies by the conjugate. Norm max |d|. Symmetric for real d; positive and
 * nonnegative for d >= 0; orthonormal where all |d| are 1.
 * @throws OperatorError IPX8203, IPX8204
 */
export function diagonal(call: LibraryCall): DiagonalOperator {
  readSettings("diag", call.settings, {});
  const d = requireOneArray("diag", call);
  const space = requireArrays("diag", call.domain);
  return diagonalOperator(call.operations, "diag(d)", space, d);
}

/**
 * The operator of a diagonal.
 * @throws OperatorError IPX8204 where the diagonal does not stand over the first axes of the space.
 */
export function diagonalOperator(
  operations: Operations,
  text: string,
  space: ArraySpace,
  given: ArrayValue,
  known?: readonly OperatorProperty[],
): DiagonalOperator {
  requireOverFirstAxes(text, space, given);
  const { engine } = operations;
  const further = space.shape.slice(given.shape.length).map(() => 1);
  const shape = [...given.shape, ...further];
  const spread = withHandle(
    given,
    engine.reshape(given.handle, handleShape(given.batch, shape, given.field)),
    shape,
  );
  const times = (using: Operations, x: Value, expression: string): Value =>
    using.map(expression, { d: spread, x });
  const operator = defineOperator({
    text,
    domain: space,
    codomain: space,
    handles: [spread.handle],
    norm: () => largestModulus(operations, text, given),
    norms: () => largestModuli(operations, text, given),
    properties: () => known ?? propertiesOfDiagonal(operations, text, given),
    gram: (using) =>
      diagonalOperator(
        using,
        `${operandText(text)}'*${factorText(text)}`,
        space,
        asArray(text, using.map(given.field === "complex" ? "abs(d)*abs(d)" : "d*d", { d: given })),
      ),
    spectral: (using) => ({
      basis: { kind: "entries" },
      values: asArray(text, using.map(given.field === "complex" ? "abs(d)*abs(d)" : "d*d", { d: spread })),
      own: true,
    }),
    apply: (using, x) => times(using, x, "d*x"),
    adjoint: (using, y) => times(using, y, given.field === "complex" ? "conj(d)*x" : "d*x"),
  });
  return Object.defineProperty(operator, "diagonal", { value: given, enumerable: true }) as DiagonalOperator;
}

function requireOverFirstAxes(text: string, space: ArraySpace, d: ArrayValue): void {
  const first = space.shape.slice(0, d.shape.length);
  if (sameShape(first, d.shape) && (d.field === "real" || space.field === "complex")) return;
  throw new OperatorError("IPX8204", {
    what: `\`${text}\` on ${spaceText(space)} cannot have an array of ${spaceText(spaceOf(d))}.`,
    why:
      d.field === "complex" && space.field === "real"
        ? "Complex factors lead out of the reals."
        : "Its array stands over the first axes of the domain.",
  });
}

export function largestModulus(operations: Operations, text: string, d: ArrayValue): NormBound {
  return closedForm(moduli(operations, text, d).reduce((top, value) => Math.max(top, value), 0));
}

function largestModuli(operations: Operations, text: string, d: ArrayValue): readonly number[] | null {
  if (d.batch === null) return null;
  const all = moduli(operations, text, d);
  const length = all.length / d.batch;
  return Array.from({ length: d.batch }, (_, sample) =>
    all.slice(sample * length, (sample + 1) * length).reduce((top, value) => Math.max(top, value), 0),
  );
}

function propertiesOfDiagonal(
  operations: Operations,
  text: string,
  d: ArrayValue,
): readonly OperatorProperty[] {
  const unit = moduli(operations, text, d).every((value) => value === 1);
  const orthonormal: readonly OperatorProperty[] = unit ? ["orthonormal", "unit_columns"] : [];
  if (d.field === "complex") return orthonormal;
  const entries = readNumbers(operations.engine, d.handle, `the entries of \`${text}\``);
  const positive = entries.every((value) => value >= 0);
  return ["symmetric", ...(positive ? (["positive", "nonnegative"] as const) : []), ...orthonormal];
}

function moduli(operations: Operations, text: string, d: ArrayValue): Float64Array {
  const numbers = readNumbers(operations.engine, d.handle, `the entries of \`${text}\``);
  if (d.field === "real") return numbers.map(Math.abs);
  return Float64Array.from({ length: numbers.length / 2 }, (_, index) =>
    Math.hypot(numbers[2 * index] ?? 0, numbers[2 * index + 1] ?? 0),
  );
}
