import type {
  Draw,
  Expression,
  File,
  Fun,
  Given,
  Input,
  Item,
  Learn,
  Let,
  LetTuple,
  Net,
  Output,
  Program,
  State,
  Step,
} from "../ast/tree.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import type { Target } from "../../runtime/program/definition.ts";
import type { CheckedRequirement } from "./context.ts";
import type { Instance } from "./programs/instance.ts";

/** A program after checking: its members by sort, in order, each typed. */
export interface CheckedProgram {
  readonly tree: Program<Typed>;
  readonly givens: readonly Given<Typed>[];
  readonly inputs: readonly Input<Typed>[];
  readonly learnables: readonly Learn<Typed>[];
  readonly states: readonly State<Typed>[];
  /** lets, functions and draws of the program level, in order */
  readonly bindings: readonly (Let<Typed> | LetTuple<Typed> | Fun<Typed> | Draw<Typed>)[];
  readonly step: Step<Typed> | null;
  readonly output: Output<Typed>;
  readonly objective: Expression<Typed> | null;
  readonly until: Expression<Typed> | null;
  readonly targets: readonly CheckedTarget[];
  /** what can only be tested once data is bound */
  readonly requirements: readonly CheckedRequirement[];
  /** networks and functions of the file and of its imports that the program can reach, by name */
  readonly nets: ReadonlyMap<string, Net<Typed>>;
  readonly functions: ReadonlyMap<string, Fun<Typed>>;
  /** the other files that it is made of: those that its file imports, and what they import, in the order of reading */
  readonly imported: readonly File[];
  /** the programs that it calls, by the symbols of their instances */
  readonly instances: ReadonlyMap<Symbol, Instance>;
  /** by a network that gives the weights of a program: `weights(P)`, from which they begin */
  readonly weightStarts: ReadonlyMap<Symbol, Expression<Typed>>;
}

/** A target as declared, every default filled in; counts may depend on sizes and are expressions. */
export interface CheckedTarget {
  readonly target: Target;
  /** the header parameter in `unroll(K)` */
  readonly stepsParameter: string | null;
  readonly proof: "required" | "wanted" | "none";
  /** counts that depend on sizes or givens, rounded up once those are bound; `target` holds their defaults */
  readonly counts: {
    readonly steps?: Expression<Typed>;
    readonly maximum?: Expression<Typed>;
    readonly every?: Expression<Typed>;
  };
}

/** The answer of the checker for one file. `items` and `programs` hold what is sound. */
export interface CheckResult {
  readonly items: readonly Item<Typed>[];
  readonly programs: readonly CheckedProgram[];
  readonly diagnostics: readonly Diagnostic[];
}
