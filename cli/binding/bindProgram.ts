import { nearest } from "../../compiler/diagnostics/suggestion.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import type { Span } from "../../compiler/source/span.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import type { Data, Datum } from "../../runtime/program/datum.ts";
import type { DataDeclaration, ProgramDefinition } from "../../runtime/program/definition.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import { placeOf } from "../report.ts";
import { type Assignment, namesIn } from "./assignment.ts";
import { bindNames } from "./bindNames.ts";
import { fixedDraft } from "./draft.ts";
import { fault } from "./faults.ts";
import type { FileArrays } from "./readFiles.ts";
import { realiseOperators } from "./realiseOperators.ts";
import { KIND_WORDS, type Thing } from "./thing.ts";

/** Data that came as a file for an input, or for a name that bindings read. */
export interface FileInput {
  readonly name: string;
  readonly file: string;
  readonly array: HostArray;
  /** whether each sample has its own; null where the type decides */
  readonly batched: boolean | null;
}

/** What is to be bound to a program. */
export interface BindingRequest {
  readonly context: Context;
  readonly definition: ProgramDefinition;
  readonly operations: Operations;
  readonly assignments: readonly Assignment[];
  readonly inputs: readonly FileInput[];
  /** whether the first axis counts samples where types leave the number of axes open */
  readonly batched: boolean;
  /** where names are bound, for messages about those that are not */
  readonly origin: string;
  /** where files of expressions are looked for */
  readonly folder: string;
  /** the files of assignments, where they are read already */
  readonly files?: FileArrays;
  /** operators that were realised before, by the names of their declarations */
  readonly operators?: ReadonlyMap<string, Operator>;
  /** names that are read elsewhere, so that binding them is no mistake */
  readonly alsoRead?: ReadonlySet<string>;
}

/** What is bound, ready for the runtime. */
export interface ProgramData {
  readonly sizes: Readonly<Record<string, number>>;
  readonly givens: Data;
  readonly inputs: Data;
  /** everything that was bound, for expressions over it */
  readonly names: ReadonlyMap<string, Thing>;
  /** where a name was bound, for messages */
  readonly placeOf: (name: string) => Span;
}

/**
 * Evaluates all bindings of a program, in the order in which they need one another, and settles the spaces of
 * operators from types, data and masks.
 * @throws Failure that points into the expressions
 */
export async function bindProgramData(request: BindingRequest): Promise<ProgramData> {
  const { context, definition, operations, assignments, inputs, folder } = request;
  const place = placesOf(request);
  requireKnown(request);
  const before = request.operators ?? new Map<string, Operator>();
  const given = new Map<string, Thing>([
    ...inputs.map(({ name, array, batched }): [string, Thing] => [
      name,
      { kind: "host", array, batched: batched ?? false },
    ]),
    ...[...before].map(([name, operator]): [string, Thing] => [
      name,
      { kind: "operator", draft: fixedDraft(place(name), operator) },
    ]),
  ]);
  const open = assignments.filter(({ name }) => !before.has(name));
  const names = await bindNames({ context, operations, folder }, open, given, request.files);
  const sizes = sizesOf(definition, names, place);
  requireShared(request, names, place);
  const operators = realiseOperators(request, names, sizes, place);
  const datum = ({ name }: DataDeclaration): readonly [string, Datum][] => {
    const bound = operators.get(name) ?? datumOf(names.get(name), place(name));
    return bound === null ? [] : [[name, bound]];
  };
  return {
    sizes,
    givens: Object.fromEntries(definition.givens.flatMap(datum)),
    inputs: Object.fromEntries(definition.inputs.flatMap(datum)),
    names,
    placeOf: place,
  };
}

function placesOf({
  context,
  definition,
  assignments,
  inputs,
  origin,
}: BindingRequest): (name: string) => Span {
  const places = new Map<string, Span>([
    ...inputs.map(({ name, file }) => [name, placeOf(file)] as const),
    ...assignments.map(({ name, expression }) => [name, expression.span] as const),
  ]);
  return (name) =>
    places.get(name) ?? context.sources.declarationAt(definition.hash, name) ?? placeOf(origin);
}

/** Every name must be the program's, or be read by another binding. */
function requireKnown({ definition, assignments, inputs, alsoRead }: BindingRequest): void {
  const own = [...definition.sizes, ...definition.givens, ...definition.inputs].map(({ name }) => name);
  const read = new Set([
    ...assignments.flatMap(({ expression }) => [...namesIn(expression)]),
    ...(alsoRead ?? []),
  ]);
  const stranger = [...assignments, ...inputs].find(({ name }) => !own.includes(name) && !read.has(name));
  if (stranger === undefined) return;
  const meant = nearest(stranger.name, own);
  const hint = meant === null ? `It has ${own.join(", ")}.` : `Did you mean \`${meant}\`?`;
  const what = `${definition.name} declares no \`${stranger.name}\`, and no binding reads it`;
  const span =
    "expression" in stranger ? (stranger.nameSpan ?? stranger.expression.span) : placeOf(stranger.file);
  throw new Failure([diagnose("IPX8001", span, { what, hint })]);
}

function sizesOf(
  definition: ProgramDefinition,
  names: ReadonlyMap<string, Thing>,
  place: (name: string) => Span,
): Readonly<Record<string, number>> {
  const entries = definition.sizes.flatMap(({ name }) => {
    const thing = names.get(name);
    if (thing === undefined) return [];
    if (thing.kind === "number") return [[name, thing.value] as const];
    throw fault(place(name), `The size \`${name}\` is a number, not ${KIND_WORDS[thing.kind]}`);
  });
  return Object.fromEntries(entries);
}

/** A given is one for all samples: no operator of its own for each. */
function requireShared(
  { definition, assignments }: BindingRequest,
  names: ReadonlyMap<string, Thing>,
  place: (name: string) => Span,
): void {
  for (const { name } of definition.givens) {
    const thing = names.get(name);
    if (thing?.kind !== "operator" || !thing.draft.perSample) continue;
    const expression = assignments.find((assignment) => assignment.name === name)?.expression;
    const read = expression === undefined ? [] : [...namesIn(expression)];
    const data = read.find((part) => isBatch(names.get(part))) ?? name;
    const words = {
      name,
      data,
      programFile: `the program ${definition.name}`,
      declaration: `input ${name} : linear ...`,
      single: `--bind ${data}='array("${data}.npy")'`,
    };
    throw new Failure([diagnose("IPX8002", place(name), words)]);
  }
}

function isBatch(thing: Thing | undefined): boolean {
  return thing?.kind === "host" ? thing.batched : thing?.kind === "operator" && thing.draft.perSample;
}

function datumOf(thing: Thing | undefined, span: Span): Datum | null {
  switch (thing?.kind) {
    case undefined:
      return null;
    case "number":
      return thing.value;
    case "host":
      return thing.array;
    case "value":
      return thing.value;
    case "truth":
    case "list":
      throw fault(span, `${KIND_WORDS[thing.kind]} cannot be bound to a name of a program`);
    case "map":
      return thing.map;
    case "operator":
      throw new Error("an operator that was bound was not given its spaces");
  }
}
