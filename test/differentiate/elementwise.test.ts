import { evaluateBlock, runBlock } from "../../compiler/ir/evaluate/evaluate.ts";
import { numberArray } from "../../compiler/ir/evaluate/array.ts";
import type { LaneValue } from "../../compiler/ir/evaluate/lanes.ts";
import type { Block } from "../../compiler/ir/block.ts";
import { reverseTools } from "../../compiler/differentiate/functions.ts";
import { reverseBlock } from "../../compiler/differentiate/program.ts";
import { Functions } from "../../compiler/ir/functions.ts";
import { lanesOf, realsOf, type Bindings } from "../ir/lab.ts";
import { describe, expect, test } from "vitest";
import { ELEMENTWISE, type ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import type { Variable } from "../../compiler/ir/block.ts";
import { IrBuilder, parameter } from "../../compiler/ir/build.ts";
import type { Space } from "../../compiler/types/space.ts";
import { COMPLEX, Dice, NAMED, NUMBER, randomLanes, REAL, setting, space } from "../ir/lab.ts";
import { expectDerivative, expectGradients } from "./check.ts";

const LANES = 2;
const NO_COMPLEX = new Set<ElementwiseFunction>([
  "softplus",
  "erf",
  "relu",
  "positive",
  "floor",
  "max",
  "min",
  "mod",
  "less",
  "lessEqual",
]);
const NO_DERIVATIVE = new Set<ElementwiseFunction>([
  "pairNorm",
  "positive",
  "floor",
  "less",
  "lessEqual",
  "equal",
  "and",
  "or",
  "not",
]);
const POSITIVE = new Set<ElementwiseFunction>(["log", "sqrt", "pow"]);
const VANISHES = new Set<ElementwiseFunction>(["imag", "phase", "sign"]);
/** keeps away from kinks and from zero */
const apart = (x: number): number => Math.sign(x) * (0.35 + Math.abs(x));

function check(
  name: ElementwiseFunction,
  spaces: readonly Space[],
  shared: readonly boolean[],
  seed: number,
  named = setting(),
): void {
  const inputs = spaces.map((each, i) => parameter(`a${i}`, each, shared[i] === true));
  const block = new IrBuilder().block(inputs, (inner) => [inner.elementwise(name, inputs)]);
  const dice = new Dice(seed);
  const bindings = new Map(
    inputs.map((input, i) => {
      const away =
        POSITIVE.has(name) && i === 0 && spaces[0] !== COMPLEX
          ? (x: number): number => Math.abs(apart(x))
          : apart;
      const second =
        name === "soft" || name === "hard" ? (x: number): number => Math.abs(x) * 0.3 + 0.5 : away;
      const entry =
        name === "select" && i === 0 ? (x: number): number => (x > 0 ? 1 : 0) : i === 1 ? second : away;
      return [input, randomLanes(input, LANES, dice, named, entry)] as const;
    }),
  );
  const wanted = inputs.filter((_, i) => !(name === "select" && i === 0) && !(name === "hard" && i === 1));
  const example = { block, bindings, wanted, lanes: LANES, setting: named, vanishes: VANISHES.has(name) };
  expectGradients(example, seed);
  expectDerivative(example, seed);
}

const names = Object.keys(ELEMENTWISE) as ElementwiseFunction[];

describe.each(names.filter((name) => !NO_DERIVATIVE.has(name)))("the derivative of %s", (name) => {
  const count = ELEMENTWISE[name].arguments;
  const realSecond = name === "div" || name === "pow" || name === "soft" || name === "hard";
  test("of real arrays, shared or not, and of numbers", () => {
    const seeds = name === "complex" || name === "imaginary" ? [1] : [1, 2, 3];
    for (const seed of seeds) {
      check(
        name,
        Array.from({ length: count }, () => REAL),
        [false, false, false],
        seed,
      );
      check(
        name,
        Array.from({ length: count }, () => REAL),
        [seed === 1, seed !== 1, true],
        seed,
      );
      if (count > 1) check(name, [REAL, NUMBER, REAL].slice(0, count), [false, seed === 1, seed === 2], seed);
      if (count > 1)
        check(
          name,
          [space("real", "m", "n"), REAL, REAL].slice(0, count),
          [seed === 1, seed === 2, false],
          seed,
        );
    }
  });
  if (!NO_COMPLEX.has(name) && name !== "complex" && name !== "imaginary") {
    test("of complex arrays", () => {
      for (const seed of [4, 5, 6]) {
        const second = realSecond ? REAL : COMPLEX;
        const first = name === "select" ? REAL : COMPLEX;
        check(name, [first, second, COMPLEX].slice(0, count), [false, false, false], seed);
        check(name, [first, realSecond ? NUMBER : REAL, COMPLEX].slice(0, count), [false, true, true], seed);
      }
    });
    test("in a space whose field is not known, bound to complex arrays", () => {
      const complex = setting({ kind: "array", field: "complex", shape: [3] });
      const first = name === "select" ? NUMBER : NAMED;
      for (const seed of [7, 8])
        check(
          name,
          [first, realSecond ? NUMBER : NAMED, NAMED].slice(0, count),
          [false, false, true],
          seed,
          complex,
        );
    });
  }
});

function gradientOf(name: ElementwiseFunction, values: readonly number[]): readonly number[] {
  const inputs: readonly Variable[] = values.map((_, i) => parameter(`a${i}`, NUMBER, false));
  const block = new IrBuilder().block(inputs, (inner) => [inner.elementwise(name, inputs)]);
  const bindings = new Map(inputs.map((input, i) => [input, numberLanes(values[i]!)] as const));
  return gradientsAt(block, bindings);
}

test("kinks have the derivative 0", () => {
  expect(gradientOf("abs", [0])).toEqual([0]);
  expect(gradientOf("relu", [0])).toEqual([0]);
  expect(gradientOf("max", [0, 0])).toEqual([0, 0]);
  expect(gradientOf("soft", [0.5, 0.5])).toEqual([0, 0]);
  expect(gradientOf("soft", [-2, 0.5])).toEqual([1, 1]);
  expect(gradientOf("sign", [0])).toEqual([0]);
});

function numberLanes(value: number): LaneValue {
  return { shared: false, values: [numberArray(value)] };
}

function gradientsAt(block: Block, bindings: Bindings): readonly number[] {
  const functions = new Functions();
  const around = { tools: reverseTools(functions), outer: new IrBuilder(functions), count: 1, apart: false };
  const derivative = reverseBlock(block, [], around);
  if (derivative === null) return block.parameters.map(() => 0);
  const inside = runBlock(derivative.save, [...bindings.values()], lanesOf(1, bindings), setting());
  const found = evaluateBlock(derivative.adjoint.block, [numberLanes(1)], inside, setting());
  return block.parameters.map((each) => {
    const place = derivative.adjoint.of.indexOf(each);
    return place < 0 ? 0 : realsOf(found[place]!)[0]!;
  });
}
