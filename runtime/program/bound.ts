import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type Space, type Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { Safetensors } from "../io/safetensors.ts";
import type { Data } from "./datum.ts";
import type { Bound, Known, ProgramDefinition, Requirement } from "./definition.ts";
import type { Parameters } from "./parameters.ts";
import type { Dimensions } from "./unify.ts";

/** What a program is bound to. Steps and seed are those of the first values of its parameters; draws follow the seed. */
export interface Bindings {
  readonly givens?: Data;
  readonly sizes?: Readonly<Record<string, number>>;
  readonly weights?: Safetensors;
  readonly steps?: number;
  readonly seed?: number;
}

/** A program with sizes, givens, constants and parameters; `release` frees it. */
export interface BoundProgram {
  readonly definition: ProgramDefinition;
  readonly operations: Operations;
  readonly dimensions: Dimensions;
  /** sizes, spaces, givens, and constants unless they wait for the sizes of inputs */
  readonly known: Known;
  /** the givens that are bound anew in each step */
  readonly stepGivens: Parameters;
  readonly parameters: Parameters;
  /** how many steps an unrolled program takes */
  readonly steps: number;
  /** whether constants wait for sizes that only inputs fix */
  readonly constantsWait: boolean;
  /** what inputs decide whether it holds */
  readonly waiting: readonly Requirement[];
  /** the seed of what is drawn */
  readonly seed: number;
  readonly owned: readonly Handle[];
}

/** The inputs of one batch, and what only they fix. `batch` is null where no input has samples. */
export interface BoundInputs {
  readonly known: Known;
  readonly dimensions: Dimensions;
  readonly batch: number | null;
  readonly samples: number;
  /** the number of the first sample, by which random numbers are drawn */
  readonly first: number;
  /** whether no input was bound to a batch, so that there is one sample on the first axis */
  readonly single: boolean;
  readonly owned: readonly Handle[];
}

/** Frees what binding brought to the engine; parameters that training put in place are the caller's. */
export function release(bound: BoundProgram | BoundInputs, operations: Operations): void {
  operations.engine.dispose(bound.owned);
}

/** The same program with other values of its parameters. */
export function withParameters(program: BoundProgram, parameters: Parameters): BoundProgram {
  return { ...program, parameters };
}

/** Whether a bound name stands for a value. */
export function isValue(bound: Bound): bound is Value {
  return typeof bound === "object" && (bound.kind === "array" || bound.kind === "product") && isHeld(bound);
}

function isHeld(bound: Value | Space): bound is Value {
  return bound.kind === "product" ? bound.parts.every(isHeld) : "handle" in bound;
}

/** The handles that a bound name stands on. */
export function boundHandles(bound: Bound): readonly Handle[] {
  if (typeof bound === "number") return [];
  if (bound.kind === "operator" || bound.kind === "map") return bound.handles;
  return isValue(bound) ? handlesOf(bound) : [];
}
