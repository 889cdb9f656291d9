import type { Block, Equation, EquationOf, Variable } from "../ir/block.ts";
import type { IrBuilder } from "../ir/build.ts";
import { isNumber, spaceOf } from "../ir/spaces.ts";
import { readBy, renamedEquation } from "../ir/variables.ts";

/** The term x -> c B'(w_1 .* w_2 .* ... B x) of a linear map. */
export interface Square {
  readonly operator: Variable;
  /** arrays known outside of the map */
  readonly weights: readonly Variable[];
  /** a number */
  readonly factor: Variable;
}

/** x -> the sum of squares, plus shift times x. */
export interface SumOfSquares {
  readonly squares: readonly Square[];
  readonly shift: Variable;
}

/** A term of a value inside the map: `direct` is c x, `inside` is c w .* B x, `square` is c B'(w .* B x). */
type Term =
  { readonly kind: "direct"; readonly factor: Variable } | ({ readonly kind: "inside" | "square" } & Square);

type Sum = readonly Term[];

/**
 * The linear map of a block as a sum of squares, found by following its argument through; null where it does something
 * else. What the factors are computed of is built with `builder`.
 */
export function sumOfSquares(map: Block, builder: IrBuilder): SumOfSquares | null {
  const [x] = map.parameters;
  const [result] = map.results;
  if (x === undefined || result === undefined) return null;
  const sums = new Map<Variable, Sum>([[x, [{ kind: "direct", factor: builder.constant(1) }]]]);
  const names = new Map<Variable, Variable>();
  for (const equation of map.equations) {
    if (!readBy(equation).some((variable) => sums.has(variable))) {
      builder.append(renamedEquation(equation, names));
      continue;
    }
    const [output] = equation.outputs;
    const value = followed(equation, sums, names, builder);
    if (value === null || output === undefined) return null;
    sums.set(output, value);
  }
  return completed(sums.get(result) ?? [], builder);
}

function completed(sum: Sum, builder: IrBuilder): SumOfSquares | null {
  const squares: Square[] = [];
  let shift = builder.constant(0);
  for (const term of sum) {
    if (term.kind === "inside") return null;
    if (term.kind === "square") squares.push(term);
    else shift = builder.elementwise("add", [shift, term.factor]);
  }
  return { squares, shift };
}

function followed(
  equation: Equation,
  sums: ReadonlyMap<Variable, Sum>,
  names: ReadonlyMap<Variable, Variable>,
  builder: IrBuilder,
): Sum | null {
  if (equation.operation === "apply") return applied(equation, sums);
  if (equation.operation !== "elementwise") return null;
  const [left, right] = equation.inputs;
  const a = left === undefined ? undefined : sums.get(left);
  const b = right === undefined ? undefined : sums.get(right);
  const name = equation.attributes.function;
  switch (name) {
    case "neg":
      return a === undefined ? null : negated(a, builder);
    case "add":
      return a === undefined || b === undefined ? null : [...a, ...b];
    case "sub":
      return a === undefined || b === undefined ? null : [...a, ...negated(b, builder)];
    case "mul":
    case "div": {
      const [sum, other] = a === undefined ? [name === "mul" ? b : undefined, left] : [a, right];
      if (sum === undefined || other === undefined || sums.has(other)) return null;
      return multiplied(sum, names.get(other) ?? other, name, builder);
    }
    default:
      return null;
  }
}

/** B x, or B'y of terms that all are inside B. */
function applied(equation: EquationOf<"apply">, sums: ReadonlyMap<Variable, Sum>): Sum | null {
  const [operator, x] = equation.inputs;
  const sum = x === undefined ? undefined : sums.get(x);
  if (operator === undefined || sum === undefined) return null;
  const terms = sum.map((term): Term | null => {
    if (!equation.attributes.adjoint) {
      return term.kind === "direct" ? { kind: "inside", operator, weights: [], factor: term.factor } : null;
    }
    return term.kind === "inside" && term.operator === operator ? { ...term, kind: "square" } : null;
  });
  const found = terms.filter((term) => term !== null);
  return found.length === terms.length ? found : null;
}

function negated(sum: Sum, builder: IrBuilder): Sum {
  return sum.map((term) => ({ ...term, factor: builder.elementwise("neg", [term.factor]) }));
}

/** Numbers are factors of any term, arrays weights of those inside an operator. */
function multiplied(sum: Sum, by: Variable, name: "mul" | "div", builder: IrBuilder): Sum | null {
  if (isNumber(spaceOf(by))) {
    return sum.map((term) => ({ ...term, factor: builder.elementwise(name, [term.factor, by]) }));
  }
  if (name === "div") return null;
  const terms = sum.map((term): Term | null =>
    term.kind === "inside" ? { ...term, weights: [...term.weights, by] } : null,
  );
  const found = terms.filter((term) => term !== null);
  return found.length === terms.length ? found : null;
}
