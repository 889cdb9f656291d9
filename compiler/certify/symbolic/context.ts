import { partsOf } from "../../ast/parts.ts";
import type { Expression, Learn, Type as WrittenType } from "../../ast/tree.ts";
import type { Definitions } from "../../library/calculus/analyse.ts";
import type { FunctionName } from "../../library/functions/entry.ts";
import { isComplex, isNumber } from "../../types/space.ts";
import type { Type } from "../../types/type.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import type { Scalar } from "../scalar/polynomial.ts";
import type { Unknowns } from "../scalar/unknowns.ts";
import type { Budget } from "../budget.ts";
import { type Combination, of } from "./combination.ts";

/** A number that is a known function of a vector: `norm1(x)`, `dot(c, x)`, `indicator(C)(x)`. */
export type Application =
  | { readonly kind: "dot"; readonly left: Combination; readonly right: Combination }
  | {
      readonly kind: "function";
      readonly name: FunctionName;
      /** the name with its settings, the same for equal functions */
      readonly key: string;
      readonly argument: Combination;
    };

/** A power with an exponent that is no literal: (k + 1)^p. */
export interface NamedPower {
  readonly base: Scalar;
  readonly exponent: Scalar;
}

/** How expressions are read; handed on in the context, as numbers are made of vectors and vectors of numbers. */
export interface Readers {
  readonly number: (context: Context, expression: Expression<Typed>) => Scalar;
  readonly vector: (context: Context, expression: Expression<Typed>) => Combination;
}

/** What is known at a place of the step. The maps of values are never changed; the records only grow. */
export interface Context {
  readonly read: Readers;
  readonly definitions: Definitions;
  readonly learnables: ReadonlyMap<Symbol, Learn<Typed>>;
  /** the declared types of givens and inputs, whose intervals may have computed ends */
  readonly dataTypes: ReadonlyMap<Symbol, WrittenType<Typed>>;
  readonly numbers: ReadonlyMap<Symbol, Scalar>;
  readonly vectors: ReadonlyMap<Symbol, Combination>;
  readonly unknowns: Unknowns;
  readonly applications: Map<string, Application>;
  readonly powers: Map<string, NamedPower>;
  readonly budget: Budget;
  /** the sizes and spaces of the program's header */
  readonly header: ReadonlySet<string>;
  /** the types of operators of the library, by their texts, as they were met first */
  readonly operatorTypes: Map<string, string>;
  /** names for what is known nothing of */
  readonly fresh: { count: number };
}

/** The context with a symbol's number replaced. */
export function withNumber(context: Context, symbol: Symbol, value: Scalar): Context {
  return { ...context, numbers: new Map(context.numbers).set(symbol, value) };
}

/** The context with a symbol's vector replaced. */
export function withVector(context: Context, symbol: Symbol, value: Combination): Context {
  return { ...context, vectors: new Map(context.vectors).set(symbol, value) };
}

/** A name that no other atom or unknown has. */
export function freshName(context: Context, label: string): string {
  context.fresh.count += 1;
  return `${label}@${context.fresh.count}`;
}

/** A vector of which nothing is known. */
export function other(context: Context, label: string, expression: Expression<Typed> | null): Combination {
  return of({ kind: "other", name: freshName(context, label), expression });
}

/** Whether a type is that of single numbers. */
export function isNumberType(type: Type): boolean {
  return type.kind === "value" && isNumber(type.space);
}

/** Whether a type is that of single real numbers. */
export function isRealNumberType(type: Type): boolean {
  return isNumberType(type) && type.kind === "value" && !isComplex(type.space);
}

/** Whether an expression has the same value in every step and at every place: it reads no iterate and no parameter. */
export function isFixed(expression: Expression<Typed>): boolean {
  return expression.note.level <= 3 && !readsParameter(expression);
}

function readsParameter(expression: Expression<Typed>): boolean {
  if (expression.kind === "name" && expression.reference.kind === "symbol") {
    return expression.reference.symbol.origin.kind === "argument";
  }
  return partsOf(expression).some(readsParameter);
}

/** The name of a symbol, which is the only one of its kind: parameters of functions may share theirs. */
export function symbolKey(symbol: Symbol): string {
  return symbol.origin.kind === "argument" ? `${symbol.name}#${symbol.span.start}` : symbol.name;
}
