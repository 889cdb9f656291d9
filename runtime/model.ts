import { operations as operationsOn } from "./arrays/create.ts";
import type { Operations } from "./arrays/operations.ts";
import { handlesOf } from "./arrays/value.ts";
import { engine as chooseEngine, type EngineChoice, type EngineName } from "./engine/select.ts";
import type { HostArray } from "./io/hostArray.ts";
import { readSafetensors, writeSafetensors } from "./io/safetensors.ts";
import { bind } from "./program/bind.ts";
import { release, withParameters, type BoundProgram } from "./program/bound.ts";
import type { Data } from "./program/datum.ts";
import type { ProgramDefinition } from "./program/definition.ts";
import { bindInputs } from "./program/inputs.ts";
import { saveParameters } from "./program/parameters.ts";
import { downloadParts, perSample } from "./program/transfer.ts";
import type { SolveOptions } from "./solve/options.ts";
import type { SolveResult } from "./solve/result.ts";
import { Runs } from "./solve/runs.ts";
import { perform } from "./solve/task.ts";
import type { TrainingData } from "./train/data.ts";
import { train, type TrainingOptions, type TrainingResult } from "./train/trainer.ts";

/** How a model is made, besides its data. */
export interface ModelSettings {
  readonly sizes?: Readonly<Record<string, number>>;
  /** a file of weights: see `Model.weights` */
  readonly weights?: Uint8Array;
  /** steps of an unrolled program, instead of its own number */
  readonly steps?: number;
  readonly seed?: number;
  /** an engine's name, a choice such as `{ tf }`, or operations that are shared with other models */
  readonly engine?: EngineName | EngineChoice | Operations;
}

/** What a model computed, on the host; lists have one entry for each sample. */
export interface ModelResult extends Pick<
  SolveResult,
  "samples" | "iterations" | "converged" | "residual" | "objective" | "reason" | "seconds" | "trace"
> {
  /** the output, or its first part; samples on the first axis where a batch went in */
  readonly output: HostArray;
  /** all parts of the output */
  readonly parts: readonly HostArray[];
}

/** The givens of a program, which may be left out where none is needed, and settings. */
type ModelArguments<Givens extends object> =
  Partial<Givens> extends Givens
    ? [givens?: Givens, settings?: ModelSettings]
    : [givens: Givens, settings?: ModelSettings];

/**
 * Binds a compiled program to its givens: `const network = await model(lista, { A, lambda: 0.1 })`. What an emitted
 * module exports knows the names of its givens and inputs; a wrong or a missing one is an error of types.
 * @throws BindingError, DataError
 */
export async function model<Givens extends object, Inputs extends object>(
  definition: ProgramDefinition<Givens, Inputs>,
  ...[givens, settings = {}]: ModelArguments<Givens>
): Promise<Model<Inputs>> {
  const { engine = {}, weights, sizes, steps, seed } = settings;
  const operations = await operationsOf(engine);
  const program = await bind(definition, operations, {
    givens: { ...givens },
    ...(sizes === undefined ? {} : { sizes }),
    ...(steps === undefined ? {} : { steps }),
    ...(seed === undefined ? {} : { seed }),
    ...(weights === undefined ? {} : { weights: readSafetensors(weights) }),
  });
  return new Model(program);
}

async function operationsOf(engine: NonNullable<ModelSettings["engine"]>): Promise<Operations> {
  if (typeof engine === "string") return operationsOn(await chooseEngine({ name: engine }));
  return "map" in engine ? engine : operationsOn(await chooseEngine(engine));
}

/** How a model is trained: as `TrainingOptions` say, on the inputs of its program. */
export interface ModelTraining<Inputs extends object> extends Omit<TrainingOptions, "data"> {
  readonly data: TrainingData<Inputs>;
}

/** A bound program with its parameters, which training replaces; `Inputs` are those of a run. */
export class Model<Inputs extends object = object> {
  private bound: BoundProgram;
  private runs: Runs;

  constructor(program: BoundProgram) {
    this.bound = program;
    this.runs = new Runs(program);
  }

  /** The program as it is bound now. */
  get program(): BoundProgram {
    return this.bound;
  }

  /**
   * Runs the program on one sample or a batch. Where an input's declared type leaves the number of axes open,
   * `batched` says that the first axis counts samples. Short runs of a fixed number of steps on data of the same
   * shapes are recorded after a few, and replayed from then on; see `Runs`.
   * @throws BindingError, DataError, EngineError
   */
  async run(
    inputs: Inputs,
    { batched = false, ...options }: SolveOptions & { readonly batched?: boolean } = {},
  ): Promise<ModelResult> {
    const { bound: program, runs } = this;
    const { operations } = program;
    const bound = await perform(operations, bindInputs(program, inputs as Data, batched));
    const result = await perform(operations, runs.take(bound, options));
    const output = operations.engine.scope(
      () => (result.batch === null ? result.output : perSample(operations, result.output, result.batch)),
      handlesOf,
    );
    const read = await downloadParts(operations, output);
    const isArray = bound.single && bound.batch !== null;
    const parts = read.map((part) => (isArray ? { ...part, shape: part.shape.slice(1) } : part));
    const made = handlesOf(output).filter((handle) => !handlesOf(result.output).includes(handle));
    operations.engine.dispose([...made, ...result.owned, ...bound.owned]);
    const [first] = parts;
    if (first === undefined) throw new TypeError("The output has no parts.");
    const { samples, iterations, converged, residual, objective, reason, seconds, trace } = result;
    return {
      output: first,
      parts,
      samples,
      iterations,
      converged,
      residual,
      objective,
      reason,
      seconds,
      trace,
    };
  }

  /** Trains the parameters, and keeps the result. */
  async train({ data, ...options }: ModelTraining<Inputs>): Promise<TrainingResult> {
    const before = this.bound;
    const result = await train(before, {
      ...options,
      data: async (request) => {
        const { inputs, target } = await data(request);
        return { inputs: inputs as Data, target };
      },
    });
    this.replace(result.parameters);
    return result;
  }

  /** The parameters as a file of weights (safetensors), with the program's hash. */
  async weights(): Promise<Uint8Array> {
    const { operations, definition, parameters } = this.bound;
    return writeSafetensors(await saveParameters(operations, definition, parameters));
  }

  /** Frees the model's arrays; it cannot be used afterwards. */
  dispose(): void {
    this.runs.release();
    release(this.bound, this.bound.operations);
  }

  private replace(parameters: BoundProgram["parameters"]): void {
    this.runs.release();
    const { operations, parameters: old, owned } = this.bound;
    const handles = [...parameters.values()].flat().flatMap(handlesOf);
    const kept = new Set(handles);
    const spare = [...old.values()]
      .flat()
      .flatMap(handlesOf)
      .filter((handle) => !kept.has(handle));
    operations.engine.dispose(spare);
    const gone = new Set(spare);
    const next = withParameters(this.bound, parameters);
    this.bound = {
      ...next,
      owned: [...new Set([...owned.filter((handle) => !gone.has(handle)), ...handles])],
    };
    this.runs = new Runs(this.bound);
  }
}
