import type { Span } from "../../compiler/source/span.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { DataError } from "../../runtime/io/dataError.ts";
import type { Safetensors } from "../../runtime/io/safetensors.ts";
import { bind } from "../../runtime/program/bind.ts";
import { BindingError } from "../../runtime/program/bindingError.ts";
import type { BoundInputs, BoundProgram } from "../../runtime/program/bound.ts";
import type { Data } from "../../runtime/program/datum.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { perform } from "../../runtime/solve/task.ts";
import type { ProgramData } from "../binding/bindProgram.ts";
import { askerOf, failureAt, placeOf } from "../report.ts";

/** How a program is bound besides its data. */
export interface BindSettings {
  readonly weights?: Safetensors;
  /** the name of the file of weights, for messages */
  readonly weightsFile?: string;
  readonly seed?: number;
  readonly steps?: number;
}

/**
 * Binds a program to what was evaluated; what does not fit is said of the place where it was bound.
 * @throws Failure
 */
export async function bindTo(
  definition: ProgramDefinition,
  operations: Operations,
  data: ProgramData,
  { weights, weightsFile, seed, steps }: BindSettings = {},
): Promise<BoundProgram> {
  const { givens, sizes } = data;
  const more = {
    ...(weights === undefined ? {} : { weights }),
    ...(seed === undefined ? {} : { seed }),
    ...(steps === undefined ? {} : { steps }),
  };
  try {
    return await bind(definition, operations, { givens, sizes, ...more });
  } catch (error) {
    const ofWeights = error instanceof BindingError && error.code === "IPX8010" && weightsFile !== undefined;
    throw ofWeights ? failureAt(placeOf(weightsFile), error) : located(data, error);
  }
}

/**
 * Binds the inputs of one batch; its random numbers are those of the samples from number `first` on.
 * @throws Failure
 */
export async function bindBatch(
  program: BoundProgram,
  data: ProgramData,
  inputs: Data,
  batched: boolean,
  first = 0,
): Promise<BoundInputs> {
  try {
    return await perform(program.operations, bindInputs(program, inputs, batched, first));
  } catch (error) {
    throw located(data, error);
  }
}

/** What a run found wrong with its steps is said of the weights, of `--steps` or of what was bound. */
export function failureOfRun(
  data: ProgramData,
  error: unknown,
  { weightsFile, steps }: { readonly weightsFile?: string; readonly steps: Span | null },
): unknown {
  if (!(error instanceof BindingError)) return error;
  if (error.code !== "IPX8011") return located(data, error);
  const weights = weightsFile === undefined ? null : placeOf(weightsFile);
  return failureAt(steps ?? weights ?? data.placeOf(error.declaration), error);
}

function located(data: ProgramData, error: unknown): unknown {
  if (error instanceof DataError) {
    const { declaration } = error.facts;
    return typeof declaration === "string" ? failureAt(data.placeOf(declaration), error) : error;
  }
  if (error instanceof BindingError) {
    return failureAt(askerOf(error) ?? data.placeOf(error.declaration), error);
  }
  const asker = askerOf(error);
  return asker === null ? error : failureAt(asker, error);
}
