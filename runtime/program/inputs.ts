import { sameSpace } from "../arrays/layout.ts";
import { handlesOf, spaceOf, type Space } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import { spaceText } from "../operators/spaces.ts";
import type { Task } from "../solve/task.ts";
import { BindingError } from "./bindingError.ts";
import {
  bindDatum,
  dimensionNames,
  missing,
  observe,
  requireFields,
  requireNames,
  requireSpace,
  withConstants,
  withDefaults,
} from "./bindDatum.ts";
import { requireMaps } from "./bindMap.ts";
import { isValue, type BoundInputs, type BoundProgram } from "./bound.ts";
import { checkArray } from "./checks.ts";
import { hostArraysOf, materialise, materialOf, type Data, type Material } from "./datum.ts";
import type { Bound, DataDeclaration, Known, ProgramDefinition, TypeDeclaration } from "./definition.ts";
import { requireDivisions } from "./divisions.ts";
import { uploadDraw } from "./draws.ts";
import { namesText, openSizesHint } from "./openHint.ts";
import { namesAtStep } from "./intervals.ts";
import { guarded, OpenName } from "./openNames.ts";
import { requireBound } from "./requirements.ts";
import { kindError } from "./kindError.ts";
import { resolve, unify, type Dimensions } from "./unify.ts";

/**
 * Binds the inputs of one batch. An array with one axis more than its declared type is a batch; where the type leaves
 * the number of axes open, `batched` says whether the first axis counts samples. All batched inputs have as many
 * samples; the others are shared by them. Random numbers are those of the samples from number `first` on.
 * @throws BindingError, DataError; see their codes.
 */
export function* bindInputs(
  program: BoundProgram,
  inputs: Data,
  batched = false,
  first = 0,
): Task<BoundInputs> {
  const { definition } = program;
  requireNames(definition, definition.inputs, inputs, "input");
  const entries = definition.inputs.map((declaration) => {
    const datum = inputs[declaration.name];
    if (datum === undefined) throw missing(definition, declaration, "input");
    const material = materialOf(declaration.name, datum);
    return {
      declaration,
      material,
      samples: samplesOf(declaration.type, material, program.dimensions, batched),
    };
  });
  const counts = new Set(entries.flatMap(({ samples }) => samples ?? []));
  if (counts.size > 1) throw unequalBatches(entries);
  const observations = entries.flatMap(({ declaration, material, samples }) =>
    observe(definition.spaces, declaration, material, samples !== null),
  );
  const dimensions = withDefaults(definition, unify(program.dimensions, observations), () => true);
  requireFields(definition, dimensions);
  requireDivisions(definition.divisions ?? [], dimensions.sizes);
  requireMaps(definition, program.known, dimensions);
  const known: Record<string, Bound> = dimensionNames(dimensions);
  const owned: Handle[] = [];
  const single = counts.size === 0;
  for (const { declaration, material, samples } of entries) {
    if (declaration.type.kind !== "operator") {
      hostArraysOf(material).forEach((array) => checkArray(declaration, array, program.operations));
    }
    const lacksAxis = single && material.kind === "host" && declaration.type.kind !== "operator";
    const axis = lacksAxis ? oneSample(material) : material;
    const batchedHere = samples !== null || axis !== material;
    const bound = yield* bindInput(program, dimensions, declaration, axis, batchedHere);
    owned.push(...bound.made);
    known[declaration.name] = bound.value;
  }
  const constants = program.constantsWait
    ? lateConstants(program, dimensions, { ...program.known, ...known }, owned)
    : {};
  const [counted = null] = counts;
  const batch = batchOf(Object.values(known)) ?? counted;
  const samples = batch ?? 1;
  yield* requireInputs(program, { ...constants, ...known }, dimensions, samples);
  const drawing = { seed: program.seed, first, samples, batch, dimensions };
  for (const declaration of definition.draws ?? []) {
    if (declaration.when !== "sample" || declaration.training === true) continue;
    const drawn = uploadDraw(program.operations, drawing, declaration, 0);
    owned.push(...handlesOf(drawn));
    known[declaration.name] = drawn;
  }
  return { known: { ...constants, ...known }, dimensions, batch, samples, first, single, owned };
}

type Host = Extract<Material, { kind: "host" }>;

/** The constants that waited for the sizes of inputs. */
function lateConstants(
  { definition, operations }: BoundProgram,
  dimensions: Dimensions,
  known: Known,
  owned: Handle[],
): Known {
  try {
    return { ...withConstants(definition, operations, guarded(known), owned) };
  } catch (error) {
    if (!(error instanceof OpenName)) throw error;
    throw openSizes(definition, dimensions, error.read);
  }
}

/** Tests what waited for the inputs; learned values are those of now, in every step that has its own. */
function* requireInputs(
  program: BoundProgram,
  bound: Known,
  dimensions: Dimensions,
  samples: number,
): Task<void> {
  const { operations, waiting, stepGivens, parameters } = program;
  const counts = [...stepGivens.values(), ...parameters.values()].map((values) => values.length);
  for (let step = 0; step < Math.max(1, ...counts) && waiting.length > 0; step++) {
    const names = { ...namesAtStep(program, step), ...bound };
    const [open] = yield* requireBound(operations, waiting, names, samples);
    if (open !== undefined) throw openSizes(program.definition, dimensions, open.name);
  }
}

function openSizes({ name, sizes }: ProgramDefinition, dimensions: Dimensions, read: string): BindingError {
  const unbound = sizes.map((size) => size.name).filter((size) => !dimensions.sizes.has(size));
  const open = unbound.includes(read) ? unbound : [read];
  return new BindingError("IPX8005", read, {
    what: `No datum fixes ${namesText(open)} of ${name}.`,
    hint: openSizesHint(open),
  });
}

function oneSample({ array }: Host): Host {
  return { kind: "host", array: { ...array, shape: [1, ...array.shape] } };
}

/** How many samples an input brings, or null for one that all samples share. */
function samplesOf(
  type: TypeDeclaration,
  material: Material,
  dimensions: Dimensions,
  batched: boolean,
): number | null {
  if (type.kind === "operator") return samplesOfMatrix(material);
  switch (material.kind) {
    case "operator":
    case "map":
      return null;
    case "value":
      return batchOf([material.value]);
    case "host": {
      const rank = type.kind === "array" ? type.dimensions.length : openRank(resolve(type, dimensions));
      const { shape } = material.array;
      const isBatch = rank === null ? batched : shape.length === rank + 1;
      return isBatch ? (shape[0] ?? null) : null;
    }
    case "parts": {
      const types = type.kind === "product" ? type.parts : [];
      const counts = material.parts.map((part, index) =>
        samplesOf(types[index] ?? type, part, dimensions, batched),
      );
      return counts.every((count) => count === counts[0]) ? (counts[0] ?? null) : null;
    }
  }
}

/** An array of three axes that is bound to an operator has a matrix for each sample. */
function samplesOfMatrix(material: Material): number | null {
  if (material.kind === "value") return batchOf([material.value]);
  const shape = material.kind === "host" ? material.array.shape : [];
  return shape.length === 3 ? (shape[0] ?? null) : null;
}

function openRank(space: Space | null): number | null {
  return space?.kind === "array" ? space.shape.length : null;
}

function batchOf(bound: readonly Bound[]): number | null {
  for (const each of bound) {
    if (!isValue(each)) continue;
    const batch = each.kind === "array" ? each.batch : batchOf(each.parts);
    if (batch !== null) return batch;
  }
  return null;
}

function unequalBatches(
  entries: readonly { readonly declaration: DataDeclaration; readonly samples: number | null }[],
): BindingError {
  const counts = entries
    .filter(({ samples }) => samples !== null)
    .map(({ declaration, samples }) => `${declaration.name} has ${samples}`);
  return new BindingError("IPX8004", entries[0]?.declaration.name ?? "", {
    what: `The inputs differ in their number of samples: ${counts.join(", ")}.`,
  });
}

function* bindInput(
  { definition, operations }: BoundProgram,
  dimensions: Dimensions,
  declaration: DataDeclaration,
  material: Material,
  batched: boolean,
): Task<{ readonly value: Bound; readonly made: readonly Handle[] }> {
  const { name, type } = declaration;
  if (type.kind === "operator" || material.kind === "operator" || material.kind === "map") {
    const bound = yield* bindDatum(
      { definition, operations, dimensions, steps: 1, batched },
      declaration,
      material,
    );
    const [value] = bound.values;
    if (value === undefined) throw kindError(name, type, material.kind);
    return { value, made: bound.made };
  }
  const space = requireSpace(name, type, dimensions);
  const { value, made } = materialise(operations, material, space, batched);
  if (!sameSpace(spaceOf(value), space)) {
    throw new BindingError("IPX8004", name, {
      what: `\`${name}\` is ${spaceText(space)}, and was given ${spaceText(spaceOf(value))}.`,
    });
  }
  return { value, made: made.flatMap(handlesOf) };
}
