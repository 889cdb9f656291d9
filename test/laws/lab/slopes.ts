import { releaseGradient, valueAndGradient, type Gradient } from "../../../runtime/adjoint/gradient.ts";
import type { OutputLoss } from "../../../runtime/adjoint/loss.ts";
import type { Operations } from "../../../runtime/arrays/operations.ts";
import type { Value } from "../../../runtime/arrays/value.ts";
import type { HostArray } from "../../../runtime/io/hostArray.ts";
import type { Safetensors } from "../../../runtime/io/safetensors.ts";
import { withParameters, type BoundInputs } from "../../../runtime/program/bound.ts";
import type { ProgramDefinition } from "../../../runtime/program/definition.ts";
import { loadParameters, saveParameters } from "../../../runtime/program/parameters.ts";
import { stream } from "../../../runtime/random/stream.ts";
import type { Ready } from "./steps.ts";
import { numbersOf } from "./steps.ts";

/** |output|^2/2 plus a fixed linear form, so that no symmetry hides a fault. */
export const LOSS: OutputLoss = (operations, output) => lossOf(operations, output);

function lossOf(operations: Operations, output: Value): ReturnType<OutputLoss> {
  const tilted = operations.map("x + 0.5", { x: output });
  const half = operations.number(0.5);
  const square = operations.dot(tilted, tilted);
  const value = operations.sum(operations.map("h*s", { h: half, s: square }));
  return { value, cotangent: tilted };
}

/** The slope of the loss along a direction, by the gradient and by central differences. */
export interface Slopes {
  readonly name: string;
  readonly gradient: number;
  readonly difference: number;
  /** an upper bound of slopes along directions of that length */
  readonly scale: number;
}

/** What is differentiated: a parameter, all weights of a network, or an input. */
type Direction = ReadonlyMap<string, Float64Array>;

function weightsAlong(saved: Safetensors, direction: Direction, step: number): Safetensors {
  const tensors = new Map(
    [...saved.tensors].map(([name, array]): [string, HostArray] => {
      const along = direction.get(name);
      const data = array.data.map((entry, i) => entry + step * (along?.[i] ?? 0));
      return [name, { ...array, data: Float64Array.from(data) }];
    }),
  );
  return { ...saved, tensors };
}

/**
 * Random directions: one for each learnable; all weights of a network share one, running averages and the weights of
 * programs that are called stand still.
 */
function directionsOf(definition: ProgramDefinition, saved: Safetensors): ReadonlyMap<string, Direction> {
  const groups = new Map<string, Map<string, Float64Array>>();
  const still = new Set(
    definition.parameters.flatMap(({ name, average, of }) =>
      average === undefined && of === undefined ? [] : [name],
    ),
  );
  for (const [name, { data }] of saved.tensors) {
    if (still.has(name)) continue;
    const group = name.split(".")[0] ?? name;
    const random = stream(11, name);
    const along = Float64Array.from(data, (entry) => Math.max(Math.abs(entry), 0.05) * random.normal());
    groups.set(group, (groups.get(group) ?? new Map<string, Float64Array>()).set(name, along));
  }
  return groups;
}

/** The slopes of the mean loss along a random direction of everything that a program learns. */
export async function parameterSlopes(
  { program, inputs }: Ready,
  options: Parameters<typeof valueAndGradient>[3] = {},
): Promise<readonly Slopes[]> {
  const { operations, definition, dimensions, known, steps } = program;
  const saved = await saveParameters(operations, definition, program.parameters);
  const gradient = await valueAndGradient(program, inputs, LOSS, options);
  const at = async (weights: Safetensors): Promise<number> => {
    const request = { operations, definition, dimensions, known, steps, seed: 0 };
    const moved = withParameters(program, loadParameters(request, weights));
    const found = await valueAndGradient(moved, inputs, LOSS, options);
    releaseGradient(operations, found);
    return found.value;
  };
  const slopes: Slopes[] = [];
  for (const [name, direction] of directionsOf(definition, saved)) {
    let along = 0;
    let scale = 0;
    for (const [parameter, d] of direction) {
      const g = await gradientNumbers(operations, gradient, parameter, d.length);
      g.forEach((entry, i) => {
        along += entry * (d[i] ?? 0);
        scale += Math.abs(entry * (d[i] ?? 0));
      });
    }
    const h = 1e-5;
    const difference =
      ((await at(weightsAlong(saved, direction, h))) - (await at(weightsAlong(saved, direction, -h)))) /
      (2 * h);
    slopes.push({ name, gradient: along, difference, scale });
  }
  return slopes;
}

async function gradientNumbers(
  operations: Operations,
  gradient: Gradient,
  name: string,
  length: number,
): Promise<readonly number[]> {
  const values = gradient.parameters.get(name) ?? [];
  const parts: number[] = [];
  for (const value of values) {
    if (value === null) parts.push(...new Array<number>(length / values.length).fill(0));
    else parts.push(...(await numbersOf(operations, value, 1)));
  }
  return parts;
}

/** The same for an input: the slope of the mean loss along a random direction of the data. */
export async function inputSlopes({ program, inputs }: Ready, name: string): Promise<Slopes> {
  const { operations } = program;
  const value = inputs.known[name];
  if (typeof value !== "object" || value.kind !== "array" || !("handle" in value)) throw new Error(name);
  const data = operations.engine.readNow(value.handle) ?? new Float64Array(0);
  const random = stream(13, name);
  const direction = Float64Array.from(data, () => random.normal());
  const moved = (step: number): BoundInputs => {
    const array = Float64Array.from(data, (entry, i) => entry + step * (direction[i] ?? 0));
    const handle = operations.engine.upload(array, value.handle.shape);
    return { ...inputs, known: { ...inputs.known, [name]: { ...value, handle } } };
  };
  const found = await valueAndGradient(program, inputs, LOSS);
  const cotangent = found.inputs[name];
  const g = cotangent === undefined ? [] : await numbersOf(operations, cotangent, inputs.samples);
  const h = 1e-5;
  const up = await valueAndGradient(program, moved(h), LOSS);
  const down = await valueAndGradient(program, moved(-h), LOSS);
  const terms = g.map((entry, i) => entry * (direction[i] ?? 0));
  return {
    name,
    gradient: terms.reduce((sum, term) => sum + term, 0),
    difference: (up.value - down.value) / (2 * h),
    scale: terms.reduce((sum, term) => sum + Math.abs(term), 0),
  };
}
