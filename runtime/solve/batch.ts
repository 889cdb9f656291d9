import type { Operations } from "../arrays/operations.ts";
import { handlesOf } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import { boundHandles, type BoundInputs, type BoundProgram } from "../program/bound.ts";
import type {
  Differentiable,
  DrawDeclaration,
  Known,
  ProgramDefinition,
  StepExtras,
  Target,
  Values,
} from "../program/definition.ts";
import { uploadDraw, type Drawing } from "../program/draws.ts";
import { valueAtStep } from "../program/parameters.ts";

/** What happens to `per step` values past the last one. */
export type Beyond = "error" | "last" | "cycle";

/** The policy of a target: only unrolled networks choose one, and nothing else may go past what was trained. */
export function beyondOf(target: Target): Beyond {
  return target.kind === "unrolled" ? target.beyond : "error";
}

/** A bound program with the inputs of one batch and what was prepared from them. */
export interface Batch {
  readonly program: BoundProgram;
  readonly definition: ProgramDefinition;
  readonly operations: Operations;
  /** number of samples on the first axis of handles, null where there is none */
  readonly batch: number | null;
  readonly samples: number;
  /** all names but those of single steps */
  readonly known: Known;
  readonly prepared: Values;
  readonly beyond: Beyond;
  /** whose random numbers steps draw */
  readonly drawing: Drawing;
  /** whether steps are taken as while training, with what is drawn for that alone */
  readonly training?: boolean;
  /** handles that steps must not free */
  readonly foreign: ReadonlySet<Handle>;
  /** handles that `releaseBatch` frees */
  readonly owned: readonly Handle[];
}

/** The names that hold before anything is prepared: givens, inputs and the parameters that all steps share. */
export function unpreparedNames(program: BoundProgram, inputs: BoundInputs): Known {
  const shared = program.definition.parameters
    .filter(({ perStep }) => !perStep)
    .map(({ name }) => [name, program.parameters.get(name)?.[0]]);
  return { ...program.known, ...Object.fromEntries(shared), ...inputs.known };
}

/** The handles of everything that is bound. */
export function boundProgramHandles(program: BoundProgram, inputs: BoundInputs): ReadonlySet<Handle> {
  const stepped = [...program.parameters.values(), ...program.stepGivens.values()].flat();
  const known = [...Object.values(program.known), ...Object.values(inputs.known)];
  return new Set([...stepped.flatMap(handlesOf), ...known.flatMap(boundHandles)]);
}

/** Prepares a batch: the values that depend on parameters and inputs, once. */
export function prepareBatch(program: BoundProgram, inputs: BoundInputs): Batch {
  const { definition, operations } = program;
  const known = unpreparedNames(program, inputs);
  const bound = boundProgramHandles(program, inputs);
  const { prepare } = definition;
  const prepared =
    prepare === null
      ? {}
      : operations.engine.scope(() => prepare.run(operations, known, {}).values, handlesOfKnown);
  const made = handlesOfKnown(prepared).filter((handle) => !bound.has(handle));
  return batchWith(program, inputs, { ...known, ...prepared }, prepared, made);
}

/** The handles that names stand on, those of operators among them. */
export function handlesOfKnown(known: Known): readonly Handle[] {
  return Object.values(known).flatMap(boundHandles);
}

/** A batch of names that are known already. */
export function batchWith(
  program: BoundProgram,
  inputs: BoundInputs,
  known: Known,
  prepared: Values,
  owned: readonly Handle[],
): Batch {
  return {
    program,
    definition: program.definition,
    operations: program.operations,
    batch: inputs.batch,
    samples: inputs.samples,
    known,
    prepared,
    beyond: beyondOf(program.definition.target),
    drawing: {
      seed: program.seed,
      first: inputs.first,
      samples: inputs.samples,
      batch: inputs.batch,
      dimensions: inputs.dimensions,
    },
    foreign: new Set([...boundProgramHandles(program, inputs), ...owned]),
    owned: [...new Set(owned)],
  };
}

/** Frees what was prepared. */
export function releaseBatch(batch: Batch): void {
  batch.operations.engine.dispose(batch.owned);
}

/**
 * The names that a step sees, its own values of `per step` names and its number among them. Call it inside a scope.
 * @throws BindingError IPX8011 past the last value where the policy is `error`.
 */
export function namesOfStep(batch: Batch, step: number): Known {
  const { program, definition, operations, known, beyond } = batch;
  const perStep = definition.parameters.filter((declaration) => declaration.perStep);
  const draws = drawsOfStep(definition, batch.training);
  const steady = perStep.length === 0 && program.stepGivens.size === 0 && draws.length === 0;
  if (steady && definition.counter === undefined) return known;
  const names: Record<string, Known[string]> = { ...known };
  for (const { name } of perStep) {
    names[name] = valueAtStep(name, program.parameters.get(name) ?? [], step, beyond);
  }
  for (const [name, values] of program.stepGivens) names[name] = valueAtStep(name, values, step, beyond);
  if (definition.counter !== undefined) names[definition.counter] = operations.number(step);
  for (const declaration of draws) {
    const constant = declaration.training === true && definition.target.kind === "equilibrium";
    names[declaration.name] = uploadDraw(operations, batch.drawing, declaration, constant ? 0 : step);
  }
  return names;
}

/** The draws that are made anew in each step: as the program runs, or as it is trained. */
export function drawsOfStep(
  { draws = [] }: ProgramDefinition,
  whileTraining = false,
): readonly DrawDeclaration[] {
  return draws.filter(({ when, training }) => when === "step" && (training !== true || whileTraining));
}

/** A step as it is taken in a batch: while training as its reverse takes it, of which nothing is saved. */
export function advanced(
  { operations, training }: Batch,
  part: Differentiable<StepExtras>,
  known: Known,
  states: Values,
): { readonly values: Values } & StepExtras {
  const { reverse } = part;
  return training === true && reverse !== null
    ? reverse.save(operations, known, states)
    : part.run(operations, known, states);
}

/** Step number `step` of a program, counted from 0 at the state of `initial`. */
export function stepNumber({ definition }: Batch, step: number): Differentiable<StepExtras> {
  const part = step === 0 ? (definition.firstStep ?? definition.step) : definition.step;
  if (part === null) throw new TypeError(`${definition.name} has no step.`);
  return part;
}

/** The first state. Call it inside a scope. */
export function firstState(batch: Batch): Values {
  return batch.definition.initial.run(batch.operations, batch.known, {}).values;
}
