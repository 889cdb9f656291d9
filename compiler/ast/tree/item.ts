import type { Span } from "../../source/span.ts";
import type { Comment, Declared, Identifier, Node, Parsed, Stage } from "./base.ts";
import type { Expression } from "./expression.ts";
import type { Parameter, Type, TypedName } from "./type.ts";
import type { Block, Fun } from "./statement.ts";
import type { Member } from "./member.ts";

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
export interface NetFile<S extends Stage = Parsed> extends Node {
  readonly kind: "netFile";
  readonly path: string;
  readonly network: S["network"];
}

/** `net f[c](u : R[h, w, c]) -> R[h, w, 1] { ... }`. */
export interface Net<S extends Stage = Parsed> extends Declared {
  readonly kind: "net";
  readonly name: Identifier;
  readonly parameters: readonly Parameter<S>[];
  readonly arguments: readonly TypedName<S>[];
  readonly result: Type<S>;
  readonly body: Block<S> | NetFile<S>;
  readonly declaration: S["declaration"];
}

export type Item<S extends Stage = Parsed> =
  Import | Program<S> | ProgramFor<S> | Problem<S> | Net<S> | Fun<S>;

/** A declaration that could not be read; `names` are those that it would have declared. */
export interface BrokenDeclaration {
  readonly span: Span;
  /** what it declares */
  readonly names: readonly Identifier[];
  /** all names that stand in it */
  readonly mentioned: readonly string[];
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
