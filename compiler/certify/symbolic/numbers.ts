import type { Bounds, Expression, Fun, Type } from "../../ast/tree.ts";
import { expressionText } from "../../check/expressionText.ts";
import { formOfFunction, symbolOf } from "../../library/calculus/analyse.ts";
import type { CallMeaning, Symbol, Typed } from "../../types/typing.ts";
import {
  add,
  multiply,
  number,
  raise,
  scale,
  type Scalar,
  scalarKey,
  subtract,
} from "../scalar/polynomial.ts";
import {
  moves,
  reciprocal,
  simplified,
  squareRoot,
  type Unknown,
  unknown,
  varies,
} from "../scalar/unknowns.ts";
import { spend } from "../budget.ts";
import { type Combination, combinationKey, isConstant, readsPlaceholder } from "./combination.ts";
import {
  type Context,
  freshName,
  isFixed,
  isNumberType,
  symbolKey,
  withNumber,
  withVector,
} from "./context.ts";
import { normOfProduct } from "./composedNorm.ts";
import { dotOf, functionValue, lipschitzOf, valueOfForm } from "./functions.ts";
import { normOf, productOfDiagonal } from "./operators.ts";

type Number = Expression<Typed>;

/** A number of the program as a scalar; what the rules cannot see into is an unknown of its own. */
export function scalarOf(context: Context, expression: Number): Scalar {
  spend(context.budget);
  switch (expression.kind) {
    case "number":
      return number(expression.value);
    case "negate":
      return scale(scalarOf(context, expression.operand), -1);
    case "sum": {
      const left = scalarOf(context, expression.left);
      const right = scalarOf(context, expression.right);
      return expression.operator === "-" || expression.operator === ".-"
        ? subtract(left, right)
        : add(left, right);
    }
    case "product":
      return productOf(context, expression);
    case "power":
      return powerOf(context, expression);
    case "name":
      return expression.reference.kind === "symbol"
        ? symbolValue(context, expression.reference.symbol)
        : opaque(context, expression);
    case "old":
      return expression.reference.kind === "symbol"
        ? symbolScalar(context, expression.reference.symbol)
        : opaque(context, expression);
    case "call":
      return callOf(context, expression);
    default:
      return opaque(context, expression);
  }
}

function productOf(context: Context, expression: Extract<Number, { kind: "product" }>): Scalar {
  const { left, right } = expression;
  if (!isNumberType(left.note.type) || !isNumberType(right.note.type)) return opaque(context, expression);
  const divides = expression.operator === "/" || expression.operator === "./";
  const factor = scalarOf(context, right);
  const by = divides ? reciprocal(context.unknowns, factor) : factor;
  return simplified(context.unknowns, multiply(scalarOf(context, left), by));
}

const HIGHEST_POWER = 6;

function powerOf(context: Context, expression: Extract<Number, { kind: "power" }>): Scalar {
  const { exponent } = expression;
  const base = scalarOf(context, expression.base);
  if (
    exponent.kind === "number" &&
    Number.isInteger(exponent.value) &&
    Math.abs(exponent.value) <= HIGHEST_POWER
  ) {
    const power = simplified(context.unknowns, raise(base, Math.abs(exponent.value)));
    return exponent.value < 0 ? reciprocal(context.unknowns, power) : power;
  }
  const named = { base, exponent: scalarOf(context, exponent) };
  const key = `(${scalarKey(named.base)})^(${scalarKey(named.exponent)})`;
  context.powers.set(key, named);
  const { sign, lower } = rangeOf(expression);
  const inside = multiply(named.base, named.exponent);
  return unknown(context.unknowns, key, {
    label: expressionText(expression),
    sign,
    lower,
    varies: varies(context.unknowns, inside),
    moves: moves(context.unknowns, inside),
  });
}

function symbolValue(context: Context, symbol: Symbol): Scalar {
  const bound = context.numbers.get(symbol);
  if (bound !== undefined) return bound;
  const definition = context.definitions.get(symbol);
  return definition?.kind === "let" ? scalarOf(context, definition.initial) : symbolScalar(context, symbol);
}

/** A number that is given, learned or changing, with its interval; a state stands for its value before the step. */
export function symbolScalar(context: Context, symbol: Symbol): Scalar {
  const learn = context.learnables.get(symbol);
  const type = learn?.type ?? context.dataTypes.get(symbol);
  const declared = type === undefined ? null : upperEnd(context, type);
  const { interval } = symbol.typing;
  const range = rangeOfInterval(interval);
  const upper = declared ?? range.upper;
  return unknown(context.unknowns, symbolKey(symbol), {
    ...range,
    upper,
    label: symbol.name,
    varies: (symbol.typing.level === 4 && learn === undefined) || symbol.origin.kind === "argument",
    counts: symbol.origin.kind === "counter",
    witness: witnessOf(context, symbol, range.upper),
  });
}

/** The value that a refutation may take: the start of a learnable, the closed end or the default of a given number. */
function witnessOf(context: Context, symbol: Symbol, upper: Unknown["upper"]): Scalar | null {
  const { origin } = symbol;
  if (origin.kind === "learn") {
    const learn = context.learnables.get(symbol);
    return learn === undefined ? null : scalarOf(context, learn.initial);
  }
  if (origin.kind !== "given" && origin.kind !== "input") return null;
  if (upper !== null && !upper.open) return upper.value;
  const initial = origin.kind === "given" ? origin.declaration.initial : null;
  return initial?.kind === "number" ? number(initial.value) : null;
}

function upperEnd(context: Context, type: Type<Typed>): Unknown["upper"] {
  const bounds = boundsOf(type);
  if (bounds?.kind !== "interval" || bounds.high.kind === "infinity") return null;
  return { value: scalarOf(context, bounds.high), open: bounds.highOpen };
}

function boundsOf(type: Type<Typed>): Bounds<Typed> | null {
  return "bounds" in type ? type.bounds : null;
}

type Range = Pick<Unknown, "sign" | "lower" | "upper">;

function rangeOf(expression: Number): Range {
  return rangeOfInterval(expression.note.interval);
}

/** Where an unknown of that interval lies. */
function rangeOfInterval(interval: Number["note"]["interval"]): Range {
  if (interval === null) return { sign: null, lower: null, upper: null };
  const { low, high, lowOpen, highOpen } = interval;
  const sign = low > 0 || (low === 0 && lowOpen) ? "positive" : low === 0 ? "nonnegative" : null;
  return {
    sign,
    lower: Number.isFinite(low) ? { value: low, open: lowOpen } : null,
    upper: Number.isFinite(high) ? { value: number(high), open: highOpen } : null,
  };
}

function callOf(context: Context, expression: Extract<Number, { kind: "call" }>): Scalar {
  const { call } = expression;
  if (call.kind === "function") return functionCall(context, expression, call);
  if (call.kind !== "library") return opaque(context, expression);
  const [first, second] = call.arguments;
  if (first === undefined) return opaque(context, expression);
  switch (call.name) {
    case "norm":
      return normOf(context, first);
    case "lip":
      return (
        (first.kind === "gradient" ? lipschitzOf(context, first.of) : null) ?? opaque(context, expression)
      );
    case "sqrt":
      return squareRoot(context.unknowns, scalarOf(context, first));
    case "dot":
      return second === undefined
        ? opaque(context, expression)
        : dotOf(context, context.read.vector(context, first), context.read.vector(context, second));
    case "maximum":
      return diagonalNorm(context, expression, first) ?? libraryCall(context, expression, call);
    default:
      return (
        functionValue(context, call.name, vectorArgument(context, first)) ??
        libraryCall(context, expression, call)
      );
  }
}

/** `maximum(abs(s))` of an s that stays, which is norm(diag(s)); null for anything else. */
function diagonalNorm(context: Context, expression: Number, modulus: Number): Scalar | null {
  if (expression.kind !== "call" || expression.arguments.length !== 1) return null;
  if (modulus.kind !== "call" || modulus.call.kind !== "library" || modulus.call.name !== "abs") return null;
  const [entries] = modulus.call.arguments;
  const read = entries === undefined ? null : vectorArgument(context, entries);
  if (entries === undefined || read === null || !isConstant(context.unknowns, read)) return null;
  return normOfProduct(context.unknowns, productOfDiagonal(context, entries));
}

function vectorArgument(context: Context, expression: Number): Combination | null {
  const { type } = expression.note;
  return type.kind === "value" && !isNumberType(type) ? context.read.vector(context, expression) : null;
}

/** A call of a `fun` with an expression as its body: the body, with the arguments in place. */
function functionCall(
  context: Context,
  expression: Number,
  call: Extract<CallMeaning, { kind: "function" }>,
): Scalar {
  const body = inlined(context, call);
  if (body !== null) return scalarOf(body.context, body.value);
  const [point, ...others] = call.arguments;
  const form = formOfFunction(call.callee, context.definitions);
  if (form === null || point === undefined || others.length > 0) return opaque(context, expression);
  return valueOfForm(context, form, context.read.vector(context, point)) ?? opaque(context, expression);
}

/** The body of a called `fun`, with the context in which its parameters are the arguments; null if it has none. */
export function inlined(
  context: Context,
  call: Extract<CallMeaning, { kind: "function" }>,
): { readonly context: Context; readonly value: Expression<Typed> } | null {
  const { callee } = call;
  if (callee.kind !== "name" || callee.reference.kind !== "symbol") return null;
  const fun = context.definitions.get(callee.reference.symbol);
  if (fun?.kind !== "fun" || fun.body.kind === "block") return null;
  const bound = withArguments(context, fun, call.arguments);
  return bound && { context: bound, value: fun.body };
}

function withArguments(
  context: Context,
  fun: Fun<Typed>,
  values: readonly Expression<Typed>[],
): Context | null {
  return fun.arguments.reduce<Context | null>((inner, argument, index) => {
    const value = values[index];
    if (inner === null || value?.note.type.kind !== "value") return null;
    const symbol = symbolOf(argument.declaration);
    return isNumberType(value.note.type)
      ? withNumber(inner, symbol, scalarOf(context, value))
      : withVector(inner, symbol, context.read.vector(context, value));
  }, context);
}

/** `abs(a)`, `max(a, b)` and the like: the same unknown for the same arguments. */
function libraryCall(
  context: Context,
  expression: Extract<Number, { kind: "call" }>,
  call: Extract<CallMeaning, { kind: "library" }>,
): Scalar {
  const parts = call.arguments.map((argument) => {
    if (isNumberType(argument.note.type)) {
      const value = scalarOf(context, argument);
      const { unknowns } = context;
      return { key: scalarKey(value), varies: varies(unknowns, value), moves: moves(unknowns, value) };
    }
    if (argument.note.type.kind !== "value") return null;
    const value = context.read.vector(context, argument);
    return {
      key: combinationKey(value),
      varies: !isConstant(context.unknowns, value),
      moves: readsPlaceholder(value),
    };
  });
  const known = parts.flatMap((part) => (part === null ? [] : [part]));
  if (known.length !== parts.length || expression.arguments.length !== parts.length) {
    return opaque(context, expression);
  }
  return unknown(context.unknowns, `${call.name}(${known.map(({ key }) => key).join(", ")})`, {
    ...rangeOf(expression),
    label: expressionText(expression),
    varies: known.some((part) => part.varies),
    moves: known.some((part) => part.moves),
  });
}

/** A number that the rules cannot see into. */
function opaque(context: Context, expression: Number): Scalar {
  const fixed = isFixed(expression);
  const label = expressionText(expression);
  return unknown(context.unknowns, fixed ? label : freshName(context, label), {
    ...rangeOf(expression),
    label,
    varies: !fixed,
  });
}
