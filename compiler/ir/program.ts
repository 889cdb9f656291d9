import type {
  Certificate,
  DataDeclaration,
  IntervalDeclaration,
  ParameterStart,
  Requirement,
  Target,
} from "../../runtime/program/definition.ts";
import type { Span } from "../source/span.ts";
import type { Dimension } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import type { Block, IrFunction, Variable } from "./block.ts";

/**
 * A whole program in the IR. Its sections are blocks; each sees the variables of the declarations and of the sections
 * before it in this order: constants (givens only), prepare (parameters and inputs, too), then any of initial, step,
 * finish, objective, until. So moving an equation to an earlier section is all that hoisting means.
 */
export interface IrProgram {
  readonly name: string;
  readonly doc: string;
  readonly hash: string;
  readonly sizes: readonly { readonly name: string; readonly initial: number | null }[];
  readonly spaces: readonly { readonly name: string; readonly field: "any" | "real" | "complex" }[];
  readonly givens: readonly IrData[];
  readonly inputs: readonly IrData[];
  readonly parameters: readonly IrParameter[];
  /** what has to hold of bound numbers; their blocks see declarations and constants */
  readonly requirements: readonly IrRequirement[];
  /** what has to divide what so that all arrays have whole sizes; absent where nothing has */
  readonly divisions?: readonly IrDivision[];
  readonly states: readonly IrState[];
  readonly reports: readonly string[];
  /** the iteration number of `step k`, from 0 */
  readonly counter: Variable | null;
  /** random numbers: those of samples are known from `prepare` on, those of steps in the step alone */
  readonly draws: readonly IrDraw[];
  readonly functions: readonly IrFunction[];
  readonly constants: Block;
  readonly prepare: Block;
  /** results: the states in order */
  readonly initial: Block;
  /** parameters: the states; results: the next states, then the reports, then `capped` if `loops` */
  readonly step: Block | null;
  /** the step at the states that `initial` gives, with the same parameters and results; absent where it is no shorter */
  readonly firstStep?: Block;
  readonly loops: boolean;
  /** parameters: the states; result: the output */
  readonly finish: Block;
  /** parameters: the states; result: a number */
  readonly objective: Block | null;
  /** parameters: the states, the states at the last test, the reports; result: a bool */
  readonly until: Block | null;
  readonly targets: readonly IrTarget[];
  readonly certificate: Certificate | null;
}

export interface IrData {
  readonly variable: Variable;
  readonly doc: string;
  readonly perStep: boolean;
  readonly interval: IntervalDeclaration | null;
  readonly properties: DataDeclaration["properties"];
  /** a block without parameters and one result that reads sizes and earlier givens */
  readonly initial: Block | null;
}

/** Random numbers that the runtime draws; see DrawDeclaration. */
export interface IrDraw {
  readonly variable: Variable;
  /** whether it is drawn while training only */
  readonly training: boolean;
  readonly when: "sample" | "step";
  readonly statement: number;
  readonly rounds: readonly number[];
  /** the most rounds of the loops around, the first axis of the variable; null outside of loops */
  readonly loop: number | null;
  readonly of: IrDistribution;
}

export type IrDistribution =
  | { readonly kind: "normal" | "uniform" | "rademacher" }
  | { readonly kind: "index" | "batch"; readonly below: Dimension };

export interface IrParameter {
  readonly variable: Variable;
  /** the name in files of weights: `theta`, `D.conv3.filter` */
  readonly name: string;
  readonly doc: string;
  readonly perStep: boolean;
  readonly via: "projection" | "softplus" | "log" | "sigmoid";
  readonly interval: {
    readonly low: Block | null;
    readonly high: Block | null;
    readonly lowOpen: boolean;
    readonly highOpen: boolean;
  } | null;
  readonly initial:
    | { readonly kind: "block"; readonly block: Block }
    | Extract<ParameterStart, { kind: "random" | "stored" }>;
  readonly spectralBound: number | null;
  /** of a running average: the parameter that counts its batches */
  readonly average?: string;
  /** of a program that is called: no optimiser moves it, and a file of that program's weights has it */
  readonly of?: { readonly program: string; readonly hash: string; readonly name: string };
  /** the nearest value that is allowed, which reads the parameter itself; absent where an interval says it all */
  readonly projection?: Block;
}

/** A number or array that has to lie in an interval once all is bound; see Requirement. */
export interface IrRequirement extends Omit<Requirement, "evaluate"> {
  readonly value: Block;
  readonly low: Block | null;
  readonly high: Block | null;
}

/** A polynomial in sizes that a number has to divide; `span` is the place that asks for it. */
export interface IrDivision {
  readonly dividend: Dimension;
  readonly divisor: number;
  readonly span: Span | null;
}

export interface IrState {
  readonly name: string;
  readonly space: Space;
  readonly doc: string;
  readonly assumedInterval: IntervalDeclaration | null;
  readonly carried: boolean;
}

/** A target with its settings, as the program declares it or by default. */
export interface IrTarget {
  readonly target: Target;
  readonly declared: boolean;
}
