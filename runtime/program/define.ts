import type { Operations } from "../arrays/operations.ts";
import type { Value } from "../arrays/value.ts";
import type {
  DataDeclaration,
  ParameterDeclaration,
  ParameterStart,
  ProgramDefinition,
  Requirement,
} from "./definition.ts";

/**
 * A program whose functions state what they read: `Known` has the names of what is known with their types, `State`
 * those of the states. It is a `ProgramDefinition` in all else, and the form in which modules are emitted.
 */
export type TypedProgram<Known, State> = Omit<ProgramDefinition, "doc" | keyof TypedFunctions<Known, State>> &
  TypedFunctions<Known, State> & { readonly doc?: string };

interface TypedFunctions<Known, State> {
  readonly givens: readonly TypedData<Known>[];
  readonly inputs: readonly TypedData<Known>[];
  readonly parameters: readonly TypedParameter<Known>[];
  readonly requirements?: readonly TypedRequirement<Known>[];
  readonly constants: (operations: Operations, known: Known) => object;
  readonly prepare: TypedSection<Known, object, object, never> | null;
  readonly initial: TypedSection<Known, object, State, State>;
  readonly firstStep?: TypedSection<Known, State, State, State, TypedExtras, Partial<State>>;
  readonly step: TypedSection<Known, State, State, State, TypedExtras> | null;
  readonly finish: TypedSection<Known, State, Output, Output>;
  readonly objective: ((operations: Operations, known: Known, state: State) => Value) | null;
  readonly until:
    ((operations: Operations, known: Known, state: State, previous: State, reports: never) => Value) | null;
}

interface Output {
  readonly output: Value;
}

interface TypedExtras {
  readonly reports: object;
  readonly capped: Value | null;
}

/** `Differentiable`, from `State` to `Result`; `saved` is whatever `save` returns. */
interface TypedSection<Known, State, Result, Cotangents, Extras = unknown, Back = State> {
  readonly run: (operations: Operations, known: Known, state: State) => { readonly values: Result } & Extras;
  readonly reverse: {
    readonly save: (
      operations: Operations,
      known: Known,
      state: State,
    ) => { readonly values: Result; readonly saved: TypedSaved } & Extras;
    readonly adjoint:
      | ((
          operations: Operations,
          known: Known,
          saved: never,
          cotangents: Cotangents,
        ) => { readonly state: Back; readonly known: { readonly [Name in keyof Known]?: Value } })
      | null;
    readonly stateAdjoint:
      ((operations: Operations, known: Known, saved: never, cotangents: Cotangents) => State) | null;
    readonly inputAdjoint?: (
      operations: Operations,
      known: Known,
      saved: never,
      cotangents: Cotangents,
    ) => { readonly [Name in keyof Known]?: Value };
  } | null;
}

interface TypedSaved {
  readonly values: object;
  readonly traces: object;
}

type Evaluate<Known> = (operations: Operations, known: Known) => Value;

/** What a declaration need not say: the values that it then has. */
const DATA_DEFAULTS = { doc: "", perStep: false, interval: null, properties: [], initial: null } as const;
const PARAMETER_DEFAULTS = {
  doc: "",
  perStep: false,
  interval: null,
  via: "projection",
  projection: null,
  spectralBound: null,
} as const;

type TypedData<Known> = Pick<DataDeclaration, "name" | "type"> &
  Partial<Omit<DataDeclaration, "name" | "type" | "initial">> & { readonly initial?: Evaluate<Known> };

type TypedParameter<Known> = Pick<ParameterDeclaration, "name" | "type"> &
  Partial<Omit<ParameterDeclaration, "name" | "type" | "initial" | "interval" | "projection">> & {
    readonly initial:
      | { readonly kind: "value"; readonly evaluate: Evaluate<Known> }
      | Extract<ParameterStart, { readonly kind: "random" | "stored" }>;
    readonly interval?: (operations: Operations, known: Known) => TypedInterval;
    readonly projection?: Evaluate<Known>;
  };

type TypedRequirement<Known> = Omit<Requirement, "evaluate"> & {
  readonly evaluate: (
    operations: Operations,
    known: Known,
  ) => { readonly value: Value; readonly low: Value | null; readonly high: Value | null };
};

interface TypedInterval {
  readonly low: Value | null;
  readonly high: Value | null;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

/**
 * A program as the runtime takes it. The types of `Known` and `State` are not looked at again: binding gives to every
 * name what its declaration in this very definition says, and the compiler has proved numbers to be numbers. `Givens`
 * and `Inputs` say what `model` and `run` take.
 */
export function defineProgram<
  Known extends object,
  State extends object,
  Givens extends object = object,
  Inputs extends object = object,
>(program: TypedProgram<Known, State>): ProgramDefinition<Givens, Inputs> {
  const definition: unknown = {
    doc: "",
    ...program,
    givens: program.givens.map((data) => ({ ...DATA_DEFAULTS, ...data })),
    inputs: program.inputs.map((data) => ({ ...DATA_DEFAULTS, ...data })),
    parameters: program.parameters.map((parameter) => ({ ...PARAMETER_DEFAULTS, ...parameter })),
  };
  return definition as ProgramDefinition<Givens, Inputs>;
}
