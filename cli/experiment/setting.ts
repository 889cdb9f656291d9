import { join } from "node:path";
import type { Expression } from "../../compiler/ast/tree.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import { requireFinite, stack } from "../../runtime/io/hostArray.ts";
import { listArrayFiles, readArray } from "../../runtime/io/node/arrays.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { type Assignment, namesIn } from "../binding/assignment.ts";
import type { FileInput } from "../binding/bindProgram.ts";
import type { Context } from "../context.ts";
import { openEngine } from "../engine.ts";
import { Failure } from "../failure.ts";
import { located, placeOf } from "../report.ts";
import { fault } from "../binding/faults.ts";
import { batchAt, sampleAt } from "../../runtime/data/sample.ts";
import { generatorOf } from "./generators.ts";
import { requireMemory } from "./memory.ts";
import type { NamedSettings } from "./schema.ts";
import { type Experiment, readExperiment } from "./readExperiment.ts";

/** What all programs of an experiment share. */
export interface Setting {
  readonly context: Context;
  readonly experiment: Experiment;
  readonly operations: Operations;
  /** the bindings of [given] */
  readonly assignments: readonly Assignment[];
  /** data under names of their own */
  readonly named: readonly FileInput[];
  /** operators of [given] that were realised, by name and shape of a sample */
  readonly operators: Map<string, Operator>;
  /** the folder of results */
  readonly out: string;
}

/**
 * Reads an experiment and opens its engine; the command's choice of an engine goes before the file's.
 * @throws Failure, UsageError
 */
export async function openSetting(
  context: Context,
  file: string,
  { engine, data }: { readonly engine?: string | undefined; readonly data?: string | undefined },
): Promise<Setting> {
  const experiment = await located(placeOf(file), () => readExperiment(context.sources, file, data));
  const { settings } = experiment;
  const assignments = experiment.assignments(["given"], settings.given);
  const named = engine === undefined && settings.engine !== undefined;
  const operations = await (named
    ? openEngine(settings.engine, experiment.toml.valueSpan(["engine"]))
    : openEngine(engine));
  const files = await readNamed(experiment);
  const out = experiment.resolve(settings.out);
  return { context, experiment, operations, assignments, named: files, operators: new Map(), out };
}

/** How many samples of a generator are taken in turn where nothing says it. */
const DRAWN = 64;

/** The tables of [data] that are no data under a name. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  "generate",
  "folder",
  "count",
  "key",
  "slices",
  "scale",
  "patch",
  "multiple",
  "augment",
  "grey",
  "range",
  "measure",
  "noise",
  "train",
  "validate",
  "test",
]);

async function readNamed(experiment: Experiment): Promise<readonly FileInput[]> {
  const { data } = experiment.settings;
  const found: FileInput[] = [];
  for (const [name, entry] of Object.entries(data)) {
    if (OWN_KEYS.has(name) || !isNamed(entry)) continue;
    if (entry.generate !== undefined) {
      found.push(drawnInput(experiment, name, entry, entry.generate));
      continue;
    }
    const { file, folder, per } = entry;
    const path = experiment.resolve(file ?? folder ?? "");
    const array = await located(placeOf(path), async () =>
      requireFinite(await (file === undefined ? readFolder(path) : readArray(path)), path),
    );
    found.push({ name, file: path, array, batched: per === "sample" });
  }
  return found;
}

function isNamed(entry: unknown): entry is NamedSettings {
  return typeof entry === "object" && entry !== null && "per" in entry;
}

/** Samples of a generator under a name: one, or as many as are taken in turn. */
function drawnInput(
  experiment: Experiment,
  name: string,
  { file, folder, per, count, seed = experiment.settings.seed }: Omit<NamedSettings, "generate">,
  generate: string,
): FileInput {
  const path = ["data", name, "generate"];
  const span = experiment.toml.valueSpan(path);
  if (file !== undefined || folder !== undefined) {
    throw fault(span, "Data under a name is read or drawn", "Leave `file` and `folder` out, or `generate`.");
  }
  const expression = experiment.expression(path, generate);
  const generator = generatorOf(expression);
  if (per === "run") return { name, file: generate, array: sampleAt(generator, seed, 0), batched: false };
  const first = sampleAt(generator, seed, 0);
  const samples = count ?? DRAWN;
  requireMemory(expression.span, `${samples} samples of \`${name}\``, samples * first.data.length);
  return { name, file: generate, array: batchAt(generator, seed, 0, samples), batched: true };
}

async function readFolder(folder: string): Promise<HostArray> {
  return stack(await Promise.all((await listArrayFiles(folder)).map(({ path }) => readArray(path))));
}

/** The expressions that make inputs of samples, by the inputs of a program. */
export function measuredInputs(
  { experiment, named, assignments }: Setting,
  definition: ProgramDefinition,
): ReadonlyMap<string, Expression> {
  const { measure } = experiment.settings.data;
  const path = ["data", "measure"];
  if (measure === undefined) return new Map();
  if (typeof measure !== "string") {
    return new Map(
      Object.entries(measure).map(([name, text]) => [
        name,
        demandShared(experiment.expression([...path, name], text), named),
      ]),
    );
  }
  const elsewhere = new Set([...named, ...assignments].map(({ name }) => name));
  const open = definition.inputs.filter(({ name, type }) => !elsewhere.has(name) && type.kind !== "operator");
  const [only, second] = open;
  if (only === undefined || second !== undefined) {
    const names = open.map(({ name }) => name);
    const what = `\`measure\` makes one input, and ${definition.name} has ${open.length} that are open`;
    const hint = `Write an expression for each: measure = { ${names.map((name) => `${name} = "..."`).join(", ")} }.`;
    const words = { what, hint: names.length === 0 ? null : hint };
    throw new Failure([diagnose("IPX8503", experiment.toml.valueSpan(path), words)]);
  }
  return new Map([[only.name, demandShared(experiment.expression(path, measure), named)]]);
}

/** @throws Failure where a measurement reads what each sample has of its own */
function demandShared(expression: Expression, named: readonly FileInput[]): Expression {
  const own = named.find(({ name, batched }) => batched === true && namesIn(expression).has(name));
  if (own === undefined) return expression;
  throw fault(
    expression.span,
    `A measurement reads what all samples share, and \`${own.name}\` is one for each`,
    'Write `per = "run"`, or measure beforehand and give the measurements as files.',
  );
}

/** A file in the folder of results. */
export function resultFile({ out }: Setting, name: string): string {
  return join(out, name);
}
