import type {
  ElementwiseExpression,
  ElementwiseFunction,
  ElementwiseResults,
  EntryFunction,
} from "../../../runtime/arrays/expression.ts";
import { GIVES_REAL } from "../align.ts";
import { REAL_FUNCTIONS } from "../scalar.ts";
import {
  alignedIndex,
  arrayOf,
  asArray,
  conjugate,
  entryOf,
  indexAt,
  numberArray,
  partOf,
  plus,
  times,
  type Complex,
  type ReferenceArray,
  type ReferenceValue,
} from "./array.ts";

/** An elementwise function of values: arrays align from the last axis, products go part by part. */
export function applyElementwise(
  name: ElementwiseFunction,
  inputs: readonly ReferenceValue[],
): ReferenceValue {
  const product = inputs.find((input) => input.kind === "product");
  if (product?.kind === "product") {
    const parts = product.parts.map((_, i) =>
      applyElementwise(
        name,
        inputs.map((input) => (input.kind === "array" ? input : partOf(input, i))),
      ),
    );
    return { kind: "product", parts };
  }
  const arrays = inputs.map(asArray);
  if (name === "pairNorm") return pairNorm(arrays);
  const shape = arrays.map((array) => array.shape).reduce(alignedShape, []);
  const complex = isComplexResult(name, arrays);
  const rule = arrays.some((array) => array.im !== null) || complex ? complexRule(name) : realRule(name);
  return arrayOf(shape, complex ? "complex" : "real", (flat) => {
    const index = indexAt(shape, flat);
    const [a = ZERO, b = ZERO, c = ZERO] = arrays.map((array) =>
      entryOf(array, alignedIndex(array.shape, index)),
    );
    return rule(a, b, c);
  });
}

function pairNorm([array]: readonly ReferenceArray[]): ReferenceArray {
  if (array?.im !== null || array.shape.at(-1) !== 2) throw new Error("pairNorm is for real pairs");
  return arrayOf(array.shape, "real", (flat) => {
    const [a, b] = [flat - (flat % 2), flat - (flat % 2) + 1].map((at) => array.re[at] ?? Number.NaN);
    return real(Math.hypot(a ?? Number.NaN, b ?? Number.NaN));
  });
}

/** An elementwise expression of named inputs. */
export function applyExpressions(
  results: ElementwiseResults,
  inputs: ReadonlyMap<string, ReferenceValue>,
): readonly ReferenceValue[] {
  const known = new Map(inputs);
  return Object.entries(results).map(([name, expression]) => {
    const value = applyExpression(expression, known);
    known.set(name, value);
    return value;
  });
}

function applyExpression(
  expression: ElementwiseExpression,
  inputs: ReadonlyMap<string, ReferenceValue>,
): ReferenceValue {
  switch (expression.kind) {
    case "input": {
      const value = inputs.get(expression.name);
      if (value === undefined) throw new Error(`the expression has no input ${expression.name}`);
      return value;
    }
    case "constant":
      return numberArray(expression.value);
    case "apply":
      return applyElementwise(
        expression.function,
        expression.arguments.map((argument) => applyExpression(argument, inputs)),
      );
  }
}

/** The shape of two arrays that align from the last axis. */
function alignedShape(a: readonly number[], b: readonly number[]): readonly number[] {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const offset = long.length - short.length;
  return long.map((extent, axis) => {
    const other = short[axis - offset] ?? 1;
    if (extent !== other && extent !== 1 && other !== 1)
      throw new Error(`[${a.join()}] and [${b.join()}] do not align`);
    return extent === 1 ? other : extent;
  });
}

type Rule = (a: Complex, b: Complex, c: Complex) => Complex;

const ZERO: Complex = { re: 0, im: 0 };
function isComplexResult(name: ElementwiseFunction, inputs: readonly ReferenceArray[]): boolean {
  if (GIVES_REAL.has(name)) return false;
  if (name === "complex" || name === "imaginary") return true;
  const relevant = name === "select" ? inputs.slice(1) : inputs;
  return relevant.some((input) => input.im !== null);
}

function realRule(name: EntryFunction): Rule {
  const rule = REAL_FUNCTIONS[name];
  return (a, b, c) => real(rule(a.re, b.re, c.re));
}

function complexRule(name: EntryFunction): Rule {
  const rule = COMPLEX_RULES[name];
  if (rule === undefined) throw new Error(`${name} has no meaning for complex entries`);
  return rule;
}

function real(value: number): Complex {
  return { re: value, im: 0 };
}

function modulus(a: Complex): number {
  return Math.hypot(a.re, a.im);
}

function scaled(a: Complex, by: number): Complex {
  return { re: a.re * by, im: a.im * by };
}

function inverse(a: Complex): Complex {
  const square = a.re * a.re + a.im * a.im;
  return { re: a.re / square, im: -a.im / square };
}

function exponential(a: Complex): Complex {
  const size = Math.exp(a.re);
  return { re: size * Math.cos(a.im), im: size * Math.sin(a.im) };
}

function unit(a: Complex): Complex {
  const size = modulus(a);
  return size === 0 ? ZERO : scaled(a, 1 / size);
}

function power(a: Complex, exponent: number): Complex {
  if (Number.isInteger(exponent) && Math.abs(exponent) <= 64) {
    let product: Complex = real(1);
    for (let i = 0; i < Math.abs(exponent); i += 1) product = times(product, a);
    return exponent < 0 ? inverse(product) : product;
  }
  const size = modulus(a) ** exponent;
  const angle = Math.atan2(a.im, a.re) * exponent;
  return { re: size * Math.cos(angle), im: size * Math.sin(angle) };
}

function hyperbolicTangent(a: Complex): Complex {
  const square = exponential(scaled(a, 2));
  return times(plus(square, real(-1)), inverse(plus(square, real(1))));
}

/** The functions that have a meaning for complex entries; second arguments of div, pow, soft and hard are real. */
const COMPLEX_RULES: { readonly [F in ElementwiseFunction]?: Rule } = {
  add: plus,
  sub: (a, b) => plus(a, scaled(b, -1)),
  mul: times,
  div: (a, b) => scaled(a, 1 / b.re),
  pow: (a, b) => power(a, b.re),
  neg: (a) => scaled(a, -1),
  abs: (a) => real(modulus(a)),
  conj: conjugate,
  real: (a) => real(a.re),
  imag: (a) => real(a.im),
  complex: (a) => a,
  imaginary: (a) => ({ re: 0, im: a.re }),
  phase: (a) => real(Math.atan2(a.im, a.re)),
  sign: unit,
  exp: exponential,
  log: (a) => ({ re: Math.log(modulus(a)), im: Math.atan2(a.im, a.re) }),
  sqrt: (a) => power(a, 0.5),
  square: (a) => times(a, a),
  reciprocal: inverse,
  tanh: hyperbolicTangent,
  sigmoid: (a) => inverse(plus(real(1), exponential(scaled(a, -1)))),
  soft: (a, b) => scaled(unit(a), Math.max(modulus(a) - b.re, 0)),
  hard: (a, b) => (modulus(a) > b.re ? a : ZERO),
  equal: (a, b) => real(a.re === b.re && a.im === b.im ? 1 : 0),
  and: (a, b) => real((a.re !== 0 || a.im !== 0) && (b.re !== 0 || b.im !== 0) ? 1 : 0),
  or: (a, b) => real(a.re !== 0 || a.im !== 0 || b.re !== 0 || b.im !== 0 ? 1 : 0),
  not: (a) => real(a.re === 0 && a.im === 0 ? 1 : 0),
  select: (a, b, c) => (a.re !== 0 ? b : c),
};
