import type { Declared, Identifier, Node, Parsed, Stage } from "./base.ts";
import type { Expression } from "./expression.ts";
import type { Parameter, Property, Type, TypedName } from "./type.ts";

/** `{ ... }` with statements. */
export interface Block<S extends Stage = Parsed> extends Node {
  readonly kind: "block";
  readonly statements: readonly Statement<S>[];
}

/** `let x : T = e with P`. */
export interface Let<S extends Stage = Parsed> extends Declared {
  readonly kind: "let";
  readonly name: Identifier;
  readonly type: Type<S> | null;
  readonly initial: Expression<S>;
  readonly properties: readonly Property<S>[];
  readonly declaration: S["declaration"];
}

/** `let (x, y) = e`; one declaration for each name. */
export interface LetTuple<S extends Stage = Parsed> extends Declared {
  readonly kind: "letTuple";
  readonly names: readonly Identifier[];
  readonly initial: Expression<S>;
  readonly properties: readonly Property<S>[];
  readonly declaration: S["declaration"];
}

/** `var c = 1`. */
export interface Var<S extends Stage = Parsed> extends Declared {
  readonly kind: "var";
  readonly name: Identifier;
  readonly type: Type<S> | null;
  readonly initial: Expression<S>;
  readonly declaration: S["declaration"];
}

/** `fun f(x : X) = e`, or `fun f(x : X) -> T { ... }`: then `result` is not null and `body` is a block. */
export interface Fun<S extends Stage = Parsed> extends Declared {
  readonly kind: "fun";
  readonly name: Identifier;
  readonly parameters: readonly Parameter<S>[];
  readonly arguments: readonly TypedName<S>[];
  readonly result: Type<S> | null;
  readonly body: Expression<S> | Block<S>;
  readonly declaration: S["declaration"];
}

/** `x <- e`, `p[i] <- e`, `x[i, j] <- e`; no indices where all of it is updated. */
export interface Update<S extends Stage = Parsed> extends Declared {
  readonly kind: "update";
  readonly name: Identifier;
  readonly reference: S["name"];
  readonly indices: readonly Expression<S>[];
  readonly value: Expression<S>;
}

/** `if c { ... } else { ... }`. */
export interface If<S extends Stage = Parsed> extends Declared {
  readonly kind: "if";
  readonly condition: Expression<S>;
  readonly consequent: Block<S>;
  readonly alternative: Block<S> | If<S> | null;
}

/** `while c max 60 { ... }`. */
export interface While<S extends Stage = Parsed> extends Declared {
  readonly kind: "while";
  readonly condition: Expression<S>;
  readonly max: Expression<S>;
  readonly body: Block<S>;
}

/** `repeat 3 { ... }`. */
export interface Repeat<S extends Stage = Parsed> extends Declared {
  readonly kind: "repeat";
  readonly count: Expression<S>;
  readonly body: Block<S>;
}

/** `draw i from index(m)`, as a statement or a member. */
export interface Draw<S extends Stage = Parsed> extends Declared {
  readonly kind: "draw";
  readonly name: Identifier;
  readonly type: Type<S> | null;
  readonly distribution: Expression<S>;
  readonly declaration: S["declaration"];
}

/** `report v = e`. */
export interface Report<S extends Stage = Parsed> extends Declared {
  readonly kind: "report";
  readonly name: Identifier;
  readonly value: Expression<S>;
  readonly declaration: S["declaration"];
}

/** `return e`. */
export interface Return<S extends Stage = Parsed> extends Declared {
  readonly kind: "return";
  readonly value: Expression<S>;
}

export type Statement<S extends Stage = Parsed> =
  | Let<S>
  | LetTuple<S>
  | Var<S>
  | Fun<S>
  | Update<S>
  | If<S>
  | While<S>
  | Repeat<S>
  | Draw<S>
  | Report<S>
  | Return<S>;
