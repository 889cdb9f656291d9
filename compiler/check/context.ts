import type { Argument, Block, Expression, Fun, Let, Net } from "../ast/tree.ts";
import type { CheckedSetting } from "./calls/defaults.ts";
import type { SettingRule } from "../library/signature.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source/span.ts";
import type { Dimension } from "../types/dimension.ts";
import type { Interval } from "../types/interval.ts";
import type { Substitution } from "../types/substitution.ts";
import type { Type } from "../types/type.ts";
import type { Level, Symbol, Typed } from "../types/typing.ts";
import type { DeclaredBounds } from "./bounds.ts";
import type { CheckedNet } from "./nets.ts";
import type { Callable, Instance } from "./programs/instance.ts";
import type { Extent } from "./rules/extent.ts";
import type { Scope } from "./scope.ts";
import type { BlockOwner } from "./statements/block.ts";
import type { OperatorUse } from "./undetermined.ts";

/** How a function, a map or a network is called. */
export interface Signature {
  /** header names that each call replaces by its own: spaces and sizes */
  readonly generic: readonly string[];
  readonly parameters: readonly SignatureParameter[];
  readonly result: Type;
  readonly resultInterval: Interval | null;
  readonly level: Level;
}

export interface SignatureParameter {
  readonly name: string;
  readonly type: Type;
  readonly bounds: DeclaredBounds | null;
}

/** What is known of declarations, by symbol; symbols are objects, so that one map serves all files. */
export interface Knowledge {
  readonly definitions: Map<Symbol, Fun<Typed> | Let<Typed>>;
  /** of what is written out where it is read: functions, networks, operators */
  readonly extents: Map<Symbol, Extent>;
  readonly signatures: Map<Symbol, Signature>;
  readonly bounds: Map<Symbol, DeclaredBounds>;
  readonly nets: Map<Symbol, Net<Typed>>;
  readonly netShapes: Map<Symbol, CheckedNet>;
  /** what learned networks start from */
  readonly networks: Map<Symbol, Expression<Typed>>;
  /** the number of values that a drawn index can have */
  readonly indexCounts: Map<Symbol, Dimension>;
  /** programs that may be called, by their items */
  readonly callables: Map<Symbol, Callable>;
  /** methods, which nobody may call, with the functions that they are given */
  readonly methods: Map<Symbol, readonly string[]>;
  /** the programs that are called, as their calls have them */
  readonly instances: Map<Symbol, Instance>;
  /** by a network that gives the weights of a program: `weights(P)`, from which they begin */
  readonly weightStarts: Map<Symbol, Expression<Typed>>;
}

/** The rules that reach each other through expressions and blocks. */
export interface Rules {
  readonly expression: (environment: Environment, expression: Expression) => Expression<Typed>;
  readonly block: (environment: Environment, block: Block, owner: BlockOwner) => Block<Typed>;
  readonly body: (
    environment: Environment,
    block: Block,
    owner: Extract<BlockOwner, { kind: "fun" | "net" }>,
  ) => Block<Typed>;
  readonly setting: (
    environment: Environment,
    name: string,
    rule: SettingRule | null,
    value: Argument["value"],
  ) => CheckedSetting;
}

/** What has to hold of bound numbers, as the checker found it; see Requirement of the runtime. */
export type CheckedRequirement =
  /** an index below a size */
  | {
      readonly kind: "index";
      readonly span: Span;
      readonly text: string;
      readonly index: Dimension;
      readonly last: Dimension;
    }
  | {
      readonly kind: "value";
      readonly span: Span;
      /** what has to lie in the interval, at the begin of a sentence */
      readonly what: string;
      readonly value: Expression<Typed>;
      readonly within: Interval;
    };

/** One check of one item. It is made twice: the second time with the unknowns that the first has solved. */
export interface Run {
  readonly rules: Rules;
  readonly substitution: Substitution;
  readonly knowledge: Knowledge;
  readonly diagnostics: Diagnostic[];
  /** names that occur in an expression, and in which parts of the program */
  readonly reads: Map<Symbol, Set<Place>>;
  /** declarations whose name should be read somewhere */
  readonly declared: Symbol[];
  /** names that were reported as unknown: one fault, one error */
  readonly unknown: Set<string>;
  /** names that a reported fault is about: whether they are read says nothing */
  readonly excused: Set<string>;
  /** `report`s of the step, which `until` may read */
  readonly reports: Map<string, Symbol>;
  /** names that could not be read by the parser, and so are unknown without an error */
  readonly broken: ReadonlySet<string>;
  /** names in declarations that could not be read: they may have been declared there */
  readonly missing: ReadonlySet<string>;
  /** whether a part of the text is missing from the tree */
  readonly partial: boolean;
  /** names that are declared further down, with where */
  readonly later: Map<string, NamedPlace>;
  /** the spaces of the header, by name */
  readonly spaces: Map<string, Symbol>;
  /** names of the step, for what is read outside of it */
  readonly stepNames: Map<string, NamedPlace>;
  /** what can only be tested once data is bound */
  readonly requirements: CheckedRequirement[];
  /** operators of the library by their places, whose spaces the whole program has to determine */
  readonly operatorUses: Map<string, OperatorUse>;
  /** what is looked at once the spaces of the whole program are found */
  readonly postponed: (() => unknown)[];
  /** what the item's data can be asked when bound: a called program knows the sizes of its caller, a `fun` none */
  readonly testable: "all" | "sizes" | "none";
  /** features that are for later and were reported once */
  readonly announced: Set<string>;
  /** the defaults of header sizes */
  readonly sizes: Record<string, number>;
  /** the iteration number, once the step is checked */
  counter: Symbol | null;
  readonly span: Span;
}

/** Where a name is declared that cannot be read here, and with which word. */
export interface NamedPlace {
  readonly span: Span;
  readonly word: string;
}

/** In which part of a program an expression stands; what may be read depends on it. */
export type Place =
  | "header"
  | "given"
  | "learn"
  | "let"
  | "fun"
  | "state"
  | "draw"
  | "step"
  | "until"
  | "objective"
  | "output"
  | "net"
  | "binding";

/** What is known at a point of the step: it changes from statement to statement. */
export interface Flow {
  /** the intervals of states and vars as they are now */
  readonly intervals: Map<Symbol, Interval | null>;
  /** states that some path has updated, and that every path has */
  readonly updated: Set<Symbol>;
  readonly surelyUpdated: Set<Symbol>;
  /** states whose value of the step's begin was read */
  readonly startsRead: Set<Symbol>;
}

/** Where an expression is checked. */
export interface Environment {
  readonly run: Run;
  readonly scope: Scope;
  readonly flow: Flow;
  readonly place: Place;
  /** whether the expression stands in a function that is declared in the step */
  readonly inStep: boolean;
  /** whether diagnostics are withheld: the first rounds over a loop */
  readonly silent: boolean;
}

/** A point of which nothing is known. */
export function emptyFlow(): Flow {
  return { intervals: new Map(), updated: new Set(), surelyUpdated: new Set(), startsRead: new Set() };
}

/** A copy, for one side of a branch. */
export function copyFlow(flow: Flow): Flow {
  return {
    intervals: new Map(flow.intervals),
    updated: new Set(flow.updated),
    surelyUpdated: new Set(flow.surelyUpdated),
    startsRead: flow.startsRead,
  };
}

/** Reports a diagnostic, unless this is a round that is repeated. */
export function report(environment: Environment, diagnostic: Diagnostic): void {
  if (!environment.silent) environment.run.diagnostics.push(diagnostic);
}

/** Notes that an expression reads a name. */
export function recordRead(environment: Environment, symbol: Symbol): void {
  const places = environment.run.reads.get(symbol);
  if (places === undefined) environment.run.reads.set(symbol, new Set([environment.place]));
  else places.add(environment.place);
}

/** Notes a declaration whose name should be read somewhere. */
export function awaitRead(environment: Environment, symbol: Symbol): void {
  if (!environment.silent) environment.run.declared.push(symbol);
}

/** The later of stages. */
export function latest(...levels: readonly Level[]): Level {
  return levels.reduce<Level>((a, b) => (a > b ? a : b), 0);
}
