import type { ElementwiseFunction, EntryFunction } from "../../arrays/expression.ts";

/** A function of real numbers in WGSL; null for those that make complex ones. */
type Rule = ((a: string, b: string, c: string) => string) | null;

const truth = (condition: string): string => `select(0.0, 1.0, ${condition})`;

/** The definitions of runtime/arrays/expression.ts; `LIBRARY` has what they call. */
const FUNCTIONS: { readonly [F in EntryFunction]: Rule } = {
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  pow: (a, b) => `power(${a}, ${b})`,
  neg: (a) => `-${a}`,
  abs: (a) => `abs(${a})`,
  conj: (a) => a,
  real: (a) => a,
  imag: () => "0.0",
  complex: null,
  imaginary: null,
  phase: (a) => `select(0.0, ${Math.PI}, ${a} < 0.0)`,
  sign: (a) => `signum(${a})`,
  exp: (a) => `exponential(${a})`,
  log: (a) => `logarithm(${a})`,
  sqrt: (a) => `root(${a})`,
  square: (a) => `${a} * ${a}`,
  reciprocal: (a) => `1.0 / ${a}`,
  tanh: (a) => `hyperbolic(${a})`,
  sigmoid: (a) => `sigmoid(${a})`,
  softplus: (a) => `softplus(${a})`,
  erf: (a) => `error_function(${a})`,
  relu: (a) => `larger(${a}, 0.0)`,
  positive: (a) => `positive(${a})`,
  floor: (a) => `floor(${a})`,
  max: (a, b) => `larger(${a}, ${b})`,
  min: (a, b) => `smaller(${a}, ${b})`,
  mod: (a, b) => `${a} - ${b} * floor(${a} / ${b})`,
  soft: (a, b) => `signum(${a}) * larger(abs(${a}) - ${b}, 0.0)`,
  hard: (a, b) => `select(0.0, ${a}, abs(${a}) > ${b})`,
  less: (a, b) => truth(`${a} < ${b}`),
  lessEqual: (a, b) => truth(`${a} <= ${b}`),
  equal: (a, b) => truth(`${a} == ${b}`),
  and: (a, b) => truth(`holds(${a}) && holds(${b})`),
  or: (a, b) => truth(`holds(${a}) || holds(${b})`),
  not: (a) => truth(`!holds(${a})`),
  select: (a, b, c) => `select(${c}, ${b}, holds(${a}))`,
};

/** The rule of a function; null for those that make complex numbers, and for the one that reads pairs of entries. */
export function ruleOf(name: ElementwiseFunction): Rule {
  return name === "pairNorm" ? null : FUNCTIONS[name];
}

/**
 * Functions that WGSL lacks, or has in too loose a form: those of WGSL are not bound to keep NaN and infinity, and are
 * asked within their range only. The error function is Abramowitz and Stegun's 7.1.26 (1.5e-7), near 0 its series.
 */
export const LIBRARY = `
fn holds(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) != 0u; }
fn signum(x: f32) -> f32 { if (is_nan(x)) { return x; } return select(select(0.0, -1.0, x < 0.0), 1.0, x > 0.0); }
fn positive(x: f32) -> f32 { if (is_nan(x)) { return x; } return select(0.0, 1.0, x > 0.0); }
fn exponential(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x > 88.72283) { return infinity(); }
  if (x < -103.97) { return 0.0; }
  return exp(x);
}
fn logarithm(x: f32) -> f32 {
  if (is_nan(x) || x < 0.0) { return no_number(); }
  if (x == 0.0) { return -infinity(); }
  if (x == infinity()) { return x; }
  return log(x);
}
fn root(x: f32) -> f32 {
  if (is_nan(x) || x < 0.0) { return no_number(); }
  if (x == 0.0 || x == infinity()) { return x; }
  return sqrt(x);
}
fn power(a: f32, b: f32) -> f32 {
  if (b == 0.0) { return 1.0; }
  if (is_nan(a) || is_nan(b)) { return no_number(); }
  let whole = floor(b) == b;
  let odd = whole && b - 2.0 * floor(0.5 * b) == 1.0;
  if (a < 0.0 && !whole) { return select(no_number(), infinity(), a == -infinity() && b > 0.0); }
  let size = exponential(b * logarithm(abs(a)));
  return select(size, -size, odd && (bitcast<u32>(a) >> 31u) == 1u);
}
fn hyperbolic(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let s = x * x;
  if (s < 0.04) { return x * (1.0 - s * (0.33333333 - s * (0.13333333 - s * (0.05396825 - s * 0.02186949)))); }
  let t = exponential(-2.0 * abs(x));
  return signum(x) * (1.0 - t) / (1.0 + t);
}
fn sigmoid(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let t = exponential(-abs(x));
  return select(t, 1.0, x >= 0.0) / (1.0 + t);
}
fn softplus(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let t = exponential(-abs(x));
  let small = t * (1.0 - t * (0.5 - t * (0.33333333 - t * 0.25)));
  return max(x, 0.0) + select(log(1.0 + t), small, t < 0.02);
}
fn error_function(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let s = x * x;
  if (s < 0.25) {
    let series = 1.0 - s * (0.33333333 - s * (0.1 - s * (0.023809524 - s * (0.0046296296 - s * 0.00075757576))));
    return 1.1283792 * x * series;
  }
  let t = 1.0 / (1.0 + 0.3275911 * abs(x));
  let sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return signum(x) * (1.0 - sum * exponential(-s));
}
`;
