import type { Operations } from "../arrays/operations.ts";
import { handlesOf, spaceOf, type Space } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { BoundInputs, BoundProgram } from "../program/bound.ts";
import { uploadDraw } from "../program/draws.ts";
import type { Cotangents, Differentiable, Known, Saved, Values } from "../program/definition.ts";
import {
  batchWith,
  boundProgramHandles,
  handlesOfKnown,
  unpreparedNames,
  type Batch,
} from "../solve/batch.ts";
import { handlesOfValues } from "../solve/vector.ts";
import { noReverse } from "./gradientError.ts";
import type { GradientSum } from "./gradientSum.ts";

/** A part of a program after it ran: its result and what its adjoint needs. */
export interface Tape {
  readonly values: Values;
  readonly saved: Saved;
  /** the spaces of the result, by name */
  readonly spaces: Readonly<Record<string, Space>>;
}

/** The handles of what was saved, values and the traces of loops. */
function savedHandles({ values, traces }: Saved): readonly Handle[] {
  const rounds = Object.values(traces).flatMap((trace) => trace.rounds);
  return [
    ...handlesOfValues(values),
    ...rounds.flatMap(({ carried, active }) => [...carried.flatMap(handlesOf), active.handle]),
  ];
}

/** The handles of a tape. */
export function tapeHandles({ values, saved }: Tape): readonly Handle[] {
  return [...handlesOfKnown(values), ...savedHandles(saved)];
}

/** Runs a part of a program and saves what its adjoint needs, if it has one. `known` is asked inside the scope. */
export function record(
  program: BoundProgram,
  part: Differentiable,
  known: () => Known,
  states: Values,
): Tape {
  const { operations } = program;
  const { run, reverse } = part;
  const { values, saved } = operations.engine.scope(
    () =>
      reverse === null
        ? { ...run(operations, known(), states), saved: NOTHING }
        : reverse.save(operations, known(), states),
    (made) => [...handlesOfKnown(made.values), ...savedHandles(made.saved)],
  );
  return { values, saved, spaces: spacesOf(values) };
}

const NOTHING: Saved = { values: {}, traces: {} };
const NO_COTANGENTS: Cotangents = { state: {}, known: {} };

function spacesOf(values: Values): Readonly<Record<string, Space>> {
  const arrays = Object.entries(values).filter(([, { kind }]) => kind === "array" || kind === "product");
  return Object.fromEntries(arrays.map(([name, value]) => [name, spaceOf(value)]));
}

/**
 * The adjoint of a part at its tape; cotangents that are missing are zeros. Adds those of what is known in step `step`
 * to a sum, and gives those of the states. Through a part without reverse nothing flows. Call it inside a scope.
 */
export function pullBack(
  program: BoundProgram,
  part: Differentiable,
  known: Known,
  tape: Tape,
  cotangents: Values,
  sum: GradientSum,
  step = 0,
): Values {
  const { operations } = program;
  const { reverse } = part;
  if (reverse === null) return {};
  const all = zeroed(operations, tape, cotangents);
  const back = reverse.adjoint?.(operations, known, tape.saved, all) ?? NO_COTANGENTS;
  sum.add(back.known, step);
  if (sum.byInputs && reverse.inputAdjoint !== undefined) {
    sum.add(reverse.inputAdjoint(operations, known, tape.saved, all), step);
  }
  return back.state;
}

/** Cotangents for all names of a tape's result. */
export function zeroed(operations: Operations, { spaces }: Tape, cotangents: Values): Values {
  return Object.fromEntries(
    Object.entries(spaces).map(([name, space]) => [name, cotangents[name] ?? operations.fill(0, space)]),
  );
}

/** A batch whose preparation can be differentiated. */
export interface RecordedBatch {
  readonly batch: Batch;
  readonly preparation: Tape | null;
  readonly inputs: BoundInputs;
  /** what was drawn for each sample to train on */
  readonly masks: Values;
}

/**
 * Prepares a batch and saves what the adjoint of the preparation needs.
 * @throws GradientError IPX8301 for a program without any reverse
 */
export function recordBatch(
  program: BoundProgram,
  inputs: BoundInputs,
  beyond: Batch["beyond"],
): RecordedBatch {
  const { definition } = program;
  const training = definition.frozen !== true;
  const masks = training ? masksOf(program, inputs) : {};
  const made = handlesOfKnown(masks);
  const known = { ...unpreparedNames(program, inputs), ...masks };
  const { prepare, initial, step, finish } = definition;
  if ([prepare, initial, step, finish].every((part) => (part?.reverse ?? null) === null)) {
    throw noReverse(definition.name, definition.target.kind);
  }
  if (prepare === null) {
    const batch = { ...batchWith(program, inputs, known, {}, made), beyond, training };
    return { batch, preparation: null, inputs, masks };
  }
  const bound = boundProgramHandles(program, inputs);
  const preparation = record(program, prepare, () => known, {});
  const owned = [...tapeHandles(preparation).filter((handle) => !bound.has(handle)), ...made];
  const names = { ...known, ...preparation.values };
  const batch = { ...batchWith(program, inputs, names, preparation.values, owned), beyond, training };
  return { batch, preparation, inputs, masks };
}

/** What is drawn for each sample while training only. */
function masksOf({ definition, operations, seed }: BoundProgram, inputs: BoundInputs): Values {
  const { first, samples, batch, dimensions } = inputs;
  const drawing = { seed, first, samples, batch, dimensions };
  const declared = (definition.draws ?? []).filter(
    ({ when, training }) => when === "sample" && training === true,
  );
  return Object.fromEntries(
    declared.map((declaration) => [declaration.name, uploadDraw(operations, drawing, declaration, 0)]),
  );
}

/** Moves the cotangents of prepared values on to parameters and inputs. Call it inside a scope. */
export function pullBackPreparation(
  { batch, preparation, inputs, masks }: RecordedBatch,
  sum: GradientSum,
): void {
  const { program, definition, prepared } = batch;
  if (preparation === null || definition.prepare === null) return;
  const cotangents = Object.fromEntries(
    Object.keys(preparation.spaces).map((name) => {
      const value = prepared[name];
      if (value === undefined) throw new TypeError(`The prepared value \`${name}\` is missing.`);
      return [name, sum.of(name, value)];
    }),
  );
  const known = { ...unpreparedNames(program, inputs), ...masks };
  pullBack(program, definition.prepare, known, preparation, cotangents, sum);
}
