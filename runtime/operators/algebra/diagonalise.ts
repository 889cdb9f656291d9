import { asArray } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue, Value } from "../../arrays/value.ts";
import type { Handle } from "../../engine/engine.ts";
import { gram } from "./algebra.ts";
import { operandText } from "./algebraText.ts";
import { productBound } from "../bounds.ts";
import { defineOperator } from "../define.ts";
import { largestModulus } from "../matrices/diagonal.ts";
import { halfSpectrum } from "../fourier/frequencies.ts";
import type { Operator } from "../operator.ts";
import { OperatorError } from "../operatorError.ts";
import { arraySpace } from "../spaces.ts";
import {
  commonBasis,
  dividedIn,
  inBasisOf,
  isIsometry,
  type SpectralForm,
  type VectorForm,
} from "./spectral.ts";

/** A positive operator on a space, diagonal in a basis that is known, or in none that is. */
export interface DiagonalisedOperator extends Operator {
  readonly form: SpectralForm | VectorForm | null;
  /** the values of `form` as solves divide by them: of a Fourier basis of real arrays the half of a spectrum */
  readonly divisors: ArrayValue | null;
}

function isDiagonalised(operator: Operator): operator is DiagonalisedOperator {
  return "form" in operator;
}

/**
 * A'A, or W' diag(weights) W of an orthonormal W, with the basis in which it is diagonal where one is known. The
 * eigenvectors of a small matrix serve only where the operator is `alone`: two matrices share none.
 */
export function diagonalise(
  operations: Operations,
  operator: Operator,
  weights: Value | null,
  alone: boolean,
): DiagonalisedOperator {
  if (weights !== null) return weighted(operations, operator, asArray("solve", weights));
  const form = readable(() => operator.spectral(operations) ?? (alone ? operator.vectors(operations) : null));
  return withForm(operations, gram(operations, operator), form);
}

/** Null where what is asked for rests on numbers that the engine cannot read at once (IPX8205). */
function readable<T>(find: () => T | null): T | null {
  try {
    return find();
  } catch (error) {
    if (error instanceof OperatorError && error.code === "IPX8205") return null;
    throw error;
  }
}

function weighted(operations: Operations, operator: Operator, weights: ArrayValue): DiagonalisedOperator {
  const times = (using: Operations, x: Value): Value =>
    operator.adjoint(using, using.map("w*x", { w: weights, x: operator.apply(using, x) }));
  const product = defineOperator({
    text: `${operandText(operator.text)}'*diag(w)*${operandText(operator.text)}`,
    domain: operator.domain,
    codomain: operator.domain,
    handles: [...operator.handles, weights.handle],
    norm: () => productBound(gram(operations, operator).norm, largestModulus(operations, "diag(w)", weights)),
    properties: () => ["symmetric"],
    apply: times,
    adjoint: times,
  });
  const form = readable(() =>
    isIsometry(operator) ? inBasisOf(operations, operator, realPart(operations, weights)) : null,
  );
  return withForm(operations, product, form);
}

function realPart(operations: Operations, weights: ArrayValue): ArrayValue {
  return weights.field === "real" ? weights : asArray("solve", operations.map("real(w)", { w: weights }));
}

function withForm(
  operations: Operations,
  operator: Operator,
  form: DiagonalisedOperator["form"],
): DiagonalisedOperator {
  const divisors = form === null ? null : divisorsOf(operations, operator, form);
  const kept: readonly Handle[] =
    form === null || divisors === null
      ? []
      : [
          form.values.handle,
          divisors.handle,
          ...(form.basis.kind === "vectors" ? [form.basis.rows.handle] : []),
        ];
  const whole = defineOperator({
    text: operator.text,
    domain: operator.domain,
    codomain: operator.codomain,
    handles: [...operator.handles, ...kept],
    norm: () => operator.norm,
    properties: () => operator.properties,
    apply: (using, x) => operator.apply(using, x),
    adjoint: (using, y) => operator.adjoint(using, y),
  });
  return Object.defineProperties(whole, {
    form: { value: form, enumerable: true },
    divisors: { value: divisors, enumerable: true },
  }) as DiagonalisedOperator;
}

function divisorsOf(
  operations: Operations,
  { domain }: Operator,
  { basis, values }: SpectralForm | VectorForm,
): ArrayValue {
  const isHalved = basis.kind === "fourier" && domain.kind === "array" && domain.field === "real";
  return isHalved ? halfSpectrum(operations, values, basis.axes) : values;
}

/**
 * The x with (c_1 N_1 + c_2 N_2 + ... + d I) x = b, where the N share a basis that is known, given the c and then d;
 * null where they share none. Forth into the basis, a division, and back; of a matrix with fewer rows than columns by
 * the formula of Sherman, Morrison and Woodbury. In single precision the error of x is a few units of rounding times
 * the condition of the sum, as by any other solver.
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., 2013, 2.1.4 and 4.8.
 */
export function solveDiagonalised(
  operations: Operations,
  b: Value,
  operators: readonly Operator[],
  factors: readonly Value[],
): Value | null {
  const known = operators.filter(isDiagonalised);
  const named = (values: readonly Value[], letter: string): Readonly<Record<string, Value>> =>
    Object.fromEntries(values.map((value, index) => [`${letter}${index}`, value]));
  const given = named(factors, "c");
  const [first] = known;
  if (first?.form?.basis.kind === "vectors") {
    return byVectors(operations, b, { ...first.form, basis: first.form.basis }, first, given);
  }
  const forms = known.flatMap(({ form, divisors }) =>
    form === null || divisors === null || form.basis.kind === "vectors"
      ? []
      : [{ basis: form.basis, values: divisors }],
  );
  const basis = forms.length === operators.length ? commonBasis(forms) : null;
  if (basis === null) return null;
  const values = named(
    forms.map((form) => form.values),
    "s",
  );
  const sum = [...forms.map((_, index) => `c${index}*s${index}`), `c${operators.length}`].join(" + ");
  return dividedIn(operations, basis, b, { expression: sum, inputs: { ...values, ...given } });
}

function byVectors(
  operations: Operations,
  b: Value,
  { basis, values }: VectorForm,
  { domain }: Operator,
  factors: Readonly<Record<string, Value>>,
): Value {
  const { rows, isComplete } = basis;
  const given = { s: values, ...factors };
  const coefficients = operations.matvec(rows, b, arraySpace("real", [rows.shape[0] ?? 0]));
  const changed = operations.map(isComplete ? "x/(c0*s + c1)" : "x*c0/(c0*s + c1)", {
    x: coefficients,
    ...given,
  });
  const back = operations.matvecTransposed(rows, changed, domain);
  return isComplete ? back : operations.map("(b - x)/c1", { b, x: back, ...factors });
}
