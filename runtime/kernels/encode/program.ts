import type {
  ElementwiseExpression,
  ElementwiseFunction,
  ElementwiseResults,
} from "../../arrays/expression.ts";

/** A step of a program; arguments are the numbers of earlier steps. */
export type Step =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "constant"; readonly index: number }
  | {
      readonly kind: "apply";
      readonly function: ElementwiseFunction;
      readonly arguments: readonly number[];
    };

/** Expressions as steps, each different from all others. */
export interface Program {
  /** the same for expressions that differ in names and constants only */
  readonly structure: string;
  /** names of the inputs, as they are met */
  readonly inputs: readonly string[];
  readonly constants: readonly number[];
  readonly steps: readonly Step[];
  /** the steps that are results */
  readonly results: readonly number[];
}

/** The largest whole exponent that is computed by multiplications. */
const LARGEST_POWER = 64;

const constant = (value: number): ElementwiseExpression => ({ kind: "constant", value });
const apply = (
  name: ElementwiseFunction,
  ...parts: readonly ElementwiseExpression[]
): ElementwiseExpression => ({ kind: "apply", function: name, arguments: parts });

/** The program of expressions. What occurs twice is one step; powers of constant exponents become products. */
export function programOf(expressions: ElementwiseResults): Program {
  const texts = new Map<string, number>();
  const known = new Map<ElementwiseExpression, number>();
  const named = new Map<string, number>();
  const steps: Step[] = [];
  const inputs: string[] = [];
  const constants: number[] = [];

  const add = (text: string, step: Step): number => {
    const before = texts.get(text);
    if (before !== undefined) return before;
    texts.set(text, steps.length);
    steps.push(step);
    return steps.length - 1;
  };
  const visit = (node: ElementwiseExpression): number => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const at = compute(node);
    known.set(node, at);
    return at;
  };
  const compute = (node: ElementwiseExpression): number => {
    switch (node.kind) {
      case "input": {
        const result = named.get(node.name);
        if (result !== undefined) return result;
        const index = placeIn(inputs, node.name);
        return add(`i${index}`, { kind: "input", index });
      }
      case "constant": {
        const index = placeIn(constants, node.value);
        return add(`c${index}`, { kind: "constant", index });
      }
      case "apply": {
        const simple = withoutPower(node.function, node.arguments);
        if (simple !== null) return visit(simple);
        const parts = node.arguments.map(visit);
        const { function: name } = node;
        return add(`${name} ${parts.join(" ")}`, { kind: "apply", function: name, arguments: parts });
      }
    }
  };
  const results = Object.entries(expressions).map(([name, expression]) => {
    const at = visit(expression);
    named.set(name, at);
    return at;
  });
  return { structure: `${[...texts.keys()].join(";")}:${results.join()}`, inputs, constants, steps, results };
}

function placeIn<T>(values: T[], value: T): number {
  const before = values.findIndex((other) => Object.is(other, value));
  return before >= 0 ? before : values.push(value) - 1;
}

/** a^n by squares and products, and the square root with the powers of -0 and -inf; null for other functions. */
function withoutPower(
  name: ElementwiseFunction,
  [base, exponent]: readonly ElementwiseExpression[],
): ElementwiseExpression | null {
  if (name !== "pow" || base === undefined || exponent?.kind !== "constant") return null;
  const { value } = exponent;
  if (value === 0.5) {
    const root = apply("sqrt", apply("add", base, constant(0)));
    return apply("select", apply("equal", base, constant(-Infinity)), constant(Infinity), root);
  }
  if (!Number.isInteger(value) || Math.abs(value) > LARGEST_POWER) return null;
  return value < 0 ? apply("reciprocal", wholePower(base, -value)) : wholePower(base, value);
}

function wholePower(base: ElementwiseExpression, exponent: number): ElementwiseExpression {
  if (exponent === 0) return constant(1);
  if (exponent === 1) return base;
  const square = apply("square", wholePower(base, Math.floor(exponent / 2)));
  return exponent % 2 === 0 ? square : apply("mul", square, base);
}
