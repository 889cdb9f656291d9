import { sameSpace } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import { handlesOf, spaceOf, type Space, type Value } from "../arrays/value.ts";
import { sizeOf } from "../engine/shape.ts";
import { hostArray, sampleOf, stack, type HostArray } from "../io/hostArray.ts";
import type { Safetensors } from "../io/safetensors.ts";
import { layerNormBound, withinNorm } from "../nets/spectral.ts";
import { startingWeights, storedWeights } from "../nets/start.ts";
import { spaceText } from "../operators/spaces.ts";
import { stream } from "../random/stream.ts";
import { BindingError } from "./bindingError.ts";
import type { Known, ParameterDeclaration, ProgramDefinition } from "./definition.ts";
import { guarded, OpenName } from "./openNames.ts";
import { namesText, openSizesHint, openTypeHint } from "./openHint.ts";
import { download, upload } from "./transfer.ts";
import { openNames, resolve, typeText, type Dimensions } from "./unify.ts";

/** The values of each parameter by name: one, or one for each step. */
export type Parameters = ReadonlyMap<string, readonly Value[]>;

/** What parameters are to start from. */
export interface ParameterRequest {
  readonly operations: Operations;
  readonly definition: ProgramDefinition;
  readonly dimensions: Dimensions;
  /** sizes, spaces, givens and constants */
  readonly known: Known;
  /** how many values a `per step` parameter has */
  readonly steps: number;
  readonly seed: number;
}

/** The space of a parameter's value; a linear operator is its matrix. */
export function parameterSpace(declaration: ParameterDeclaration, dimensions: Dimensions): Space {
  const { type, name } = declaration;
  const space =
    type.kind === "operator" ? matrixSpace(type.domain, type.codomain) : resolve(type, dimensions);
  if (space !== null) return space;
  const open = openNames(type, dimensions);
  throw new BindingError("IPX8005", name, {
    what: `The parameter \`${name}\` : ${typeText(type)} has no size yet: ${namesText(open)} ${open.length === 1 ? "is" : "are"} open.`,
    why: "Sizes on which weights depend are bound once a run, not by inputs.",
    hint: openTypeHint(type, dimensions),
  });

  function matrixSpace(domain: typeof type, codomain: typeof type): Space | null {
    const [columns, rows] = [resolve(domain, dimensions), resolve(codomain, dimensions)];
    if (columns?.kind !== "array" || rows?.kind !== "array") return null;
    const field = [columns, rows].some((each) => each.field === "complex") ? "complex" : "real";
    return { kind: "array", field, shape: [sizeOf(rows.shape), sizeOf(columns.shape)] };
  }
}

/**
 * The first values of all parameters: starts evaluated in order, or drawn by (seed, name, step). The caller owns them.
 * @throws BindingError IPX8004, IPX8005
 */
export function startParameters(request: ParameterRequest): Parameters {
  const parameters = new Map<string, readonly Value[]>();
  let known = request.known;
  for (const declaration of request.definition.parameters) {
    const values = startValues(request, declaration, known);
    parameters.set(declaration.name, values);
    const [first] = values;
    if (first !== undefined) known = { ...known, [declaration.name]: first };
  }
  return parameters;
}

function startValues(
  { operations, definition, dimensions, steps, seed }: ParameterRequest,
  declaration: ParameterDeclaration,
  known: Known,
): readonly Value[] {
  const { name, initial, perStep } = declaration;
  const space = parameterSpace(declaration, dimensions);
  const count = perStep ? steps : 1;
  if (initial.kind === "random") {
    if (space.kind !== "array") throw new TypeError(`The weights \`${name}\` are no array.`);
    return Array.from({ length: count }, (_, step) => {
      const random = stream(seed, "start", name, step);
      const weights = startingWeights(initial, space.shape, random);
      const { spectralBound } = declaration;
      const bounded = spectralBound === null ? weights : withinNorm(weights, spectralBound);
      return upload(operations, bounded, false);
    });
  }
  if (initial.kind === "stored") {
    if (space.kind !== "array") throw new TypeError(`The weights \`${name}\` are no array.`);
    const value = upload(operations, storedWeights(initial, space.shape), false);
    return Array.from({ length: count }, () => value);
  }
  const open = definition.sizes.map((size) => size.name).filter((size) => !dimensions.sizes.has(size));
  const value = evaluateStart(operations, name, initial.evaluate, known, open);
  if (!sameSpace(spaceOf(value), space)) throw otherShape(declaration, spaceOf(value), space);
  return Array.from({ length: count }, () => value);
}

function evaluateStart(
  operations: Operations,
  name: string,
  evaluate: (operations: Operations, known: Known) => Value,
  known: Known,
  open: readonly string[],
): Value {
  try {
    return operations.engine.scope(() => evaluate(operations, guarded(known)), handlesOf);
  } catch (error) {
    if (!(error instanceof OpenName)) throw error;
    throw new BindingError("IPX8005", name, {
      what: `The start of \`${name}\` needs \`${error.read}\`, which is not known before inputs are bound.`,
      hint: open.length === 0 ? "Bind all that it needs with the givens." : openSizesHint(open),
    });
  }
}

function otherShape(declaration: ParameterDeclaration, actual: Space, space: Space): BindingError {
  return new BindingError("IPX8004", declaration.name, {
    what: `The parameter \`${declaration.name}\` is ${spaceText(space)}, and was given ${spaceText(actual)}.`,
  });
}

/** The entry of a file of weights that names its program. */
export const PROGRAM_HASH = "program_hash";
/** The entry that names the program for people. */
export const PROGRAM_NAME = "program";

/**
 * Parameters from a file of weights; those of each step stand on a leading axis. A file of a program that this one calls
 * gives the weights of that one, and all others start. A file that names no program was written elsewhere: it is taken
 * where it holds what the program learns, and nothing else. The caller owns them.
 * @throws BindingError IPX8010 where the file is of another program, lacks a parameter, or exceeds the norm that holds
 * for one; IPX8004 for its shapes.
 */
export function loadParameters(request: ParameterRequest, weights: Safetensors): Parameters {
  const { definition } = request;
  const { [PROGRAM_HASH]: hash, [PROGRAM_NAME]: program } = weights.metadata;
  if (hash === undefined) for (const declaration of definition.parameters) requireNorm(declaration, weights);
  if (hash === undefined || hash === definition.hash)
    return loaded(request, weights, definition.parameters, ({ name }) => name);
  const called = definition.parameters.filter(({ of }) => of !== undefined && of.hash === hash);
  if (called.length === 0) throw otherProgram(definition.name, program);
  const found = loaded(request, weights, called, ({ name, of }) => of?.name ?? name);
  const started = new Map(startParameters(request));
  const replaced = [...found.keys()].flatMap((name) => (started.get(name) ?? []).flatMap(handlesOf));
  request.operations.engine.dispose(replaced);
  return new Map([...started, ...found]);
}

function loaded(
  { operations, dimensions }: ParameterRequest,
  weights: Safetensors,
  declarations: readonly ParameterDeclaration[],
  nameOf: (declaration: ParameterDeclaration) => string,
): Parameters {
  const names = new Set(declarations.map(nameOf));
  const stranger = [...weights.tensors.keys()].find((name) => !names.has(name));
  if (stranger !== undefined) {
    throw new BindingError("IPX8010", stranger, {
      what: `The weights hold \`${stranger}\`, which their program does not learn.`,
    });
  }
  return new Map(
    declarations.map((declaration) => {
      const name = nameOf(declaration);
      const array = weights.tensors.get(name);
      if (array === undefined) {
        throw new BindingError("IPX8010", name, {
          what: `The weights hold no \`${name}\`.`,
          hint: "Is the file complete, and of this program?",
        });
      }
      return [
        declaration.name,
        stepValues(operations, declaration, parameterSpace(declaration, dimensions), array),
      ];
    }),
  );
}

/** Weights that were trained elsewhere may break the bound on which what is proved of a network rests. */
function requireNorm({ name, perStep, spectralBound }: ParameterDeclaration, { tensors }: Safetensors): void {
  const array = tensors.get(name);
  if (spectralBound === null || array === undefined) return;
  const parts = perStep ? Array.from({ length: array.shape[0] ?? 0 }, (_, k) => sampleOf(array, k)) : [array];
  const exceeds = parts.some((part) => layerNormBound(part) > (1 + ROUNDING) * spectralBound);
  if (!exceeds) return;
  throw new BindingError("IPX8010", name, {
    what: `The weights \`${name}\` exceed the norm ${spectralBound} by which the program bounds them.`,
    hint: "Scale them, or train with the bound.",
  });
}

/** By how much the norm of weights may exceed its bound, relative: what single precision rounds. */
const ROUNDING = 1e-4;

function otherProgram(name: string, program: string | undefined): BindingError {
  return new BindingError("IPX8010", name, {
    what: `These weights are not of the program ${name}${program === undefined ? "" : `: they are of ${program}`}.`,
    why: "Weights carry the hash of their program's text, so that a changed program is noticed.",
    hint: "Train this program again, or go back to the text that the weights were trained with.",
  });
}

function stepValues(
  operations: Operations,
  declaration: ParameterDeclaration,
  space: Space,
  array: HostArray,
): readonly Value[] {
  const [count = 0, ...rest] = array.shape;
  const shape = declaration.perStep ? rest : array.shape;
  const actual: Space = { kind: "array", field: array.field, shape };
  if (!sameSpace(actual, space)) throw otherShape(declaration, actual, space);
  if (!declaration.perStep) return [upload(operations, array, false)];
  const length = array.data.length / count;
  return Array.from({ length: count }, (_, step) => {
    const data = array.data.slice(step * length, (step + 1) * length);
    return upload(operations, hostArray(array.field, shape, data), false);
  });
}

/** The parameters as a file of weights, with the program's name and hash. */
export async function saveParameters(
  operations: Operations,
  definition: ProgramDefinition,
  parameters: Parameters,
): Promise<Safetensors> {
  const tensors = new Map<string, HostArray>();
  for (const { name, perStep } of definition.parameters) {
    const arrays: HostArray[] = [];
    for (const value of parameters.get(name) ?? []) {
      if (value.kind === "product") throw new TypeError(`The parameter \`${name}\` is a product.`);
      arrays.push(await download(operations, value));
    }
    const [first] = arrays;
    if (first !== undefined) tensors.set(name, perStep ? stack(arrays) : first);
  }
  return { tensors, metadata: { [PROGRAM_NAME]: definition.name, [PROGRAM_HASH]: definition.hash } };
}

/** Which of `count` values a step takes: past the last one, the last one or the first ones again. */
export function stepIndex(count: number, step: number, beyond: "error" | "last" | "cycle"): number {
  return beyond === "cycle" ? step % count : Math.min(step, count - 1);
}

/** The value of a parameter in a step, by the policy for steps past the last value; one value is that of all steps. */
export function valueAtStep(
  name: string,
  values: readonly Value[],
  step: number,
  beyond: "error" | "last" | "cycle",
): Value {
  const value = values[stepIndex(values.length, step, beyond)];
  const isPast = beyond === "error" && values.length > 1 && step >= values.length;
  if (value === undefined || isPast) {
    throw new BindingError("IPX8011", name, {
      what: `Step ${step + 1} has no value of \`${name}\`: there are ${values.length}.`,
      why: "It is learned anew in each step.",
      hint: "Take as many steps as were trained, or run the unrolled network with `beyond = last` or `beyond = cycle`.",
    });
  }
  return value;
}
