import type { ElementwiseExpression, ElementwiseFunction } from "./expression.ts";

/** How tightly a text holds together: comparison, sum, term, factor (a leading minus), power, and the rest. */
const STRENGTH = { comparison: 0, sum: 1, term: 2, factor: 3, power: 4, primary: 5 } as const;
type Strength = (typeof STRENGTH)[keyof typeof STRENGTH];

interface Sign {
  readonly text: string;
  readonly strength: Strength;
  readonly left: Strength;
  readonly right: Strength;
}

const { comparison, sum, term, factor, power, primary } = STRENGTH;
const SIGNS: Partial<Record<ElementwiseFunction, Sign>> = {
  less: { text: " < ", strength: comparison, left: sum, right: sum },
  lessEqual: { text: " <= ", strength: comparison, left: sum, right: sum },
  equal: { text: " == ", strength: comparison, left: sum, right: sum },
  add: { text: " + ", strength: sum, left: sum, right: term },
  sub: { text: " - ", strength: sum, left: sum, right: term },
  mul: { text: "*", strength: term, left: term, right: factor },
  div: { text: "/", strength: term, left: term, right: factor },
  pow: { text: "^", strength: power, left: primary, right: factor },
};

/**
 * The text of an expression with the fewest parentheses; `parse` gives the expression back.
 * @throws RangeError for the constant NaN, which has no text
 */
export function print(expression: ElementwiseExpression): string {
  return printed(expression).text;
}

interface Printed {
  readonly text: string;
  readonly strength: Strength;
}

function printed(expression: ElementwiseExpression): Printed {
  switch (expression.kind) {
    case "input":
      return { text: expression.name, strength: primary };
    case "constant":
      return constant(expression.value);
    case "apply": {
      const { function: name, arguments: parts } = expression;
      const [left, right] = parts;
      const sign = SIGNS[name];
      if (sign && left && right) {
        const text = `${held(left, sign.left)}${sign.text}${held(right, sign.right)}`;
        return { text, strength: sign.strength };
      }
      if (name === "neg" && left) return { text: `-${negated(left)}`, strength: factor };
      return { text: `${name}(${parts.map(print).join(", ")})`, strength: primary };
    }
  }
}

function constant(value: number): Printed {
  if (Number.isNaN(value)) throw new RangeError("NaN has no text");
  const magnitude = Math.abs(value) === Infinity ? "inf" : String(Math.abs(value));
  const negative = value < 0 || Object.is(value, -0);
  return negative ? { text: `-${magnitude}`, strength: factor } : { text: magnitude, strength: primary };
}

function held(expression: ElementwiseExpression, least: Strength): string {
  const { text, strength } = printed(expression);
  return strength < least ? `(${text})` : text;
}

/** What follows a minus: a constant stands in parentheses, for `-2` is a number. */
function negated(expression: ElementwiseExpression): string {
  return expression.kind === "constant" ? `(${print(expression)})` : held(expression, factor);
}
