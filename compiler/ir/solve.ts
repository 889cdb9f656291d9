import type { EquationOf, Variable } from "./block.ts";

/** Settings of an iterative solve: stop at |b - M x| <= tolerance |b|, after at most `maximum` rounds. */
export interface SolveOptions {
  readonly tolerance: number;
  readonly maximum: number;
}

/** The operator of a solve as a sum of diagonalised operators, times factors, plus the last factor times I. */
export interface SolveTerms {
  readonly operators: readonly Variable[];
  readonly factors: readonly Variable[];
}

/** The terms of a solve, if it has some. */
export function termsOf({ inputs, attributes }: EquationOf<"solve">): SolveTerms {
  const { started, terms } = attributes;
  const begin = started ? 2 : 1;
  return { operators: inputs.slice(begin, begin + terms), factors: inputs.slice(begin + terms) };
}
