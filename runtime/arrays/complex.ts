import { partName } from "../engine/pairs.ts";
import type { ElementwiseExpression, ElementwiseFunction } from "./expression.ts";

type Field = "real" | "complex";
type Expression = ElementwiseExpression;

/** An elementwise function of entries whose field it does not have a meaning for. */
export class FieldError extends Error {
  override readonly name = "FieldError";
  constructor(operation: string, reason: string) {
    super(`${operation}: ${reason}`);
  }
}

/**
 * The field of a result. `promoted`: complex if an argument is; `real`: always real; `complex`: always complex;
 * `turned`: complex, of a real argument; `ordered`: all arguments must be real. `first` and `rest` are as promoted, but
 * the other arguments must be real: thresholds and exponents, or conditions.
 */
type FieldRule = "promoted" | "real" | "complex" | "turned" | "ordered" | "first" | "rest";

const FIELDS: { readonly [F in ElementwiseFunction]: FieldRule } = {
  add: "promoted",
  sub: "promoted",
  mul: "promoted",
  div: "promoted",
  pow: "first",
  neg: "promoted",
  abs: "real",
  conj: "promoted",
  real: "real",
  imag: "real",
  complex: "complex",
  imaginary: "turned",
  phase: "real",
  sign: "promoted",
  exp: "ordered",
  log: "ordered",
  sqrt: "ordered",
  square: "promoted",
  reciprocal: "promoted",
  tanh: "ordered",
  sigmoid: "ordered",
  softplus: "ordered",
  erf: "ordered",
  relu: "ordered",
  positive: "ordered",
  floor: "ordered",
  max: "ordered",
  min: "ordered",
  mod: "ordered",
  soft: "first",
  hard: "first",
  less: "ordered",
  lessEqual: "ordered",
  equal: "real",
  and: "ordered",
  or: "ordered",
  not: "ordered",
  pairNorm: "ordered",
  select: "rest",
};

/** The field of an expression whose inputs have the given fields. @throws FieldError */
export function fieldOf(expression: Expression, fields: ReadonlyMap<string, Field>): Field {
  switch (expression.kind) {
    case "constant":
      return "real";
    case "input": {
      const field = fields.get(expression.name);
      if (field === undefined) throw new FieldError(expression.name, "no input has this name");
      return field;
    }
    case "apply":
      return resultField(
        expression.function,
        expression.arguments.map((argument) => fieldOf(argument, fields)),
      );
  }
}

function resultField(name: ElementwiseFunction, fields: readonly Field[]): Field {
  const any = fields.includes("complex") ? "complex" : "real";
  const demand = (others: readonly Field[]): void => {
    if (others.includes("complex")) throw new FieldError(name, "complex entries where real ones are needed");
  };
  switch (FIELDS[name]) {
    case "promoted":
      return any;
    case "real":
      return "real";
    case "complex":
      return "complex";
    case "turned":
      demand(fields);
      return "complex";
    case "ordered":
      demand(fields);
      return "real";
    case "first":
      demand(fields.slice(1));
      return any;
    case "rest":
      demand(fields.slice(0, 1));
      return any;
  }
}

/**
 * Whether an expression can be computed on pairs as they are, real entries repeated along the pair: all complex parts
 * of it are real-linear in their complex arguments.
 */
export function actsOnPairs(expression: Expression, fields: ReadonlyMap<string, Field>): boolean {
  const field = fieldOf(expression, fields);
  if (field === "real") return allReal(expression, fields);
  if (expression.kind !== "apply") return true;
  const { function: name, arguments: parts } = expression;
  const complex = parts.map((part) => fieldOf(part, fields) === "complex");
  const [first = false, second = false, third = false] = complex;
  const linear =
    name === "neg" ||
    ((name === "add" || name === "sub") && first && second) ||
    (name === "mul" && first !== second) ||
    (name === "div" && !second) ||
    (name === "select" && second && third);
  return linear && parts.every((part) => actsOnPairs(part, fields));
}

function allReal(expression: Expression, fields: ReadonlyMap<string, Field>): boolean {
  if (fieldOf(expression, fields) === "complex") return false;
  if (expression.kind === "apply" && expression.function === "pairNorm") return false;
  return expression.kind !== "apply" || expression.arguments.every((part) => allReal(part, fields));
}

/** Real and imaginary part; `im` is null for real entries. */
export interface Parts {
  readonly re: Expression;
  readonly im: Expression | null;
}

const apply = (name: ElementwiseFunction, ...parts: readonly Expression[]): Expression => ({
  kind: "apply",
  function: name,
  arguments: parts,
});
const constant = (value: number): Expression => ({ kind: "constant", value });
const ZERO = constant(0);
const ONE = constant(1);

function plus(a: Expression | null, b: Expression | null): Expression | null {
  return a !== null && b !== null ? apply("add", a, b) : (a ?? b);
}

function times(a: Expression | null, b: Expression | null): Expression | null {
  return a !== null && b !== null ? apply("mul", a, b) : null;
}

const negative = (a: Expression | null): Expression | null => (a === null ? null : apply("neg", a));
const both = (a: Parts, change: (part: Expression) => Expression): Parts => ({
  re: change(a.re),
  im: a.im === null ? null : change(a.im),
});

function product(a: Parts, b: Parts): Parts {
  const real = apply("mul", a.re, b.re);
  const imaginary = times(a.im, b.im);
  return {
    re: imaginary === null ? real : apply("sub", real, imaginary),
    im: plus(times(a.re, b.im), times(a.im, b.re)),
  };
}

function inverse(a: Parts): Parts {
  if (a.im === null) return { re: apply("reciprocal", a.re), im: null };
  const size = apply("add", apply("square", a.re), apply("square", a.im));
  return { re: apply("div", a.re, size), im: apply("neg", apply("div", a.im, size)) };
}

function modulus(a: Parts): Expression {
  if (a.im === null) return apply("abs", a.re);
  return apply("sqrt", apply("add", apply("square", a.re), apply("square", a.im)));
}

/** a scaled entry by entry from its modulus, which is replaced by 1 where it is 0. */
function rescaled(a: Parts, factor: (modulus: Expression) => Expression): Parts {
  const size = modulus(a);
  const scale = apply("div", factor(size), apply("select", size, size, ONE));
  return both(a, (part) => apply("mul", part, scale));
}

function integerPower(a: Parts, exponent: Expression): Parts {
  if (a.im === null) return { re: apply("pow", a.re, exponent), im: null };
  const value = exponent.kind === "constant" ? exponent.value : NaN;
  if (!Number.isInteger(value))
    throw new FieldError("pow", "a complex base wants a constant integer exponent");
  const base = value < 0 ? inverse(a) : a;
  let result: Parts = { re: ONE, im: null };
  for (let n = 0; n < Math.abs(value); n++) result = n === 0 ? base : product(result, base);
  return result;
}

/** Real arguments alone: the function itself. */
const real =
  (name: ElementwiseFunction, count: 1 | 2 | 3 = 1) =>
  (...parts: readonly Parts[]): Parts => ({
    re: apply(name, ...parts.slice(0, count).map(({ re }) => re)),
    im: null,
  });

/** What each function does to real and imaginary parts. */
const SPLIT: { readonly [F in ElementwiseFunction]: (a: Parts, b: Parts, c: Parts) => Parts } = {
  add: (a, b) => ({ re: apply("add", a.re, b.re), im: plus(a.im, b.im) }),
  sub: (a, b) => ({
    re: apply("sub", a.re, b.re),
    im: a.im !== null && b.im !== null ? apply("sub", a.im, b.im) : (a.im ?? negative(b.im)),
  }),
  mul: product,
  div: (a, b) => (b.im === null ? both(a, (part) => apply("div", part, b.re)) : product(a, inverse(b))),
  pow: (a, b) => integerPower(a, b.re),
  neg: (a) => both(a, (part) => apply("neg", part)),
  abs: (a) => ({ re: modulus(a), im: null }),
  conj: (a) => ({ re: a.re, im: negative(a.im) }),
  real: (a) => ({ re: a.re, im: null }),
  imag: (a) => ({ re: a.im ?? apply("imag", a.re), im: null }),
  complex: (a) => a,
  imaginary: (a) => ({ re: ZERO, im: a.re }),
  phase: real("phase"),
  sign: (a) => (a.im === null ? real("sign")(a) : rescaled(a, () => ONE)),
  exp: real("exp"),
  log: real("log"),
  sqrt: real("sqrt"),
  square: (a) => (a.im === null ? real("square")(a) : product(a, a)),
  reciprocal: inverse,
  tanh: real("tanh"),
  sigmoid: real("sigmoid"),
  softplus: real("softplus"),
  erf: real("erf"),
  relu: real("relu"),
  positive: real("positive"),
  floor: real("floor"),
  max: real("max", 2),
  min: real("min", 2),
  mod: real("mod", 2),
  soft: (a, b) =>
    a.im === null ? real("soft", 2)(a, b) : rescaled(a, (size) => apply("relu", apply("sub", size, b.re))),
  hard: (a, b) => {
    if (a.im === null) return real("hard", 2)(a, b);
    const kept = apply("less", b.re, modulus(a));
    return both(a, (part) => apply("select", kept, part, ZERO));
  },
  less: real("less", 2),
  lessEqual: real("lessEqual", 2),
  equal: (a, b) => {
    const sameReal = apply("equal", a.re, b.re);
    if (a.im === null && b.im === null) return { re: sameReal, im: null };
    return { re: apply("and", sameReal, apply("equal", a.im ?? ZERO, b.im ?? ZERO)), im: null };
  },
  and: real("and", 2),
  or: real("or", 2),
  not: real("not"),
  pairNorm: real("pairNorm"),
  select: (a, b, c) => ({
    re: apply("select", a.re, b.re, c.re),
    im: b.im === null && c.im === null ? null : apply("select", a.re, b.im ?? ZERO, c.im ?? ZERO),
  }),
};

const splits = new WeakMap<Expression, Map<string, Parts>>();

/**
 * An expression as real expressions of its inputs' parts; real inputs keep their names. The same parts for the same
 * expression and fields, so that engines know them again.
 */
export function split(expression: Expression, fields: ReadonlyMap<string, Field>): Parts {
  const key = [...fields].flat().join("\n");
  const before = splits.get(expression) ?? new Map<string, Parts>();
  const parts = before.get(key) ?? computedParts(expression, fields);
  splits.set(expression, before.set(key, parts));
  return parts;
}

function computedParts(expression: Expression, fields: ReadonlyMap<string, Field>): Parts {
  const known = new Map<Expression, Parts>();
  const visit = (node: Expression): Parts => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const parts = compute(node);
    known.set(node, parts);
    return parts;
  };
  const compute = (node: Expression): Parts => {
    if (node.kind === "constant") return { re: node, im: null };
    if (node.kind === "input") {
      if (fields.get(node.name) === "real") return { re: node, im: null };
      const input = (part: "re" | "im"): Expression => ({ kind: "input", name: partName(node.name, part) });
      return { re: input("re"), im: input("im") };
    }
    const [a, b, c] = node.arguments.map(visit);
    if (a === undefined) throw new FieldError(node.function, "no arguments");
    return SPLIT[node.function](a, b ?? a, c ?? a);
  };
  const { re, im } = visit(expression);
  return { re, im: fieldOf(expression, fields) === "real" ? null : (im ?? ZERO) };
}
