import type { Argument, Expression, ExpressionKind, Stage, TargetCall } from "../ast/tree.ts";

/** How tightly each kind of expression binds; a looser one within a tighter one needs parentheses. */
const BINDING: { readonly [K in ExpressionKind]: number } = {
  conditional: 0,
  pipe: 1,
  logical: 2,
  not: 3,
  comparison: 4,
  sum: 5,
  product: 6,
  negate: 7,
  power: 8,
  call: 9,
  index: 9,
  adjoint: 9,
  gradient: 10,
  old: 10,
  number: 10,
  string: 10,
  truth: 10,
  infinity: 10,
  name: 10,
  tuple: 10,
};

/** An expression in the words of the language, in one line, for messages. */
export function expressionText<S extends Stage>(expression: Expression<S>): string {
  switch (expression.kind) {
    case "number":
      return expression.text;
    case "string":
      return JSON.stringify(expression.value);
    case "truth":
      return String(expression.value);
    case "infinity":
      return "inf";
    case "name":
      return expression.name;
    case "old":
      return `old ${expression.name.name}`;
    case "gradient":
      return expression.of.kind === "name"
        ? `grad ${expression.of.name}`
        : `grad (${expressionText(expression.of)})`;
    case "tuple":
      return `(${expression.entries.map(expressionText).join(", ")})`;
    case "negate":
      return `-${within(expression.operand, 7)}`;
    case "not":
      return `not ${within(expression.operand, 4)}`;
    case "sum":
      return `${within(expression.left, 5)} ${expression.operator} ${within(expression.right, 6)}`;
    case "product":
      return productText(expression);
    case "power":
      return `${within(expression.base, 9)}${expression.operator === "^" ? "^" : " .^ "}${within(expression.exponent, 8)}`;
    case "comparison":
    case "logical":
      return `${within(expression.left, 5)} ${expression.operator} ${within(expression.right, 5)}`;
    case "pipe":
      return `${within(expression.value, 1)} |> ${within(expression.into, 2)}`;
    case "conditional":
      return `if ${expressionText(expression.condition)} then ${expressionText(expression.consequent)} else ${expressionText(expression.alternative)}`;
    case "call":
      return `${within(expression.callee, 9)}(${expression.arguments.map(argumentText).join(", ")})`;
    case "index":
      return `${within(expression.operand, 9)}[${expression.indices.map(expressionText).join(", ")}]`;
    case "adjoint":
      return `${within(expression.operand, 9)}'`;
  }
}

function productText<S extends Stage>(expression: Extract<Expression<S>, { kind: "product" }>): string {
  const dotted = expression.operator.startsWith(".");
  const sign = dotted ? ` ${expression.operator} ` : expression.operator;
  return `${within(expression.left, 6)}${sign}${within(expression.right, 7)}`;
}

/** The text of an operand, in parentheses where it binds more loosely than its place asks for. */
export function within<S extends Stage>(expression: Expression<S>, binding: number): string {
  const written = expressionText(expression);
  return BINDING[expression.kind] < binding ? `(${written})` : written;
}

function argumentText<S extends Stage>(argument: Argument<S>): string {
  const value =
    argument.value.kind === "targetCall" ? targetText(argument.value) : expressionText(argument.value);
  return argument.name === null ? value : `${argument.name.name} = ${value}`;
}

function targetText<S extends Stage>(target: TargetCall<S>): string {
  return `${target.target}(${target.arguments.map(argumentText).join(", ")})`;
}
