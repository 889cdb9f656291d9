import fc from "fast-check";
import { expect, test } from "vitest";
import type { EquationOf } from "../../compiler/ir/block.ts";
import { REAL_FUNCTIONS } from "../../compiler/ir/scalar.ts";
import { givesZero } from "../../compiler/passes/zeros.ts";
import {
  ELEMENTWISE,
  type ElementwiseFunction,
  type EntryFunction,
} from "../../runtime/arrays/expression.ts";

const NUMBERS = [-2.5, -1, 0.5, 3];

test("what the rules call 0 is 0, whatever the other arguments are", () => {
  const functions = (Object.keys(ELEMENTWISE) as ElementwiseFunction[]).filter(
    (name): name is EntryFunction => name !== "pairNorm",
  );
  const argument = fc.constantFrom(...NUMBERS, null);
  fc.assert(
    fc.property(fc.constantFrom(...functions), fc.tuple(argument, argument, argument), (name, drawn) => {
      const given = drawn.slice(0, ELEMENTWISE[name].arguments);
      const equation: EquationOf<"elementwise"> = {
        operation: "elementwise",
        attributes: { function: name },
        inputs: [],
        outputs: [],
        span: null,
      };
      const isZero = given.map((each) => each === null);
      if (!givesZero(equation, isZero)) return;
      const [a = 0, b = 0, c = 0] = given.map((each) => each ?? 0);
      if (name === "mod" || name === "div") fc.pre(b !== 0);
      expect(Math.abs(REAL_FUNCTIONS[name](a, b, c))).toBe(0);
    }),
    { numRuns: 2000 },
  );
});
