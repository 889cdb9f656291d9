import type { Span } from "../../source/span.ts";
import type { Identifier, Node, Parsed, Stage } from "./base.ts";

/** What every expression shares. */
export interface ExpressionNode<S extends Stage> extends Node {
  readonly note: S["expression"];
  /** Whether it was written in parentheses, which `span` then includes. Of no meaning: the tree shows the order. */
  readonly parenthesised?: true;
}

/** `1`, `0.5`, `1e-6`; `text` is as written. */
export interface NumberLiteral<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "number";
  readonly value: number;
  readonly text: string;
}

/** `"x.npy"`, the name of a file. */
export interface StringLiteral<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "string";
  readonly value: string;
}

/** `true` and `false`. */
export interface TruthLiteral<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "truth";
  readonly value: boolean;
}

/** `inf`. */
export interface InfinityLiteral<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "infinity";
}

/** A name that refers to a declaration or to the library. */
export interface NameExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "name";
  readonly name: string;
  readonly reference: S["name"];
}

/** `old x`: the value when the step began. */
export interface OldExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "old";
  readonly name: Identifier;
  readonly reference: S["name"];
}

/** `grad f`, `grad (f + g)`. */
export interface GradientExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "gradient";
  readonly of: Expression<S>;
}

/** `(a, b)`, two entries or more. */
export interface TupleExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "tuple";
  readonly entries: readonly Expression<S>[];
}

/** `-x`. */
export interface NegateExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "negate";
  readonly operand: Expression<S>;
}

/** `not c`. */
export interface NotExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "not";
  readonly operand: Expression<S>;
}

export type SumOperator = "+" | "-" | ".+" | ".-";
export type ProductOperator = "*" | "/" | ".*" | "./";
export type PowerOperator = "^" | ".^";
export type ComparisonOperator = "<" | "<=" | ">" | ">=" | "==" | "!=" | ".<" | ".<=" | ".>" | ".>=";

/** `a + b`, `a .- b`. */
export interface SumExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "sum";
  readonly operator: SumOperator;
  readonly left: Expression<S>;
  readonly right: Expression<S>;
}

/** `A*x`, `a/b`, `v .* x`. */
export interface ProductExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "product";
  readonly operator: ProductOperator;
  readonly operatorSpan: Span;
  readonly left: Expression<S>;
  readonly right: Expression<S>;
  readonly product: S["product"];
}

/** `s^2`, `x .^ 2`. */
export interface PowerExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "power";
  readonly operator: PowerOperator;
  readonly base: Expression<S>;
  readonly exponent: Expression<S>;
}

/** `a <= b`, `a .< b`. */
export interface ComparisonExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "comparison";
  readonly operator: ComparisonOperator;
  readonly left: Expression<S>;
  readonly right: Expression<S>;
}

/** `a and b`, `a or b`. */
export interface LogicalExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "logical";
  readonly operator: "and" | "or";
  readonly left: Expression<S>;
  readonly right: Expression<S>;
}

/** `u |> conv(16)`: `into` is applied to `value`. */
export interface PipeExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "pipe";
  readonly value: Expression<S>;
  readonly into: Expression<S>;
  readonly call: S["call"];
}

/** `if c then a else b`. */
export interface ConditionalExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "conditional";
  readonly condition: Expression<S>;
  readonly consequent: Expression<S>;
  readonly alternative: Expression<S>;
}

/** `f(x)`, `prox(g, by = inner(max = 50))(x)`. */
export interface CallExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "call";
  readonly callee: Expression<S>;
  readonly arguments: readonly Argument<S>[];
  readonly call: S["call"];
}

/** `A[i]`, `y[J]`. */
export interface IndexExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "index";
  readonly operand: Expression<S>;
  readonly indices: readonly Expression<S>[];
}

/** `A'`. */
export interface AdjointExpression<S extends Stage> extends ExpressionNode<S> {
  readonly kind: "adjoint";
  readonly operand: Expression<S>;
}

/** Everything that has a value. */
export type Expression<S extends Stage = Parsed> =
  | NumberLiteral<S>
  | StringLiteral<S>
  | TruthLiteral<S>
  | InfinityLiteral<S>
  | NameExpression<S>
  | OldExpression<S>
  | GradientExpression<S>
  | TupleExpression<S>
  | NegateExpression<S>
  | NotExpression<S>
  | SumExpression<S>
  | ProductExpression<S>
  | PowerExpression<S>
  | ComparisonExpression<S>
  | LogicalExpression<S>
  | PipeExpression<S>
  | ConditionalExpression<S>
  | CallExpression<S>
  | IndexExpression<S>
  | AdjointExpression<S>;

export type ExpressionKind = Expression["kind"];

/** One argument of a call; `value` is a target only in `otherwise = unroll(K)`. */
export interface Argument<S extends Stage = Parsed> extends Node {
  readonly kind: "argument";
  readonly name: Identifier | null;
  readonly value: Expression<S> | TargetCall<S>;
}

export type TargetName = "converge" | "unroll" | "equilibrium";

/** `unroll(20)` where it stands as an argument. */
export interface TargetCall<S extends Stage = Parsed> extends Node {
  readonly kind: "targetCall";
  readonly target: TargetName;
  readonly arguments: readonly Argument<S>[];
}
