import type { Identifier, Node, Parsed, Stage } from "./base.ts";
import type { Expression, NumberLiteral } from "./expression.ts";

export type Field = "R" | "C";
export type Scalar = Field | "int" | "bool";

/** What every type shares. */
export interface TypeNode<S extends Stage> extends Node {
  readonly meaning: S["type"];
}

/** `R`, `C[h, w]`, `int in [1, n]`. No dimensions: a single number. */
export interface ArrayType<S extends Stage = Parsed> extends TypeNode<S> {
  readonly kind: "arrayType";
  readonly scalar: Scalar;
  readonly dimensions: readonly Expression<S>[];
  readonly bounds: Bounds<S> | null;
}

/** `X`, or `weights(P)` with `argument`. */
export interface NamedType<S extends Stage = Parsed> extends TypeNode<S> {
  readonly kind: "namedType";
  readonly name: Identifier;
  readonly argument: Identifier | null;
  readonly reference: S["name"];
  readonly bounds: Bounds<S> | null;
}

/** `(R[n], R[m])`; a single entry only groups, as in `(X -> R) -> R`. */
export interface ProductType<S extends Stage = Parsed> extends TypeNode<S> {
  readonly kind: "productType";
  readonly entries: readonly Type<S>[];
  readonly bounds: Bounds<S> | null;
}

/** A type that stands on either side of an arrow. */
export type SpaceType<S extends Stage = Parsed> = ArrayType<S> | NamedType<S> | ProductType<S>;

/** `linear X -> Y`, `net X -> Y`, `X -> Y`. */
export interface MapType<S extends Stage = Parsed> extends TypeNode<S> {
  readonly kind: "operatorType" | "netType" | "functionType";
  readonly domain: SpaceType<S>;
  readonly codomain: SpaceType<S>;
}

export type Type<S extends Stage = Parsed> = SpaceType<S> | MapType<S>;

/** `in (0, 1]`. */
export interface Interval<S extends Stage = Parsed> extends Node {
  readonly kind: "interval";
  readonly lowOpen: boolean;
  readonly low: Expression<S>;
  readonly high: Expression<S>;
  readonly highOpen: boolean;
}

/** `in simplex`, `in ball(1)`: a name, or a call of a name. */
export interface SetBound<S extends Stage = Parsed> extends Node {
  readonly kind: "set";
  readonly expression: Expression<S>;
}

export type Bounds<S extends Stage = Parsed> = Interval<S> | SetBound<S>;

/** `norm <= 1`, `binary`; both `comparison` and `bound` are null without a bound. */
export interface Property<S extends Stage = Parsed> extends Node {
  readonly kind: "property";
  readonly name: Identifier;
  readonly comparison: "<=" | ">=" | "==" | null;
  readonly bound: Expression<S> | null;
}

/** `x : X`, an argument of a function or network. */
export interface TypedName<S extends Stage = Parsed> extends Node {
  readonly kind: "typedName";
  readonly name: Identifier;
  readonly type: Type<S>;
  readonly declaration: S["declaration"];
}

/** `space X in R`. */
export interface SpaceParameter<S extends Stage = Parsed> extends Node {
  readonly kind: "spaceParameter";
  readonly name: Identifier;
  readonly field: Field | null;
  readonly declaration: S["declaration"];
}

/** `n = 8`. */
export interface SizeParameter<S extends Stage = Parsed> extends Node {
  readonly kind: "sizeParameter";
  readonly name: Identifier;
  readonly initial: NumberLiteral<S> | null;
  readonly declaration: S["declaration"];
}

export type Parameter<S extends Stage = Parsed> = SpaceParameter<S> | SizeParameter<S>;
