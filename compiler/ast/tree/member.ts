import type { Span } from "../../source/span.ts";
import type { Declared, Identifier, Parsed, Stage } from "./base.ts";
import type { Argument, Expression, TargetName } from "./expression.ts";
import type { Property, Type } from "./type.ts";
import type { Block, Draw, Fun, Let, LetTuple } from "./statement.ts";

/** `given A : linear X -> Y per step = e with norm <= 1`. */
export interface Given<S extends Stage = Parsed> extends Declared {
  readonly kind: "given";
  readonly name: Identifier;
  readonly type: Type<S>;
  readonly perStep: boolean;
  readonly initial: Expression<S> | null;
  readonly properties: readonly Property<S>[];
  readonly declaration: S["declaration"];
}

/** `input y : Y`. */
export interface Input<S extends Stage = Parsed> extends Declared {
  readonly kind: "input";
  readonly name: Identifier;
  readonly type: Type<S>;
  readonly properties: readonly Property<S>[];
  readonly declaration: S["declaration"];
}

/** `learn t : R in (0, inf) via softplus per step = 1`. */
export interface Learn<S extends Stage = Parsed> extends Declared {
  readonly kind: "learn";
  readonly name: Identifier;
  readonly type: Type<S>;
  readonly via: Identifier | null;
  readonly perStep: boolean;
  readonly initial: Expression<S>;
  readonly properties: readonly Property<S>[];
  readonly declaration: S["declaration"];
}

/** `state x : X = 0`. */
export interface State<S extends Stage = Parsed> extends Declared {
  readonly kind: "state";
  readonly name: Identifier;
  readonly type: Type<S>;
  readonly initial: Expression<S>;
  readonly properties: readonly Property<S>[];
  readonly declaration: S["declaration"];
}

/** `step k { ... }`; `counter` is the iteration's number, from 0. */
export interface Step<S extends Stage = Parsed> extends Declared {
  readonly kind: "step";
  readonly counter: Identifier | null;
  readonly body: Block<S>;
  readonly declaration: S["declaration"];
}

/** `output e`. */
export interface Output<S extends Stage = Parsed> extends Declared {
  readonly kind: "output";
  readonly value: Expression<S>;
}

/** `objective e`. */
export interface Objective<S extends Stage = Parsed> extends Declared {
  readonly kind: "objective";
  readonly value: Expression<S>;
}

/** `converge(...)`, `unroll(...)`, `equilibrium(...)`; `targetSpan` covers the word. */
export interface Target<S extends Stage = Parsed> extends Declared {
  readonly kind: "target";
  readonly target: TargetName;
  readonly targetSpan: Span;
  readonly arguments: readonly Argument<S>[];
}

export type Member<S extends Stage = Parsed> =
  | Given<S>
  | Input<S>
  | Learn<S>
  | Let<S>
  | LetTuple<S>
  | Fun<S>
  | State<S>
  | Draw<S>
  | Step<S>
  | Output<S>
  | Objective<S>
  | Target<S>;
