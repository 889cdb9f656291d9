/**
 * The elementwise functions, and one of pairs of entries, the one vocabulary that the compiler's IR, the emitted code and the engines share.
 * `arguments` is the number of arguments; `doc` the definition entry by entry. On complex entries `abs`, `soft`,
 * `hard`, `sign` and `phase` use the modulus; comparisons, `max`, `min`, `floor` and `mod` want real entries.
 */
export const ELEMENTWISE = {
  add: { arguments: 2, doc: "a + b" },
  sub: { arguments: 2, doc: "a - b" },
  mul: { arguments: 2, doc: "a b" },
  div: { arguments: 2, doc: "a / b, b real" },
  pow: { arguments: 2, doc: "a^b, b real; an integer b is exact for negative a" },
  neg: { arguments: 1, doc: "-a" },
  abs: { arguments: 1, doc: "|a|, real" },
  conj: { arguments: 1, doc: "complex conjugate; a itself where a is real" },
  real: { arguments: 1, doc: "real part, real" },
  imag: { arguments: 1, doc: "imaginary part, real" },
  complex: { arguments: 1, doc: "a real a as a complex number" },
  imaginary: { arguments: 1, doc: "a real a times the imaginary unit, complex" },
  phase: { arguments: 1, doc: "argument in (-pi, pi], 0 at 0, real" },
  sign: { arguments: 1, doc: "a/|a|, 0 at 0" },
  exp: { arguments: 1, doc: "e^a" },
  log: { arguments: 1, doc: "natural logarithm" },
  sqrt: { arguments: 1, doc: "square root" },
  square: { arguments: 1, doc: "a a" },
  reciprocal: { arguments: 1, doc: "1 / a" },
  tanh: { arguments: 1, doc: "hyperbolic tangent" },
  sigmoid: { arguments: 1, doc: "1/(1 + e^-a)" },
  softplus: { arguments: 1, doc: "log(1 + e^a), stable" },
  erf: { arguments: 1, doc: "error function" },
  relu: { arguments: 1, doc: "max(a, 0)" },
  positive: { arguments: 1, doc: "1 where a > 0, 0 where a <= 0: the derivative of relu" },
  floor: { arguments: 1, doc: "largest integer <= a" },
  max: { arguments: 2, doc: "larger one" },
  min: { arguments: 2, doc: "smaller one" },
  mod: { arguments: 2, doc: "a - b floor(a/b)" },
  soft: { arguments: 2, doc: "sign(a) max(|a| - b, 0)" },
  hard: { arguments: 2, doc: "a where |a| > b, else 0" },
  less: { arguments: 2, doc: "1 where a < b, else 0" },
  lessEqual: { arguments: 2, doc: "1 where a <= b, else 0" },
  equal: { arguments: 2, doc: "1 where a == b, else 0" },
  and: { arguments: 2, doc: "1 where both are not 0" },
  or: { arguments: 2, doc: "1 where one is not 0" },
  not: { arguments: 1, doc: "1 where a is 0, else 0" },
  pairNorm: {
    arguments: 1,
    doc: "2-norm of the two real entries that a last axis of 2 holds, at both of them",
  },
  select: {
    arguments: 3,
    doc: "b where a is not 0, else c; never computed by products, so NaN in the other is harmless",
  },
} as const satisfies Record<string, { readonly arguments: 1 | 2 | 3; readonly doc: string }>;

export type ElementwiseFunction = keyof typeof ELEMENTWISE;

/** The functions that read one entry of each argument. */
export type EntryFunction = Exclude<ElementwiseFunction, "pairNorm">;

/** Elementwise expressions over the same inputs, by the names of their results; one may name results before it. */
export type ElementwiseResults = Readonly<Record<string, ElementwiseExpression>>;

/**
 * What a result of several expressions may end in, instead of its entries: a number for each sample, or what the samples
 * of a batch share.
 */
export const RESULT_ENDINGS = {
  sum: { over: "entries", doc: "the sum of the entries, for each sample" },
  maximum: { over: "entries", doc: "the largest entry, for each sample" },
  minimum: { over: "entries", doc: "the smallest entry, for each sample" },
  sumSamples: { over: "samples", doc: "the sum over the samples" },
  sumChannels: { over: "samples", doc: "the sum over the samples and all axes but the last" },
} as const satisfies Record<string, { readonly over: "entries" | "samples"; readonly doc: string }>;

export type ResultEnding = keyof typeof RESULT_ENDINGS;

/** The results that have an ending, by name; no other result names them. */
export type ResultEndings = Readonly<Record<string, ResultEnding>>;

/** An elementwise expression over named inputs. */
export type ElementwiseExpression =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "constant"; readonly value: number }
  | {
      readonly kind: "apply";
      readonly function: ElementwiseFunction;
      readonly arguments: readonly ElementwiseExpression[];
    };

/** The expression with its inputs replaced. */
export function replaceInputs(
  expression: ElementwiseExpression,
  replacements: ReadonlyMap<string, ElementwiseExpression>,
): ElementwiseExpression {
  switch (expression.kind) {
    case "input":
      return replacements.get(expression.name) ?? expression;
    case "constant":
      return expression;
    case "apply":
      return {
        ...expression,
        arguments: expression.arguments.map((argument) => replaceInputs(argument, replacements)),
      };
  }
}
