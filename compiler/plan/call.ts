import type { Applied } from "../../runtime/arrays/applied.ts";
import type { ElementwiseExpression, ElementwiseResults } from "../../runtime/arrays/expression.ts";
import type { GivenMap } from "../../runtime/arrays/givenMap.ts";
import type { LoopTrace, Operations } from "../../runtime/arrays/operations.ts";
import type { Space as BoundSpace, Value } from "../../runtime/arrays/value.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import type { Variable } from "../ir/block.ts";
import type { Span } from "../source/span.ts";
import type { Dimension } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";

/** The methods of the runtime's operations. */
export type Method = Exclude<keyof Operations, "engine" | "at">;

/** A function of a plan: a section, a network, or a closure that is given to a loop. Pure; calls only what it names. */
export interface PlanFunction {
  readonly parameters: readonly Parameter[];
  readonly statements: readonly Statement[];
  readonly result: Result;
}

/** What a parameter of a function is to the program: its place in the signature of runtime/program/definition.ts. */
export type Role = "known" | "state" | "previous" | "reports" | "saved" | "cotangents" | "value";

export interface Parameter {
  readonly role: Role;
  readonly pattern: Pattern;
}

/** How an argument or a result is taken apart; null leaves an item of a list unread. */
export type Pattern =
  | { readonly kind: "variable"; readonly variable: Variable }
  | { readonly kind: "size"; readonly name: string }
  | { readonly kind: "space"; readonly name: string }
  | { readonly kind: "list"; readonly items: readonly (Pattern | null)[] }
  | { readonly kind: "record"; readonly entries: readonly PatternEntry[] };

export interface PatternEntry {
  readonly name: string;
  readonly pattern: Pattern;
}

/** What a function returns. */
export type Result =
  | { readonly kind: "variable"; readonly variable: Variable }
  | { readonly kind: "constant"; readonly value: boolean | null }
  | { readonly kind: "list"; readonly items: readonly Variable[] }
  | { readonly kind: "record"; readonly entries: readonly ResultEntry[] };

export interface ResultEntry {
  readonly name: string;
  readonly result: Result;
}

/** One call, the variables that its result is taken apart into, and the place in the program that asks for it. */
export interface Statement {
  readonly outputs: Pattern;
  readonly call: MethodCall | FunctionCall;
  readonly span: Span | null;
}

/** What an equation becomes; `same` is no call: its output is another name of a variable. */
export type Call = MethodCall | FunctionCall | { readonly kind: "same"; readonly variable: Variable };

/** A method of the runtime's operations, with the arguments that its signature asks for. */
export type MethodCall = { readonly [M in Method]: MethodCallOf<M> }[Method];

export interface MethodCallOf<M extends Method> {
  readonly kind: "method";
  readonly method: M;
  readonly arguments: ArgumentsFor<Parameters<Operations[M]>>;
}

/** A function of the module. */
export interface FunctionCall {
  readonly kind: "function";
  readonly name: string;
  readonly arguments: readonly Argument[];
}

/** An argument of a call. */
export type Argument =
  | VariableArgument
  | NumberArgument
  | DimensionArgument
  | WordArgument
  | ExpressionArgument
  | ExpressionsArgument
  | InputsArgument
  | SpaceArgument
  | SettingsArgument
  | ListArgument
  | ClosureArgument
  | NothingArgument
  | KnownArgument;

export interface VariableArgument {
  readonly kind: "variable";
  readonly variable: Variable;
}
export interface NumberArgument {
  readonly kind: "number";
  readonly value: number;
}
/** A dimension, evaluated at the sizes of the run. */
export interface DimensionArgument {
  readonly kind: "dimension";
  readonly dimension: Dimension;
}
export interface WordArgument {
  readonly kind: "word";
  readonly word: string;
}
/** An elementwise expression over the names of the `InputsArgument` beside it. */
export interface ExpressionArgument {
  readonly kind: "expression";
  readonly expression: ElementwiseExpression;
}
/** The same for several results by name, of which one may name those before it. */
export interface ExpressionsArgument {
  readonly kind: "expressions";
  readonly results: ElementwiseResults;
}
export interface InputsArgument {
  readonly kind: "inputs";
  readonly entries: readonly { readonly name: string; readonly variable: Variable }[];
}
export interface SpaceArgument {
  readonly kind: "space";
  readonly space: Space;
}
export interface SettingsArgument {
  readonly kind: "settings";
  readonly settings: Readonly<Record<string, number | string | boolean | readonly number[]>>;
}
export interface ListArgument {
  readonly kind: "list";
  readonly variables: readonly Variable[];
}
export interface ClosureArgument {
  readonly kind: "closure";
  readonly function: PlanFunction;
}
/** `null`. */
export interface NothingArgument {
  readonly kind: "nothing";
}
/** All that is known, handed on to a network that reads its weights there. */
export interface KnownArgument {
  readonly kind: "known";
}

/** The arguments that stand for a list of parameters, with or without the last where that is optional. */
type ArgumentsFor<Types extends readonly unknown[]> = Each<Required<Types>> | Each<WithoutOptional<Types>>;

type Each<Types extends readonly unknown[]> = { readonly [I in keyof Types]: ArgumentFor<Types[I]> };

type WithoutOptional<Types extends readonly unknown[]> =
  Required<Types> extends readonly [...infer Head, unknown]
    ? Types extends readonly [...Head, unknown]
      ? Types
      : Head
    : Types;

/** The arguments that stand for a parameter of the type given. */
type ArgumentFor<T> = T extends null
  ? NothingArgument
  : T extends number
    ? NumberArgument | DimensionArgument
    : T extends string
      ? string extends T
        ? ExpressionArgument
        : WordArgument
      : T extends (...input: never[]) => unknown
        ? ClosureArgument
        : T extends Value | Operator | GivenMap | LoopTrace
          ? VariableArgument
          : T extends BoundSpace
            ? SpaceArgument
            : T extends readonly (Value | Operator)[]
              ? ListArgument
              : T extends Readonly<Record<string, Value | Applied>>
                ? InputsArgument
                : T extends Readonly<Record<string, string>>
                  ? string extends T[keyof T]
                    ? ExpressionsArgument
                    : SettingsArgument
                  : SettingsArgument;
