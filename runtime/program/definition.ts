import type { GivenMap } from "../arrays/givenMap.ts";
import type { LoopTrace, Operations } from "../arrays/operations.ts";
import type { ArrayValue, Space, Value } from "../arrays/value.ts";
import type { Place } from "../engine/place.ts";
import type { Operator } from "../operators/operator.ts";

/** What a name stands for once a program is bound: a value, an operator, a map, a size, or a space. */
export type Bound = Value | Operator | GivenMap | number | Space;

/**
 * The names that a program's functions may read. `constants` and the starts and intervals of givens and parameters see
 * sizes, spaces, givens (and, but for `constants`, constants and the parameters declared before); all others also see
 * parameters and inputs; `initial`, `step`, `finish`, `objective`, `until` also what was prepared. A `per step` name
 * stands for the value of the current step. A parameter that is a linear operator stands for its matrix, of shape
 * [entries of codomain, entries of domain].
 */
export type Known = Readonly<Record<string, Bound>>;
export type Values = Readonly<Record<string, Value>>;

/**
 * What an emitted module exports, and what the compiler's plan executes: one step of an algorithm and its adjoint,
 * without iteration. The functions are pure; the runtime owns iteration and differentiation. `Givens` and `Inputs` are
 * the types of what it is bound to and run on, where they are known.
 */
export interface ProgramDefinition<Givens extends object = object, Inputs extends object = object> {
  /** for the type checker alone: it is never there */
  readonly takes?: { readonly givens: Givens; readonly inputs: Inputs };
  readonly name: string;
  readonly doc: string;
  /** SHA-256 of the program's canonical text: weights and checkpoints carry it */
  readonly hash: string;
  readonly sizes: readonly SizeDeclaration[];
  readonly spaces: readonly SpaceDeclaration[];
  readonly givens: readonly DataDeclaration[];
  readonly inputs: readonly DataDeclaration[];
  readonly parameters: readonly ParameterDeclaration[];
  /** what else has to hold of the numbers that are bound; absent where nothing has */
  readonly requirements?: readonly Requirement[];
  /** what has to divide what so that all arrays have whole sizes; absent where nothing has */
  readonly divisions?: readonly Division[];
  readonly states: readonly StateDeclaration[];
  readonly output: { readonly type: TypeDeclaration };
  /** random numbers that the functions read by their names; absent where nothing is drawn */
  readonly draws?: readonly DrawDeclaration[];
  /**
   * the name under which `step`, `until` and `objective` know the number of the step just taken or being taken, from 0,
   * as a number of shape []; absent where the step has no counter
   */
  readonly counter?: string;
  /** values that depend on sizes and givens only: once a run, or once for each choice of sizes that only inputs fix */
  readonly constants: (operations: Operations, known: Known) => Readonly<Record<string, Bound>>;
  /** values that depend on parameters and inputs, once a batch */
  readonly prepare: Differentiable | null;
  /** the first state */
  readonly initial: Differentiable;
  /** `step` at the state that `initial` gives, where that is shorter; its reverse leaves out cotangents of states that nobody needs */
  readonly firstStep?: Differentiable<StepExtras>;
  /** the next state; null for a program that is evaluated once */
  readonly step: Differentiable<StepExtras> | null;
  readonly finish: Differentiable;
  readonly objective: ((operations: Operations, known: Known, state: Values) => ArrayValue) | null;
  /** 1 for the samples that may stop; `previous` is the state at the last test */
  readonly until:
    | ((operations: Operations, known: Known, state: Values, previous: Values, reports: Values) => ArrayValue)
    | null;
  readonly target: Target;
  readonly certificate: Certificate | null;
  /** warnings of the compiler that hold for every run */
  readonly notes: readonly string[];
  /** whether the reverses give the cotangents of inputs; absent where they do not */
  readonly inputGradients?: boolean;
  /** whether the reverses are of the program as it runs, its running averages standing still; absent where they train it */
  readonly frozen?: boolean;
}

export interface StepExtras {
  readonly reports: Values;
  /** per sample 1 where a `while` of this step ended at its cap; null if there is no loop */
  readonly capped: ArrayValue | null;
}

/**
 * A map (known, state) -> values with its reverse. The result of `finish` is `{ output }`; that of `prepare` the
 * prepared values; that of `initial` and `step` a state.
 */
export interface Differentiable<Extras = unknown> {
  readonly run: (operations: Operations, known: Known, state: Values) => { readonly values: Values } & Extras;
  /** null where nothing can be trained through it */
  readonly reverse: Reverse<Extras> | null;
}

export interface Reverse<Extras = unknown> {
  /** `run`, and what `adjoint` needs of it */
  readonly save: (
    operations: Operations,
    known: Known,
    state: Values,
  ) => { readonly values: Values; readonly saved: Saved } & Extras;
  /**
   * The vector-Jacobian product. `cotangents` has every name of the result: the driver fills in zeros. The answer has
   * the cotangents of all states, and of what was known those that are not zero. Null where there are none: for a
   * section that takes no states, and of which only `inputAdjoint` gives anything.
   */
  readonly adjoint:
    ((operations: Operations, known: Known, saved: Saved, cotangents: Values) => Cotangents) | null;
  /** the same for the state alone, for the adjoint solve; null but for the step of an equilibrium */
  readonly stateAdjoint:
    ((operations: Operations, known: Known, saved: Saved, cotangents: Values) => Values) | null;
  /**
   * the cotangents of inputs, and of prepared values that depend on inputs and nothing that is learned, where `adjoint`
   * leaves them out: training does not want them
   */
  readonly inputAdjoint?: (operations: Operations, known: Known, saved: Saved, cotangents: Values) => Values;
}

/** Values kept between a step and its adjoint; loops keep traces. */
export interface Saved {
  readonly values: Values;
  readonly traces: Readonly<Record<string, LoopTrace>>;
}

export interface Cotangents {
  readonly state: Values;
  readonly known: Values;
}

/** A dimension: a polynomial in sizes, as text of the language (`2*h`, `n`), or `null` bounds for open ranks. */
export type DimensionText = string;

export type TypeDeclaration =
  | {
      readonly kind: "array";
      readonly field: "real" | "complex";
      readonly dimensions: readonly DimensionText[];
    }
  | { readonly kind: "space"; readonly name: string }
  | { readonly kind: "product"; readonly parts: readonly TypeDeclaration[] }
  | { readonly kind: "operator"; readonly domain: TypeDeclaration; readonly codomain: TypeDeclaration }
  | { readonly kind: "map"; readonly domain: TypeDeclaration; readonly codomain: TypeDeclaration };

export interface SizeDeclaration {
  readonly name: string;
  readonly initial: number | null;
}

export interface SpaceDeclaration {
  readonly name: string;
  readonly field: "real" | "complex" | "any";
}

/** Ends are numbers, or Infinity; open ends exclude them. */
export interface IntervalDeclaration {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

export interface DataDeclaration {
  readonly name: string;
  readonly type: TypeDeclaration;
  readonly doc: string;
  readonly perStep: boolean;
  readonly interval: IntervalDeclaration | null;
  /** declared bounds and properties, checked at binding where they can be refuted */
  readonly properties: readonly { readonly name: string; readonly bound: number | null }[];
  /** the default, from givens and sizes alone; null where a binding is compulsory */
  readonly initial: ((operations: Operations, known: Known) => Value) | null;
}

export interface ParameterDeclaration {
  readonly name: string;
  readonly type: TypeDeclaration;
  readonly doc: string;
  readonly perStep: boolean;
  /** names of the layers' weights carry dots: `D.conv3.filter` */
  readonly initial: ParameterStart;
  /** the ends now, given the values of other parameters; null where every value is allowed */
  readonly interval:
    | ((
        operations: Operations,
        known: Known,
      ) => {
        readonly low: ArrayValue | null;
        readonly high: ArrayValue | null;
        readonly lowOpen: boolean;
        readonly highOpen: boolean;
      })
    | null;
  readonly via: "projection" | "softplus" | "log" | "sigmoid";
  /** the nearest value of a set to the parameter's own, which `known` holds; null where an interval says it all */
  readonly projection: ((operations: Operations, known: Known) => Value) | null;
  /** a bound of the layer's operator norm that is kept after each update */
  readonly spectralBound: number | null;
  /**
   * of a running average that no optimiser moves: the parameter that counts its batches, whose cotangent is minus the
   * number of new ones; that of an average is the sum of its distances to their statistics
   */
  readonly average?: string;
  /** of a program that this one calls: no optimiser moves it; a file of that program's weights has it under `name` */
  readonly of?: { readonly program: string; readonly hash: string; readonly name: string };
}

/**
 * A number, or the entries of an array, that have to lie in an interval once all is bound: a given whose interval has
 * computed ends, an index below a size, the radius of a ball. `evaluate` sees what the interval of a parameter sees, and
 * the inputs.
 */
export interface Requirement {
  /** the bound name that decides it */
  readonly name: string;
  /** what has to lie in the interval, at the begin of a sentence */
  readonly of: string;
  /** the interval as the program has it */
  readonly written: string;
  /** whether an end of the interval is computed */
  readonly computed: boolean;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
  readonly evaluate: (
    operations: Operations,
    known: Known,
  ) => { readonly value: ArrayValue; readonly low: ArrayValue | null; readonly high: ArrayValue | null };
}

/** A polynomial in sizes that a number has to divide; `place` is where the program asks for it, where that is known. */
export interface Division {
  readonly dividend: DimensionText;
  readonly divisor: number;
  readonly place?: Place;
}

/** How weights are drawn. */
export type RandomStart = "he" | "xavier" | "uniform" | "average" | "zero" | "one" | "dct";

export type ParameterStart =
  | { readonly kind: "value"; readonly evaluate: (operations: Operations, known: Known) => Value }
  /** by the shape: filters [kh, kw, c, out], matrices [out, in], anything else without fans */
  | { readonly kind: "random"; readonly init: RandomStart }
  /** entries that the program brings: 32-bit floats from the lowest byte on, as base64 */
  | { readonly kind: "stored"; readonly float32: string };

/**
 * Random numbers. Those of a `sample` are drawn once, before the first step, and are known like its inputs; those of a
 * `step` are drawn anew in each, and only the step reads them.
 */
export interface DrawDeclaration {
  readonly name: string;
  /** with `loop`, the first axis is that of the rounds */
  readonly type: TypeDeclaration;
  readonly when: "sample" | "step";
  /** present where it is read while training only; in an equilibrium it then stays the same in all steps */
  readonly training?: true;
  /** the number of the statement in the program, from 0, and the rounds of the loops around that are written out */
  readonly statement: number;
  readonly rounds: readonly number[];
  /** the most rounds of the loops around that stay loops */
  readonly loop?: number;
  readonly of: Distribution;
}

/** `uniform` is on [0, 1); `index` and `batch` are whole numbers below a count, those of a `batch` different. */
export type Distribution =
  | { readonly kind: "normal" | "uniform" | "rademacher" }
  | { readonly kind: "index" | "batch"; readonly below: DimensionText };

export interface StateDeclaration {
  readonly name: string;
  readonly type: TypeDeclaration;
  /** checked while running: `with assumed` */
  readonly assumedInterval: IntervalDeclaration | null;
  /** whether the next step reads it: such states are the unknown of an equilibrium */
  readonly carried: boolean;
}

/**
 * A count of a target: a number, or an elementwise expression of sizes and of numbers that are given, such as
 * `"50*m/b"`, rounded up once those are bound.
 */
export type Count = number | string;

export type Target =
  | { readonly kind: "direct" }
  | {
      readonly kind: "solver";
      readonly maximum: Count;
      readonly every: Count;
      readonly accelerate: FixedPointSolver | null;
    }
  | {
      readonly kind: "unrolled";
      readonly steps: Count;
      readonly beyond: "error" | "last" | "cycle";
      /** present where a caller has chosen the steps, who may take fewer of them than there are values */
      readonly chosen?: true;
      /** the header parameter that counts the steps (`unroll(K)`): where it is bound, it stands for `steps` */
      readonly size?: string;
    }
  | {
      readonly kind: "equilibrium";
      readonly solver: FixedPointSolver;
      readonly tolerance: number;
      readonly maximum: Count;
      readonly backward: AdjointSolver;
      readonly otherwise: Otherwise;
    };

export type FixedPointSolver =
  | { readonly kind: "picard" }
  | { readonly kind: "anderson"; readonly memory: number; readonly damping: number; readonly ridge: number }
  | { readonly kind: "broyden"; readonly memory: number };

export type AdjointSolver =
  | { readonly kind: "gmres"; readonly tolerance: number; readonly restart: number; readonly maximum: number }
  | { readonly kind: "bicgstab"; readonly tolerance: number; readonly maximum: number }
  | { readonly kind: "neumann"; readonly terms: number }
  | { readonly kind: "jacobian_free" }
  | (Exclude<FixedPointSolver, { kind: "picard" }> & {
      readonly tolerance: number;
      readonly maximum: number;
    });

/** What happens to samples whose equilibrium was not found. */
export type Otherwise =
  | { readonly kind: "error" }
  | { readonly kind: "drop" }
  | { readonly kind: "retry" }
  | { readonly kind: "unroll"; readonly steps: number };

/** What the compiler can say of convergence, in words and as data. */
export interface Certificate {
  readonly answer: "proved" | "probabilistic" | "not_found" | "refuted";
  readonly algorithm: string | null;
  readonly statement: string;
  readonly conditions: readonly string[];
}
