import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type Space, type Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import { perform, type Task } from "../solve/task.ts";
import {
  bindDatum,
  dimensionNames,
  extraAxis,
  missing,
  observe,
  requireFields,
  requireNames,
  withConstants,
  withDefaults,
  type BoundDatum,
} from "./bindDatum.ts";
import { BindingError } from "./bindingError.ts";
import { isValue, type Bindings, type BoundProgram } from "./bound.ts";
import { countOf } from "./counts.ts";
import { materialOf, type Data } from "./datum.ts";
import type { Bound, DataDeclaration, Known, ProgramDefinition } from "./definition.ts";
import { namesAtStep, requireIntervals } from "./intervals.ts";
import { requireDivisions } from "./divisions.ts";
import { guarded, OpenName } from "./openNames.ts";
import { openSizesHint, openTypeHint } from "./openHint.ts";
import { loadParameters, startParameters, type Parameters } from "./parameters.ts";
import { requireBound } from "./requirements.ts";
import { openNames, typeText, unify, type Dimensions } from "./unify.ts";

/**
 * Binds a program: solves sizes and spaces from the data, checks shapes, fields, intervals and refutable properties,
 * and evaluates defaults, constants and the first values of parameters.
 * @throws BindingError, DataError; see their codes.
 */
export async function bind(
  definition: ProgramDefinition,
  operations: Operations,
  bindings: Bindings = {},
): Promise<BoundProgram> {
  return perform(operations, bindTask(definition, operations, bindings));
}

function* bindTask(
  definition: ProgramDefinition,
  operations: Operations,
  bindings: Bindings,
): Task<BoundProgram> {
  const givens = bindings.givens ?? {};
  requireNames(definition, definition.givens, givens, "given");
  const declared = givenDimensions(definition, givens, bindings.sizes ?? {});
  const dimensions = withDefaults(definition, declared, (name) => !inputsFix(definition, name));
  requireFields(definition, dimensions);
  requireDivisions(definition.divisions ?? [], dimensions.sizes);
  const owned: Handle[] = [];
  const steps = bindings.steps ?? stepCount(definition, operations, dimensions);
  const given = yield* bindGivens({
    definition,
    operations,
    dimensions,
    givens,
    steps,
    chosen: bindings.steps !== undefined || isChosen(definition),
    owned,
  });
  const early = earlyConstants(definition, operations, given.known, owned);
  const constantsWait = early === null;
  const known = early ?? given.known;
  const request = { operations, definition, dimensions, known, steps, seed: bindings.seed ?? 0 };
  const parameters =
    bindings.weights === undefined ? startParameters(request) : loadParameters(request, bindings.weights);
  owned.push(...[...parameters.values()].flat().flatMap(handlesOf));
  const { stepGivens } = given;
  const program: BoundProgram = {
    definition,
    operations,
    dimensions,
    known,
    stepGivens,
    parameters,
    steps,
    constantsWait,
    waiting: [],
    seed: request.seed,
    owned: [...new Set(owned)],
  };
  yield* requireIntervals(program);
  return { ...program, waiting: yield* requireGivens(program) };
}

/** Tests what givens decide, in every step; gives what waits for inputs. */
function* requireGivens(program: BoundProgram): Task<BoundProgram["waiting"]> {
  const { operations, definition, stepGivens, parameters } = program;
  const counts = [...stepGivens.values(), ...parameters.values()].map((values) => values.length);
  const waiting = new Set<BoundProgram["waiting"][number]>();
  for (let step = 0; step < Math.max(1, ...counts); step++) {
    const open = yield* requireBound(
      operations,
      definition.requirements ?? [],
      namesAtStep(program, step),
      1,
    );
    open.forEach((requirement) => waiting.add(requirement));
  }
  return [...waiting];
}

function givenDimensions(
  definition: ProgramDefinition,
  givens: Data,
  sizes: Readonly<Record<string, number>>,
): Dimensions {
  for (const [name, value] of Object.entries(sizes)) {
    if (!definition.sizes.some((size) => size.name === name)) {
      throw new BindingError("IPX8001", name, { what: `${definition.name} has no size \`${name}\`.` });
    }
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new BindingError("IPX8005", name, {
        what: `The size \`${name}\` must be a count, not ${value}.`,
      });
    }
  }
  const observations = definition.givens.flatMap((declaration) => {
    const datum = givens[declaration.name];
    if (datum === undefined) return [];
    const material = materialOf(declaration.name, datum);
    return observe(definition.spaces, declaration, material, extraAxis(declaration, material));
  });
  return unify({ sizes: new Map(Object.entries(sizes)), spaces: new Map() }, observations);
}

/** Whether an input's type names a size, so that each batch may have its own. */
function inputsFix(definition: ProgramDefinition, name: string): boolean {
  const nothing = { sizes: new Map<string, number>(), spaces: new Map<string, Space>() };
  return definition.inputs.some(({ type }) => openNames(type, nothing).includes(name));
}

/** Known names with the constants, or null where these wait for sizes that only inputs fix. */
function earlyConstants(
  definition: ProgramDefinition,
  operations: Operations,
  known: Known,
  owned: Handle[],
): Known | null {
  try {
    return { ...withConstants(definition, operations, guarded(known), owned) };
  } catch (error) {
    if (error instanceof OpenName) return null;
    throw error;
  }
}

function isChosen({ target }: ProgramDefinition): boolean {
  return target.kind === "unrolled" && target.chosen === true;
}

function stepCount({ target }: ProgramDefinition, operations: Operations, { sizes }: Dimensions): number {
  if (target.kind !== "unrolled") return 1;
  const own = target.size === undefined ? undefined : sizes.get(target.size);
  return own ?? countOf(operations, Object.fromEntries(sizes), target.steps);
}

interface GivenRequest {
  readonly definition: ProgramDefinition;
  readonly operations: Operations;
  readonly dimensions: Dimensions;
  readonly givens: Data;
  readonly steps: number;
  readonly chosen: boolean;
  readonly owned: Handle[];
}

function* bindGivens(
  request: GivenRequest,
): Task<{ readonly known: Known; readonly stepGivens: Parameters }> {
  const { definition, dimensions, givens, owned } = request;
  const known: Record<string, Bound> = dimensionNames(dimensions);
  const stepGivens = new Map<string, readonly Value[]>();
  for (const declaration of definition.givens) {
    const { name, perStep, initial } = declaration;
    const datum = givens[name];
    if (datum === undefined && initial === null) throw missing(definition, declaration, "given");
    const bound =
      datum === undefined
        ? defaultValue(request, declaration, known)
        : yield* bindDatum(request, declaration, materialOf(name, datum));
    owned.push(...bound.made);
    const [first] = bound.values;
    if (first === undefined) throw missing(definition, declaration, "given");
    known[name] = first;
    if (perStep) stepGivens.set(name, bound.values.filter(isValue));
  }
  return { known, stepGivens };
}

/** @throws BindingError IPX8005 where the default reads a size or a space that only inputs fix */
function defaultValue(
  { operations, dimensions }: GivenRequest,
  { name, type, initial }: DataDeclaration,
  known: Known,
): BoundDatum {
  if (initial === null) return { values: [], made: [] };
  try {
    const value = operations.engine.scope(() => initial(operations, guarded(known)), handlesOf);
    return { values: [value], made: handlesOf(value) };
  } catch (error) {
    if (!(error instanceof OpenName)) throw error;
    const isSpace = openNames(type, dimensions).includes(error.read);
    throw new BindingError("IPX8005", name, {
      what: `The default of \`${name}\` : ${typeText(type)} reads \`${error.read}\`, which is not known yet.`,
      why: "What is given is bound once a run, not by inputs.",
      hint: isSpace ? openTypeHint(type, dimensions) : openSizesHint([error.read]),
    });
  }
}
