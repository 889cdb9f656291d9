import type { ElementwiseExpression, EntryFunction } from "../../arrays/expression.ts";
import type { Engine, Handle } from "../engine.ts";
import { broadcastShape, sizeOf } from "../shape.ts";
import { refuse, type Store } from "./array.ts";
import { erf } from "./erf.ts";
import { eachIndex, positionOf, repeatingStrides } from "./indices.ts";

const truth = (value: boolean): number => (value ? 1 : 0);
const sign = (a: number): number => (a > 0 ? 1 : a < 0 ? -1 : a === 0 ? 0 : NaN);
const pairsOnly = (name: string) => (): number => {
  throw refuse(name, [], "engines know real numbers only");
};

/** The definitions of runtime/arrays/expression.ts on real numbers. */
const RULES: { readonly [F in EntryFunction]: (a: number, b: number, c: number) => number } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  conj: (a) => a,
  real: (a) => a,
  imag: () => 0,
  complex: pairsOnly("complex"),
  imaginary: pairsOnly("imaginary"),
  phase: (a) => (a < 0 ? Math.PI : 0),
  sign,
  exp: (a) => Math.exp(a),
  log: (a) => Math.log(a),
  sqrt: (a) => Math.sqrt(a),
  square: (a) => a * a,
  reciprocal: (a) => 1 / a,
  tanh: (a) => Math.tanh(a),
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  softplus: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
  erf,
  relu: (a) => Math.max(a, 0),
  positive: (a) => (a > 0 ? 1 : a <= 0 ? 0 : NaN),
  floor: (a) => Math.floor(a),
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  mod: (a, b) => a - b * Math.floor(a / b),
  soft: (a, b) => sign(a) * Math.max(Math.abs(a) - b, 0),
  hard: (a, b) => (Math.abs(a) > b ? a : 0),
  less: (a, b) => truth(a < b),
  lessEqual: (a, b) => truth(a <= b),
  equal: (a, b) => truth(a === b),
  and: (a, b) => truth(a !== 0 && b !== 0),
  or: (a, b) => truth(a !== 0 || b !== 0),
  not: (a) => truth(a === 0),
  select: (a, b, c) => (a !== 0 ? b : c),
};

/** An entry of the result, from the inputs' entries there; `partner` has those at the other one of its pair. */
type Entry = (values: readonly number[], partner: readonly number[]) => number;

function entryOf(expression: ElementwiseExpression, names: readonly string[]): Entry {
  switch (expression.kind) {
    case "constant":
      return () => expression.value;
    case "input": {
      const index = names.indexOf(expression.name);
      if (index < 0) throw refuse("elementwise", [], `no input ${expression.name}`);
      return (values) => values[index] ?? NaN;
    }
    case "apply": {
      const [a, b, c] = expression.arguments.map((argument) => entryOf(argument, names));
      if (expression.function === "pairNorm") {
        return (values, partner) => Math.hypot(a?.(values, partner) ?? NaN, a?.(partner, values) ?? NaN);
      }
      const rule = RULES[expression.function];
      return (values, partner) =>
        rule(a?.(values, partner) ?? NaN, b?.(values, partner) ?? NaN, c?.(values, partner) ?? NaN);
    }
  }
}

function hasPairs(expression: ElementwiseExpression): boolean {
  if (expression.kind !== "apply") return false;
  return expression.function === "pairNorm" || expression.arguments.some(hasPairs);
}

function partnerOf(indices: readonly number[]): readonly number[] {
  return [...indices.slice(0, -1), 1 - (indices.at(-1) ?? 0)];
}

/** Elementwise expressions, entry by entry. */
export function elementwiseOf(store: Store): Pick<Engine, "elementwise"> {
  return {
    elementwise(expression, inputs) {
      const names = Object.keys(inputs);
      const handles: readonly Handle[] = Object.values(inputs);
      const shape = handles.reduce<readonly number[]>((left, { shape: right }) => {
        const joint = broadcastShape(left, right);
        if (joint === null) throw refuse("elementwise", [left, right], "the shapes do not align");
        return joint;
      }, []);
      const entry = entryOf(expression, names);
      const opened = handles.map((handle) => ({
        data: store.open(handle),
        strides: repeatingStrides(handle.shape, shape),
      }));
      const data = new Float64Array(sizeOf(shape));
      const valuesAt = (indices: readonly number[]): readonly number[] =>
        opened.map((input) => input.data[positionOf(indices, input.strides)] ?? NaN);
      const ofPairs = hasPairs(expression);
      if (ofPairs && shape.at(-1) !== 2) throw refuse("elementwise", [shape], "pairs have a last axis of 2");
      eachIndex(shape, (indices, position) => {
        const values = valuesAt(indices);
        data[position] = entry(values, ofPairs ? valuesAt(partnerOf(indices)) : values);
      });
      return store.make(data, shape);
    },
  };
}
