import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ELEMENTWISE,
  type ElementwiseExpression,
  type ElementwiseFunction,
} from "../../runtime/arrays/expression.ts";
import { ExpressionError, parse } from "../../runtime/arrays/parse.ts";
import { print } from "../../runtime/arrays/print.ts";

const names = fc.constantFrom("x", "λ", "x₁", "old_x", "t2", "add", "Δφ", "ŷ");
const expression = fc.letrec<{ node: ElementwiseExpression }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    names.map((name): ElementwiseExpression => ({ kind: "input", name })),
    fc
      .oneof(fc.double({ noNaN: true }), fc.constantFrom(-2, 0, -0, Infinity, 1e21, 1e-7))
      .map((value): ElementwiseExpression => ({ kind: "constant", value })),
    fc.constantFrom(...(Object.keys(ELEMENTWISE) as ElementwiseFunction[])).chain((name) =>
      fc
        .array(tie("node"), {
          minLength: ELEMENTWISE[name].arguments,
          maxLength: ELEMENTWISE[name].arguments,
        })
        .map((parts): ElementwiseExpression => ({ kind: "apply", function: name, arguments: parts })),
    ),
  ),
})).node;

describe("texts of elementwise expressions", () => {
  it("parse gives back what print was given", () => {
    fc.assert(
      fc.property(expression, (tree) => {
        expect(parse(print(tree))).toEqual(tree);
      }),
      { numRuns: 2000 },
    );
  });

  it("has no needless parentheses", () => {
    const texts = [
      "soft(x - t*g, t*lambda)",
      "a - (b - c) + d",
      "-x^2",
      "(-x)^-2",
      "a/(b*c)*d",
      "(a < b) == c",
      "-(a + b)*-c",
      "x^y^z",
      "-(2)",
      "-2*x + inf",
    ];
    for (const text of texts) expect(print(parse(text))).toBe(text);
  });

  it.each([
    "",
    "x +",
    "x y",
    "f(x)",
    "max(x)",
    "(x",
    "x)",
    "x < y < z",
    "1.2.3",
    "x # y",
    "x >= y",
    "toString(x)",
  ])("refuses %j", (text) => {
    expect(() => parse(text)).toThrow(ExpressionError);
  });
});
