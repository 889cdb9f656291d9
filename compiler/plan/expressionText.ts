import type { ElementwiseExpression } from "../../runtime/arrays/expression.ts";

/** How tightly a form binds; a larger number is tighter. */
const SUM = 1;
const PRODUCT = 2;
const SIGN = 3;
const POWER = 4;
const ATOM = 5;

const INFIX = {
  add: { sign: " + ", strength: SUM },
  sub: { sign: " - ", strength: SUM },
  mul: { sign: "*", strength: PRODUCT },
  div: { sign: "/", strength: PRODUCT },
} as const;

/**
 * An elementwise expression as text, such as `soft(x - t*g, t*lambda)`, with the names of its inputs replaced. It reads
 * back as the same tree: brackets are left out only where the grammar of expressions does without.
 */
export function expressionText(expression: ElementwiseExpression, rename: (name: string) => string): string {
  return print(expression, rename).text;
}

interface Printed {
  readonly text: string;
  readonly strength: number;
}

function print(expression: ElementwiseExpression, rename: (name: string) => string): Printed {
  if (expression.kind === "input") return { text: rename(expression.name), strength: ATOM };
  if (expression.kind === "constant") return printNumber(expression.value);
  const operands = expression.arguments.map((argument) => print(argument, rename));
  const [left, right] = operands;
  const name = expression.function;
  if (left !== undefined && right !== undefined && name === "pow") {
    return { text: `${atLeast(left, ATOM)}^${atLeast(right, ATOM)}`, strength: POWER };
  }
  if (left !== undefined && right !== undefined && isInfix(name)) {
    const { sign, strength } = INFIX[name];
    const second = right.strength === SIGN ? `(${right.text})` : atLeast(right, strength + 1);
    return { text: `${atLeast(left, strength)}${sign}${second}`, strength };
  }
  if (left !== undefined && name === "neg") return { text: `-${atLeast(left, POWER)}`, strength: SIGN };
  return { text: `${name}(${operands.map((operand) => operand.text).join(", ")})`, strength: ATOM };
}

/** A negative constant is an atom only in brackets, for `-1` alone reads as the negation of 1. */
function printNumber(value: number): Printed {
  return { text: String(value), strength: value < 0 || Object.is(value, -0) ? SIGN : ATOM };
}

function atLeast(printed: Printed, strength: number): string {
  return printed.strength >= strength ? printed.text : `(${printed.text})`;
}

function isInfix(name: string): name is keyof typeof INFIX {
  return name in INFIX;
}
