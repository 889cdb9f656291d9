import type { GivenMap } from "../arrays/givenMap.ts";
import { spaceOf, type Space, type Value } from "../arrays/value.ts";
import { spaceText } from "../operators/spaces.ts";
import { BindingError } from "../program/bindingError.ts";
import type { BoundInputs, BoundProgram } from "../program/bound.ts";
import type { DataDeclaration, Values } from "../program/definition.ts";
import { bindInputs } from "../program/inputs.ts";
import { resolve, typeText, unify } from "../program/unify.ts";
import { beyondOf, firstState, namesOfStep, prepareBatch, stepNumber, type Beyond } from "../solve/batch.ts";
import { performNow } from "../solve/task.ts";
import { named } from "../solve/vector.ts";
import { noInputGradients } from "./gradientError.ts";
import { GradientSum } from "./gradientSum.ts";
import { pullBack, pullBackPreparation, record, recordBatch, type Tape, zeroed } from "./tape.ts";

/**
 * A bound program as a map that other programs are given: its one input is the argument, its output the image. Its
 * weights are constants; the vector-Jacobian product is with respect to the argument. The caller keeps the program.
 * @throws BindingError IPX8009 for a program that is no such map: of several inputs, with random numbers, or of a
 *   target that iterates until it converges
 */
export function trainedMap(program: BoundProgram): GivenMap {
  const { definition } = program;
  const input = inputOf(program);
  const steps = definition.target.kind === "unrolled" ? program.steps : 0;
  const image = (space: Space): Space | null => imageOf(program, input, space);
  const domain = resolve(input.type, program.dimensions);
  const output = domain === null ? null : image(domain);
  const ends = `${typeText(input.type)} -> ${typeText(definition.output.type)}`;
  const text = `${definition.name} : ${output === null || domain === null ? ends : `${spaceText(domain)} -> ${spaceText(output)}`}`;
  return {
    kind: "map",
    text,
    domain,
    handles: program.owned,
    image,
    apply: (operations, x) => forwards({ ...program, operations }, input.name, steps, x),
    reverse: (operations, x, cotangent) =>
      backwards({ ...program, operations }, input.name, steps, x, cotangent),
  };
}

function inputOf({ definition }: BoundProgram): DataDeclaration {
  const { name, inputs, target, draws = [] } = definition;
  const [input, ...more] = inputs;
  const fault = (why: string, hint: string): BindingError =>
    new BindingError("IPX8009", name, {
      what: `The program ${name} is no map that can be given.`,
      why,
      hint,
    });
  if (input === undefined || more.length > 0 || input.type.kind === "operator" || input.type.kind === "map") {
    const count = inputs.map((each) => `\`${each.name}\``).join(", ");
    throw fault(
      `A map has one input, an array; this has ${inputs.length === 0 ? "none" : count}.`,
      "Declare what stays the same as `given`, and bind it.",
    );
  }
  if (target.kind !== "direct" && target.kind !== "unrolled") {
    throw fault("It iterates until it converges.", "Declare `unroll(K)` as its first target.");
  }
  if (draws.some(({ training }) => training !== true))
    throw fault("It draws random numbers.", "A map gives the same whenever it is asked.");
  return input;
}

/** The space of the output where the input is of a space, or null. */
function imageOf(
  { definition, dimensions }: BoundProgram,
  input: DataDeclaration,
  space: Space,
): Space | null {
  try {
    const found = unify(dimensions, [{ name: input.name, declared: input.type, actual: space }]);
    return resolve(definition.output.type, found);
  } catch (error) {
    if (error instanceof BindingError) return null;
    throw error;
  }
}

function inputsAt(program: BoundProgram, name: string, x: Value): BoundInputs {
  return performNow(program.operations, bindInputs(program, { [name]: x }));
}

function forwards(program: BoundProgram, name: string, steps: number, x: Value): Value {
  const { definition, operations } = program;
  const batch = prepareBatch(program, inputsAt(program, name, x));
  let states: Values = firstState(batch);
  for (let step = 0; step < steps; step++) {
    states = stepNumber(batch, step).run(operations, namesOfStep(batch, step), states).values;
  }
  const last = namesOfStep(batch, Math.max(0, steps - 1));
  return named(definition.finish.run(operations, last, states).values, "output");
}

/** @throws GradientError IPX8301 for a definition whose reverse is that of training, or leaves its inputs out */
function requireReverse({ definition }: BoundProgram): void {
  const averages = definition.parameters.some(({ average }) => average !== undefined);
  if (definition.inputGradients !== true || (averages && definition.frozen !== true)) {
    throw noInputGradients(definition.name);
  }
}

/** Whether the adjoint of `finish` is all there is, so that the cotangents of weights may be left out. */
function isFormula({ definition }: BoundProgram): boolean {
  return definition.prepare === null && definition.states.length === 0 && definition.target.kind === "direct";
}

function backwards(program: BoundProgram, name: string, steps: number, x: Value, cotangent: Value): Value {
  requireReverse(program);
  const { definition, operations } = program;
  const { target } = definition;
  const beyond: Beyond = beyondOf(target);
  const recorded = recordBatch(program, inputsAt(program, name, x), beyond);
  const { batch } = recorded;
  const sum = new GradientSum(program, beyond);
  const { inputAdjoint } = definition.finish.reverse ?? {};
  if (inputAdjoint !== undefined && isFormula(program)) {
    const formula = record(program, definition.finish, () => batch.known, {});
    const known = namesOfStep(batch, 0);
    const cotangents = zeroed(operations, formula, { output: cotangent });
    return inputAdjoint(operations, known, formula.saved, cotangents)[name] ?? operations.fill(0, spaceOf(x));
  }
  const initial = record(program, definition.initial, () => batch.known, {});
  const tapes: Tape[] = [];
  for (let step = 0; step < steps; step++) {
    const before = tapes.at(-1)?.values ?? initial.values;
    tapes.push(record(program, stepNumber(batch, step), () => namesOfStep(batch, step), before));
  }
  const last = Math.max(0, steps - 1);
  const known = namesOfStep(batch, last);
  const finish = record(program, definition.finish, () => known, tapes.at(-1)?.values ?? initial.values);
  let states = pullBack(program, definition.finish, known, finish, { output: cotangent }, sum, last);
  for (const [step, tape] of [...tapes.entries()].reverse()) {
    states = pullBack(program, stepNumber(batch, step), namesOfStep(batch, step), tape, states, sum, step);
  }
  pullBack(program, definition.initial, batch.known, initial, states, sum);
  pullBackPreparation(recorded, sum);
  return sum.inputs()[name] ?? operations.fill(0, spaceOf(x));
}
