import type { EntryFunction } from "../../runtime/arrays/expression.ts";

/** The functions of single real entries, in double precision. */
export const REAL_FUNCTIONS: {
  readonly [F in EntryFunction]: (a: number, b: number, c: number) => number;
} = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  neg: (a) => -a,
  abs: Math.abs,
  conj: (a) => a,
  real: (a) => a,
  imag: () => 0,
  complex: (a) => a,
  imaginary: () => 0,
  phase: (a) => (a < 0 ? Math.PI : 0),
  sign: (a) => (a > 0 ? 1 : a < 0 ? -1 : a === 0 ? 0 : Number.NaN),
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  square: (a) => a * a,
  reciprocal: (a) => 1 / a,
  tanh: Math.tanh,
  sigmoid: (a) => (a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a))),
  softplus: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
  erf: errorFunction,
  relu: (a) => Math.max(a, 0),
  positive: (a) => (a > 0 ? 1 : 0),
  floor: Math.floor,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  mod: (a, b) => a - b * Math.floor(a / b),
  soft: (a, b) => (a > 0 ? 1 : a < 0 ? -1 : a === 0 ? 0 : Number.NaN) * Math.max(Math.abs(a) - b, 0),
  hard: (a, b) => (Math.abs(a) > b ? a : 0),
  less: (a, b) => (a < b ? 1 : 0),
  lessEqual: (a, b) => (a <= b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  and: (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
  or: (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
  not: (a) => (a === 0 ? 1 : 0),
  select: (a, b, c) => (a !== 0 ? b : c),
};

/** The error function to about 1e-15: its series near 0, a continued fraction (Abramowitz, Stegun 7.1.14) beyond. */
function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum) && n < 200; n += 1) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = size;
  for (let k = 120; k > 0; k -= 1) fraction = size + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * fraction));
}
