import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type Space, type Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { Operator } from "../operators/operator.ts";
import type { Task } from "../solve/task.ts";
import { BindingError } from "./bindingError.ts";
import { bindOperator, observeOperator } from "./bindOperator.ts";
import { bindMap, observeMap } from "./bindMap.ts";
import { boundHandles } from "./bound.ts";
import { checkArray, checkOperator, requireHeld } from "./checks.ts";
import { hostArraysOf, materialise, materialSpace, type Data, type Material } from "./datum.ts";
import type {
  Bound,
  DataDeclaration,
  Known,
  ProgramDefinition,
  SpaceDeclaration,
  Target,
  TypeDeclaration,
} from "./definition.ts";
import { kindError } from "./kindError.ts";
import { namesText, openTypeHint } from "./openHint.ts";
import { fieldError, openNames, resolve, typeText, type Dimensions, type Observation } from "./unify.ts";

/** @throws BindingError IPX8001 where data are given for a name that is not declared. */
export function requireNames(
  definition: ProgramDefinition,
  declarations: readonly DataDeclaration[],
  data: Data,
  kind: string,
): void {
  const names = declarations.map(({ name }) => name);
  for (const name of Object.keys(data)) {
    if (names.includes(name)) continue;
    throw new BindingError("IPX8001", name, {
      what: `${definition.name} has no ${kind} \`${name}\`.`,
      hint: names.length === 0 ? `It has no ${kind}s.` : `Its ${kind}s are ${names.join(", ")}.`,
    });
  }
}

/** Whether the first axis of a `per step` given counts steps. */
export function extraAxis({ perStep, type }: DataDeclaration, material: Material): boolean {
  if (!perStep || material.kind !== "host" || type.kind !== "array") return false;
  return material.array.shape.length === type.dimensions.length + 1;
}

/** What a datum says about sizes and spaces. */
export function observe(
  spaces: readonly SpaceDeclaration[],
  { name, type }: DataDeclaration,
  material: Material,
  batched: boolean,
): readonly Observation[] {
  if (type.kind === "operator") return observeOperator(spaces, name, type, material, batched);
  if (type.kind === "map") return observeMap(name, type, material);
  if (material.kind === "operator" || material.kind === "map") throw kindError(name, type, material.kind);
  return [{ name, declared: type, actual: materialSpace(material, batched) }];
}

/**
 * Refuses complex data for a space that is declared real.
 * @throws BindingError IPX8006
 */
export function requireFields({ spaces }: ProgramDefinition, dimensions: Dimensions): void {
  for (const { name, field } of spaces) {
    const bound = dimensions.spaces.get(name);
    if (field === "real" && bound !== undefined && isComplex(bound)) throw fieldError(name);
  }
}

function isComplex(space: Space): boolean {
  return space.kind === "array" ? space.field === "complex" : space.parts.some(isComplex);
}

/** Header parameters that the data leave open take their defaults. */
export function withDefaults(
  definition: ProgramDefinition,
  dimensions: Dimensions,
  applies: (name: string) => boolean,
): Dimensions {
  const sizes = new Map(dimensions.sizes);
  for (const { name, initial } of definition.sizes) {
    if (initial !== null && !sizes.has(name) && applies(name)) sizes.set(name, initial);
  }
  return { sizes, spaces: dimensions.spaces };
}

/** What a datum became: one thing, or one for each step, and the handles that were made for it. */
export interface BoundDatum {
  /** one, or one for each step */
  readonly values: readonly Bound[];
  readonly made: readonly Handle[];
}

/** Where a datum is bound, and how many steps it must serve. */
export interface DatumRequest {
  readonly definition: ProgramDefinition;
  readonly operations: Operations;
  readonly dimensions: Dimensions;
  readonly steps: number;
  /** whether a caller has chosen the steps, who may take fewer of them than there are values */
  readonly chosen?: boolean;
  /** whether the first axis counts the samples of an operator, each with a matrix of its own */
  readonly batched?: boolean;
}

/** Checks a datum against its declaration and brings it to the engine. */
export function* bindDatum(
  { definition, operations, dimensions, steps, chosen = false, batched = false }: DatumRequest,
  declaration: DataDeclaration,
  material: Material,
): Task<BoundDatum> {
  const { name, type } = declaration;
  if (type.kind === "operator") {
    if (material.kind === "host") requireHeld(name, material.array, operations);
    const operator = bindOperator(operations, name, type, material, dimensions, definition.spaces, batched);
    yield* checkOperator(operations, declaration, operator);
    return { values: [operator], made: handlesMade(operator, material) };
  }
  if (type.kind === "map") return { values: [bindMap(name, type, material, dimensions)], made: [] };
  if (material.kind === "operator" || material.kind === "map") throw kindError(name, type, material.kind);
  hostArraysOf(material).forEach((array) => checkArray(declaration, array, operations));
  const space = requireSpace(name, type, dimensions);
  const stepped = extraAxis(declaration, material);
  const pieces =
    stepped && material.kind === "host"
      ? stepsOf(name, material.array, steps, definition.target, chosen)
      : [material];
  const parts = pieces.map((piece) => materialise(operations, piece, space, false));
  for (const { value } of parts) requireShared(name, value);
  return {
    values: parts.map((part) => part.value),
    made: parts.flatMap((part) => part.made.flatMap(handlesOf)),
  };
}

/** The handles of an operator that were made for it: those of the caller's matrix or operator stay the caller's. */
function handlesMade({ handles }: Operator, material: Material): readonly Handle[] {
  if (material.kind === "operator") return [];
  const lent = new Set(material.kind === "value" ? handlesOf(material.value) : []);
  return handles.filter((handle) => !lent.has(handle));
}

function requireShared(name: string, value: Value): void {
  if (value.kind === "product") value.parts.forEach((part) => requireShared(name, part));
  else if (value.batch !== null) {
    throw new BindingError("IPX8004", name, {
      what: `\`given ${name}\` is bound to a batch.`,
      why: "A given is one for all samples.",
      hint: `Declare it as an input: \`input ${name} : ...\`.`,
    });
  }
}

/** The space of a type. */
export function requireSpace(name: string, type: TypeDeclaration, dimensions: Dimensions): Space {
  const space = resolve(type, dimensions);
  if (space !== null) return space;
  throw openError(name, type, dimensions);
}

function openError(name: string, type: TypeDeclaration, dimensions: Dimensions): BindingError {
  return new BindingError("IPX8005", name, {
    what: `The data leave ${namesText(openNames(type, dimensions))} of \`${name}\` : ${typeText(type)} open.`,
    hint: openTypeHint(type, dimensions),
  });
}

/** The error for a name that must be bound. */
export function missing(
  definition: ProgramDefinition,
  { name, type }: DataDeclaration,
  kind: string,
): BindingError {
  return new BindingError("IPX8003", name, {
    what: `${definition.name} needs its ${kind} \`${name}\` : ${typeText(type)}.`,
    hint: `Bind ${name}.`,
  });
}

type Host = Extract<Material, { kind: "host" }>;

/** One piece for each step; fewer than the steps where the target says what holds beyond them. */
function stepsOf(
  name: string,
  array: Host["array"],
  steps: number,
  target: Target,
  chosen: boolean,
): readonly Host[] {
  const [count = 0, ...shape] = array.shape;
  const unrolled = target.kind === "unrolled";
  const isTooFew = count < steps && !(unrolled && target.beyond !== "error");
  if (isTooFew || (unrolled && count > steps && !chosen)) {
    throw new BindingError("IPX8011", name, {
      what: `\`${name}\` is bound to ${count} steps; the program takes ${steps}.`,
      hint: `Bind ${steps} of them, one for each step.`,
    });
  }
  const length = array.data.length / count;
  return Array.from({ length: count }, (_, step) => ({
    kind: "host",
    array: { field: array.field, shape, data: array.data.slice(step * length, (step + 1) * length) },
  }));
}

/** The names of sizes and spaces with what they stand for. */
export function dimensionNames({ sizes, spaces }: Dimensions): Record<string, Bound> {
  return { ...Object.fromEntries(sizes), ...Object.fromEntries(spaces) };
}

/** Known names and the constants that follow from them; their new handles go to `owned`. */
export function withConstants(
  definition: ProgramDefinition,
  operations: Operations,
  known: Known,
  owned: Handle[],
): Known {
  const constants = operations.engine.scope(
    () => definition.constants(operations, known),
    (bound) => Object.values(bound).flatMap(boundHandles),
  );
  const foreign = new Set(Object.values(known).flatMap(boundHandles));
  owned.push(
    ...Object.values(constants)
      .flatMap(boundHandles)
      .filter((handle) => !foreign.has(handle)),
  );
  return { ...known, ...constants };
}
