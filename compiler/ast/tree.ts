/**
 * The tree of the language: one discriminated union, indexed by the stage of compilation.
 * A later stage adds annotations and changes nothing else: `Expression<Typed>` has the same nodes as
 * `Expression<Parsed>`, with types where the parser left null.
 */
import type { Span } from "../source/span.ts";

/** What a stage of compilation knows of each sort of node. */
export interface Stage {
  /** Of every expression: its type, stage, interval, properties. */
  readonly expression: unknown;
  /** Of every name that refers to something: what it means. */
  readonly name: unknown;
  /** Of every product: scaled, applied, composed. */
  readonly product: unknown;
  /** Of every call and every pipe: what is called, and how the arguments match. */
  readonly call: unknown;
  /** Of every type that is written: its meaning. */
  readonly type: unknown;
  /** Of every declaration: what is known of the declared name. */
  readonly declaration: unknown;
}

/** Straight from the parser: nothing is known. */
export interface Parsed extends Stage {
  readonly expression: null;
  readonly name: null;
  readonly product: null;
  readonly call: null;
  readonly type: null;
  readonly declaration: null;
}

/** What every node has: its discriminant and its place. */
export interface Node {
  readonly kind: string;
  readonly span: Span;
}

/** A name where it is written, normalised by NFKC. */
export interface Identifier extends Node {
  readonly kind: "identifier";
  readonly name: string;
}

/** The lines of `///` before a declaration, without the signs and one leading space. */
export interface DocComment extends Node {
  readonly kind: "docComment";
  readonly lines: readonly string[];
}

/** A `//` comment, or a `///` that documents nothing; `text` includes the signs. */
export interface Comment extends Node {
  readonly kind: "comment";
  readonly text: string;
}

/** What items, members and statements share. */
export interface Declared extends Node {
  readonly doc: DocComment | null;
}

// ---- expressions

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

// ---- types

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

/** `in simplex`, `in ball(1)`; `arguments` is null without brackets. */
export interface SetBound<S extends Stage = Parsed> extends Node {
  readonly kind: "set";
  readonly name: Identifier;
  readonly arguments: readonly Argument<S>[] | null;
  readonly reference: S["name"];
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

// ---- statements

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

/** `x <- e`, `p[i] <- e`. */
export interface Update<S extends Stage = Parsed> extends Declared {
  readonly kind: "update";
  readonly name: Identifier;
  readonly reference: S["name"];
  readonly index: Expression<S> | null;
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

// ---- members

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

// ---- items

/** `import a, b from "./f.ipx"`. */
export interface Import extends Declared {
  readonly kind: "import";
  readonly names: readonly Identifier[];
  readonly path: string;
  readonly pathSpan: Span;
}

/** `program p[n] where n > 1 { ... }`, members in the order of the text. */
export interface Program<S extends Stage = Parsed> extends Declared {
  readonly kind: "program";
  readonly name: Identifier;
  readonly parameters: readonly Parameter<S>[];
  readonly conditions: readonly Expression<S>[];
  readonly members: readonly Member<S>[];
  readonly declaration: S["declaration"];
}

/** `problem p[n] { ... }`. */
export interface Problem<S extends Stage = Parsed> extends Declared {
  readonly kind: "problem";
  readonly name: Identifier;
  readonly parameters: readonly Parameter<S>[];
  readonly conditions: readonly Expression<S>[];
  readonly members: readonly Member<S>[];
  readonly declaration: S["declaration"];
}

/** `program p = method for problem`. */
export interface ProgramFor<S extends Stage = Parsed> extends Declared {
  readonly kind: "programFor";
  readonly name: Identifier;
  readonly method: Identifier;
  readonly problem: Identifier;
  readonly declaration: S["declaration"];
}

/** `file "f.onnx"` as the body of a net. */
export interface NetFile extends Node {
  readonly kind: "netFile";
  readonly path: string;
}

/** `net f[c](u : R[h, w, c]) -> R[h, w, 1] { ... }`. */
export interface Net<S extends Stage = Parsed> extends Declared {
  readonly kind: "net";
  readonly name: Identifier;
  readonly parameters: readonly Parameter<S>[];
  readonly arguments: readonly TypedName<S>[];
  readonly result: Type<S>;
  readonly body: Block<S> | NetFile;
  readonly declaration: S["declaration"];
}

export type Item<S extends Stage = Parsed> =
  Import | Program<S> | ProgramFor<S> | Problem<S> | Net<S> | Fun<S>;

/** A declaration that could not be read; `names` are those that it would have declared. */
export interface BrokenDeclaration {
  readonly span: Span;
  readonly names: readonly Identifier[];
}

/** A whole file. */
export interface File<S extends Stage = Parsed> extends Node {
  readonly kind: "file";
  readonly items: readonly Item<S>[];
  /** All comments that are no doc comments of a declaration, in order. */
  readonly comments: readonly Comment[];
  /** Where the parser gave up; names declared there are unknown, which is no further error. */
  readonly broken: readonly BrokenDeclaration[];
}
