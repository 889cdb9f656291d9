import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Value } from "../arrays/value.ts";
import type { ParameterDeclaration } from "../program/definition.ts";
import type { IntervalNow } from "../program/intervals.ts";

/** How an interval is kept: what the optimiser moves (raw), the value that it stands for, and the chain rule. */
export interface IntervalRule {
  /** the value of a raw array */
  readonly value: (operations: Operations, interval: IntervalNow, raw: Value) => Value;
  /** a raw array of a value inside the interval */
  readonly raw: (operations: Operations, interval: IntervalNow, value: Value) => Value;
  /** the gradient by the raw array, of one by the value; the ends are taken as constant */
  readonly gradient: (operations: Operations, interval: IntervalNow, raw: Value, gradient: Value) => Value;
  /** whether the raw array is the value, so that the projected value takes its place */
  readonly isValue: boolean;
}

/** An open end is kept by this share of the interval's length, or by this much beside infinity. */
const MARGIN = 1e-6;

/** The rules of the language's `via`. */
export const INTERVAL_RULES: { readonly [V in ParameterDeclaration["via"]]: IntervalRule } = {
  projection: {
    value: project,
    raw: (_operations, _interval, value) => value,
    gradient: (_operations, _interval, _raw, gradient) => gradient,
    isValue: true,
  },
  softplus: halfLine("softplus(u)", "v + log(1 - exp(-v))", "sigmoid(u)*g"),
  log: halfLine("exp(u)", "log(v)", "exp(u)*g"),
  sigmoid: {
    value: (operations, interval, raw) =>
      operations.map("a + (b - a)*sigmoid(u)", { ...bothEnds(interval), u: raw }),
    raw: (operations, interval, value) =>
      operations.map("log((v - a)/(b - v))", { ...bothEnds(interval), v: value }),
    gradient: (operations, interval, raw, gradient) =>
      operations.map("(b - a)*sigmoid(u)*(1 - sigmoid(u))*g", { ...bothEnds(interval), u: raw, g: gradient }),
    isValue: false,
  },
};

/**
 * Projection onto the interval. Open ends are kept off by a margin that the engine's rounding cannot lose: of the
 * interval's length, and at least two roundings of the end.
 */
function project(operations: Operations, interval: IntervalNow, raw: Value): Value {
  const { low, high, lowOpen, highOpen } = interval;
  const rounding = 2 ** (2 - operations.engine.significand);
  const share = low === null || high === null ? `${MARGIN}` : `${MARGIN}*abs(b - a)`;
  const margin = (end: string, open: boolean): string =>
    open ? `max(${share}, ${rounding}*abs(${end}))` : "0";
  const raised = low === null ? "x" : `max(x, a + ${margin("a", lowOpen)})`;
  const inside = high === null ? raised : `min(${raised}, b - ${margin("b", highOpen)})`;
  const ends = { ...(low === null ? {} : { a: low }), ...(high === null ? {} : { b: high }) };
  return low === null && high === null ? raw : operations.map(inside, { x: raw, ...ends });
}

/** A reparameterisation of [low, inf) or (-inf, high]: `value` of u is the distance v from the end. */
function halfLine(value: string, inverse: string, gradient: string): IntervalRule {
  return {
    value: (operations, { low, high }, raw) =>
      low === null
        ? operations.map(`b - ${value}`, { b: oneEnd(high), u: raw })
        : operations.map(`a + ${value}`, { a: low, u: raw }),
    raw: (operations, { low, high }, v) => {
      const distance =
        low === null
          ? operations.map("b - x", { b: oneEnd(high), x: v })
          : operations.map("x - a", { x: v, a: low });
      return operations.map(inverse, { v: distance });
    },
    gradient: (operations, { low }, raw, g) =>
      operations.map(low === null ? `-(${gradient})` : gradient, { u: raw, g }),
    isValue: false,
  };
}

function oneEnd(end: ArrayValue | null): ArrayValue {
  if (end === null) throw new TypeError("A reparameterisation of a half-line needs an end.");
  return end;
}

function bothEnds({ low, high }: IntervalNow): { readonly a: ArrayValue; readonly b: ArrayValue } {
  return { a: oneEnd(low), b: oneEnd(high) };
}
