import type { IToken } from "chevrotain";
import type {
  AppliedCstNode,
  ArgumentCstNode,
  CallArgumentsCstNode,
  ComparisonCstNode,
  ConditionalCstNode,
  ConjunctionCstNode,
  DisjunctionCstNode,
  ExpressionCstNode,
  GradientCstNode,
  GroupCstNode,
  NegationCstNode,
  PipelineCstNode,
  PostfixCstNode,
  PoweredCstNode,
  PrimaryCstNode,
  ProductCstNode,
  SignedCstNode,
  SumCstNode,
  TargetCstNode,
} from "../../../grammar/cst.ts";
import { cover, type Span } from "../../source/span.ts";
import type {
  Argument,
  ComparisonOperator,
  Expression,
  PowerOperator,
  ProductOperator,
  SumOperator,
  TargetCall,
  TargetName,
} from "../tree.ts";
import {
  at,
  type Context,
  identifier,
  only,
  optional,
  spanOf,
  tokenSpan,
  unnoted,
  unquoted,
} from "./context.ts";

/** Operators by what is written; the lexer admits nothing else where one is asked for. */
const sumOperators = ["+", "-", ".+", ".-"] as const satisfies readonly SumOperator[];
const productOperators = ["*", "/", ".*", "./"] as const satisfies readonly ProductOperator[];
const powerOperators = ["^", ".^"] as const satisfies readonly PowerOperator[];
const comparisonOperators = [
  "<",
  "<=",
  ">",
  ">=",
  "==",
  "!=",
  ".<",
  ".<=",
  ".>",
  ".>=",
] as const satisfies readonly ComparisonOperator[];
const targetNames = ["converge", "unroll", "equilibrium"] as const satisfies readonly TargetName[];

/** The one of the words that the token is. */
export function oneOf<const W extends string>(token: IToken, words: readonly W[]): W {
  return only(words.filter((word) => word === token.image));
}

/** The word of a target. */
export function targetName(token: IToken): TargetName {
  return oneOf(token, targetNames);
}

/** Builds any expression. */
export function expression(context: Context, { children }: ExpressionCstNode): Expression {
  const conditional = children.conditional?.[0];
  return conditional === undefined
    ? pipeline(context, only(children.pipeline))
    : conditionalExpression(context, conditional);
}

function conditionalExpression(context: Context, node: ConditionalCstNode): Expression {
  const part = (index: number): Expression => expression(context, at(node.children.expression, index));
  const span = spanOf(context, node);
  return {
    kind: "conditional",
    span,
    condition: part(0),
    consequent: part(1),
    alternative: part(2),
    ...unnoted,
  };
}

/** Joins operands from left to right. */
function leftToRight<Operand>(
  operands: readonly Operand[],
  operators: readonly IToken[] | undefined,
  build: (operand: Operand) => Expression,
  join: (left: Expression, operator: IToken, right: Expression, span: Span) => Expression,
): Expression {
  let left = build(only(operands));
  (operators ?? []).forEach((operator, index) => {
    const right = build(at(operands, index + 1));
    left = join(left, operator, right, cover(left.span, right.span));
  });
  return left;
}

function pipeline(context: Context, { children }: PipelineCstNode): Expression {
  return leftToRight(
    children.operand,
    children.operator,
    (operand) => disjunction(context, operand),
    (value, _operator, into, span) => ({ kind: "pipe", span, value, into, call: null, ...unnoted }),
  );
}

function disjunction(context: Context, { children }: DisjunctionCstNode): Expression {
  return leftToRight(
    children.operand,
    children.operator,
    (operand) => conjunction(context, operand),
    (left, _operator, right, span) => ({ kind: "logical", operator: "or", span, left, right, ...unnoted }),
  );
}

function conjunction(context: Context, { children }: ConjunctionCstNode): Expression {
  return leftToRight(
    children.operand,
    children.operator,
    (operand) => negation(context, operand),
    (left, _operator, right, span) => ({ kind: "logical", operator: "and", span, left, right, ...unnoted }),
  );
}

function negation(context: Context, node: NegationCstNode): Expression {
  const operand = comparison(context, only(node.children.comparison));
  if (node.children.Word_not === undefined) return operand;
  return { kind: "not", span: spanOf(context, node), operand, ...unnoted };
}

/** Builds a comparison, or the sum that stands there. */
export function comparison(context: Context, { children }: ComparisonCstNode): Expression {
  return leftToRight(
    children.operand,
    children.operator,
    (operand) => sum(context, operand),
    (left, operator, right, span) => ({
      kind: "comparison",
      operator: oneOf(operator, comparisonOperators),
      span,
      left,
      right,
      ...unnoted,
    }),
  );
}

/** Builds a sum: what may stand as a dimension, an index or an end of an interval. */
export function sum(context: Context, { children }: SumCstNode): Expression {
  return leftToRight(
    children.operand,
    children.operator,
    (operand) => product(context, operand),
    (left, operator, right, span) => ({
      kind: "sum",
      operator: oneOf(operator, sumOperators),
      span,
      left,
      right,
      ...unnoted,
    }),
  );
}

function product(context: Context, { children }: ProductCstNode): Expression {
  return leftToRight(
    children.operand,
    children.operator,
    (operand) => signed(context, operand),
    (left, operator, right, span) => ({
      kind: "product",
      operator: oneOf(operator, productOperators),
      operatorSpan: tokenSpan(context, operator),
      span,
      left,
      right,
      product: null,
      ...unnoted,
    }),
  );
}

function signed(context: Context, node: SignedCstNode): Expression {
  const inner = node.children.signed?.[0];
  if (inner === undefined) return powered(context, only(node.children.powered));
  return { kind: "negate", span: spanOf(context, node), operand: signed(context, inner), ...unnoted };
}

function powered(context: Context, node: PoweredCstNode): Expression {
  const base = applied(context, only(node.children.applied));
  const operator = node.children.operator?.[0];
  if (operator === undefined) return base;
  return {
    kind: "power",
    operator: oneOf(operator, powerOperators),
    span: spanOf(context, node),
    base,
    exponent: signed(context, only(node.children.signed)),
    ...unnoted,
  };
}

function applied(context: Context, { children }: AppliedCstNode): Expression {
  const operand = primary(context, only(children.primary));
  return (children.postfix ?? []).reduce((inner, node) => postfix(context, inner, node), operand);
}

function postfix(context: Context, operand: Expression, node: PostfixCstNode): Expression {
  const { children } = node;
  const span = cover(operand.span, spanOf(context, node));
  if (children.Prime !== undefined) return { kind: "adjoint", span, operand, ...unnoted };
  if (children.callArguments !== undefined) {
    const list = callArguments(context, only(children.callArguments));
    return { kind: "call", span, callee: operand, arguments: list, call: null, ...unnoted };
  }
  const indices = (children.sum ?? []).map((index) => sum(context, index));
  return { kind: "index", span, operand, indices, ...unnoted };
}

/** Builds the arguments of a call. */
export function callArguments(context: Context, { children }: CallArgumentsCstNode): readonly Argument[] {
  return (children.argument ?? []).map((node) => argument(context, node));
}

function argument(context: Context, node: ArgumentCstNode): Argument {
  const { children } = node;
  const target = children.target?.[0];
  return {
    kind: "argument",
    span: spanOf(context, node),
    name: optional(children.Name, (token) => identifier(context, token)),
    value:
      target === undefined ? expression(context, only(children.expression)) : targetCall(context, target),
  };
}

function targetCall(context: Context, node: TargetCstNode): TargetCall {
  return {
    kind: "targetCall",
    span: spanOf(context, node),
    target: targetName(only(node.children.target)),
    arguments: callArguments(context, only(node.children.callArguments)),
  };
}

function primary(context: Context, node: PrimaryCstNode): Expression {
  const { children } = node;
  const span = spanOf(context, node);
  const [number, string, name] = [children.Number?.[0], children.String?.[0], children.Name?.[0]];
  if (number !== undefined) {
    return { kind: "number", span, value: Number(number.image), text: number.image, ...unnoted };
  }
  if (string !== undefined) return { kind: "string", span, value: unquoted(string), ...unnoted };
  if (name !== undefined) {
    return { kind: "name", span, name: identifier(context, name).name, reference: null, ...unnoted };
  }
  if (children.Word_true !== undefined) return { kind: "truth", span, value: true, ...unnoted };
  if (children.Word_false !== undefined) return { kind: "truth", span, value: false, ...unnoted };
  if (children.Word_inf !== undefined) return { kind: "infinity", span, ...unnoted };
  if (children.group !== undefined) return group(context, only(children.group));
  if (children.gradient !== undefined) return gradient(context, only(children.gradient));
  const old = only(only(children.old).children.Name);
  return { kind: "old", span, name: identifier(context, old), reference: null, ...unnoted };
}

function group(context: Context, node: GroupCstNode): Expression {
  const span = spanOf(context, node);
  const entries = node.children.expression.map((entry) => expression(context, entry));
  if (entries.length > 1) return { kind: "tuple", span, entries, ...unnoted };
  return { ...only(entries), span, parenthesised: true };
}

function gradient(context: Context, node: GradientCstNode): Expression {
  const span = spanOf(context, node);
  const token = node.children.Name?.[0];
  if (token === undefined) {
    return { kind: "gradient", span, of: group(context, only(node.children.group)), ...unnoted };
  }
  const { name, span: place } = identifier(context, token);
  const of: Expression = { kind: "name", span: place, name, reference: null, ...unnoted };
  return { kind: "gradient", span, of, ...unnoted };
}
