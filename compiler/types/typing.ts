import type {
  Draw,
  Expression,
  Fun,
  Given,
  Input,
  Learn,
  Let,
  LetTuple,
  Net,
  Parsed,
  Report,
  Stage,
  State,
  Step,
  TypedName,
  Var,
} from "../ast/tree.ts";
import type { LibraryName } from "../library/names.ts";
import type { OnnxNetwork } from "../onnx/network.ts";
import type { Span } from "../source/span.ts";
import type { Dimension } from "./dimension.ts";
import type { Interval } from "./interval.ts";
import type { Fact } from "./property.ts";
import type { Space } from "./space.ts";
import type { Type } from "./type.ts";

/** When a value is known: 0 constant, 1 given, 2 learned, 3 sample, 4 iteration (docs/language.md, section 1). */
export type Level = 0 | 1 | 2 | 3 | 4;

/** What the checker knows of every expression. */
export interface Typing {
  readonly type: Type;
  readonly level: Level;
  /** where the real entries lie; null for what has no order */
  readonly interval: Interval | null;
  readonly facts: readonly Fact[];
}

/** What a name is. Identity is the object: every reference to one declaration shares it. */
export interface Symbol {
  readonly name: string;
  readonly span: Span;
  readonly origin: SymbolOrigin;
  readonly typing: Typing;
  /** learnables and givens with one value for each step */
  readonly perStep: boolean;
}

/** The declaration that made a symbol. */
export type SymbolOrigin =
  /** `stands`: in a program that is called, what its size is in the caller */
  | { readonly kind: "size"; readonly initial: number | null; readonly stands?: Dimension }
  | { readonly kind: "space"; readonly space: Space }
  | { readonly kind: "given"; readonly declaration: Given<Parsed> }
  | { readonly kind: "input"; readonly declaration: Input<Parsed> }
  | { readonly kind: "learn"; readonly declaration: Learn<Parsed> }
  | { readonly kind: "let"; readonly declaration: Let<Parsed> | LetTuple<Parsed>; readonly index: number }
  | { readonly kind: "var"; readonly declaration: Var<Parsed> }
  | { readonly kind: "state"; readonly declaration: State<Parsed> }
  | { readonly kind: "fun"; readonly declaration: Fun<Parsed> }
  | { readonly kind: "net"; readonly declaration: Net<Parsed> }
  | { readonly kind: "argument"; readonly declaration: TypedName<Parsed> }
  | { readonly kind: "counter"; readonly declaration: Step<Parsed> }
  | { readonly kind: "draw"; readonly declaration: Draw<Parsed> }
  | { readonly kind: "report"; readonly declaration: Report<Parsed> }
  | { readonly kind: "item"; readonly item: "program" | "problem" };

/** What a name in an expression refers to. */
export type Reference =
  | { readonly kind: "symbol"; readonly symbol: Symbol }
  | { readonly kind: "library"; readonly name: LibraryName }
  /** a word of a setting: `periodic`, `columns`, `sym4` */
  | { readonly kind: "word" }
  | { readonly kind: "unknown" };

/** What a product sign means (docs/language.md, section 2). */
export type ProductMeaning =
  /** numbers, or entry by entry; one side may be a number */
  | "multiply"
  | "divide"
  /** a number times an operator, or an operator over a number */
  | "scaleOperator"
  | "scaleFunction"
  | "apply"
  | "compose"
  | "unknown";

/** What a call means, its arguments matched to parameters. */
export type CallMeaning =
  /** a `fun` of the program, an argument that is a function, or `grad f`: `callee(arguments)` */
  | {
      readonly kind: "function";
      readonly callee: Expression<Typed>;
      readonly arguments: readonly Expression<Typed>[];
    }
  /** a `learn`ed network, or a `given` map */
  | { readonly kind: "map"; readonly symbol: Symbol; readonly arguments: readonly Expression<Typed>[] }
  /** a name of the library: `arguments` by position, `settings` by name with every default filled in */
  | {
      readonly kind: "library";
      readonly name: LibraryName;
      readonly arguments: readonly Expression<Typed>[];
      readonly settings: Readonly<Record<string, SettingValue>>;
      /** result space for an operator of the library: its domain and codomain as inferred */
      readonly operator: { readonly domain: Space; readonly codomain: Space } | null;
    }
  /** `prox(function)(x)` */
  | {
      readonly kind: "prox";
      readonly function: Expression<Typed>;
      readonly scaling: Expression<Typed> | null;
      readonly by: SettingValue | null;
      readonly point: Expression<Typed> | null;
    }
  /** `derivative(of)(x)`, an operator */
  | {
      readonly kind: "derivative";
      readonly of: Expression<Typed>;
      readonly point: readonly Expression<Typed>[];
    }
  /** `proj(set)(x)` */
  | { readonly kind: "projection"; readonly set: Expression<Typed>; readonly point: Expression<Typed> | null }
  /** a `net` used as a layer or as the start of a learnable; sizes of its header by name */
  | {
      readonly kind: "network";
      readonly net: Symbol;
      readonly arguments: readonly Expression<Typed>[];
      readonly sizes: Readonly<Record<string, Dimension>>;
    }
  /** a program that is called; `of` names its instance among those that the caller has */
  | {
      readonly kind: "program";
      readonly of: Symbol;
      /** by the symbols of the instance's givens and inputs; what is left out has its default */
      readonly arguments: ReadonlyMap<Symbol, Expression<Typed>>;
      /** null: as initialised or as trained */
      readonly weights: Expression<Typed> | null;
    }
  /** `weights(P)` as a value; the starts of what P learns read the caller's givens of the same names */
  | {
      readonly kind: "weights";
      readonly of: Symbol;
      readonly arguments: ReadonlyMap<Symbol, Expression<Typed>>;
    }
  | { readonly kind: "unknown" };

/** The value of a setting once checked. */
export type SettingValue =
  | { readonly kind: "number"; readonly value: number }
  /** a number that depends on sizes */
  | { readonly kind: "dimension"; readonly value: Dimension }
  | { readonly kind: "expression"; readonly value: Expression<Typed> }
  | { readonly kind: "word"; readonly value: string }
  | { readonly kind: "truth"; readonly value: boolean }
  | { readonly kind: "list"; readonly values: readonly number[] }
  | {
      readonly kind: "method";
      readonly name: string;
      readonly settings: Readonly<Record<string, SettingValue>>;
    };

/** The stage of the tree after checking. */
export interface Typed extends Stage {
  readonly expression: Typing;
  readonly name: Reference;
  readonly product: ProductMeaning;
  readonly call: CallMeaning;
  readonly type: Type;
  readonly declaration: Symbol | readonly Symbol[];
  /** null after an error */
  readonly network: OnnxNetwork | null;
}
