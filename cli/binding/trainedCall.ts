import { isAbsolute, join } from "node:path";
import { partsOf } from "../../compiler/ast/parts.ts";
import type { CallExpression, Expression, Parsed } from "../../compiler/ast/tree.ts";
import { trainedMap } from "../../runtime/adjoint/trainedMap.ts";
import type { GivenMap } from "../../runtime/arrays/givenMap.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { readBytes } from "../../runtime/io/node/files.ts";
import { readSafetensors } from "../../runtime/io/safetensors.ts";
import { bind } from "../../runtime/program/bind.ts";
import { loadProgram } from "../compiler.ts";
import type { Context } from "../context.ts";
import { located } from "../report.ts";
import { fault } from "./faults.ts";

/** The word of bindings that makes a map of a trained program. */
export const TRAINED = "trained";

/** The maps that expressions name, by the calls that load them. */
export type GivenMaps = ReadonlyMap<Expression, GivenMap>;

/** What loading a trained program needs; its files are named relative to `folder`. */
export interface MapReading {
  readonly context: Context;
  readonly operations: Operations;
  readonly folder: string;
}

type Call = CallExpression<Parsed>;
type Text = Extract<Expression, { kind: "string" }>;

const EXAMPLE = 'Write, for example, `trained("dncnn_denoise.ipx", weights = "denoiser.safetensors")`.';

/** Expressions are evaluated for each part of an experiment; a program is loaded once for its engine. */
const LOADED = new WeakMap<Expression, { readonly operations: Operations; readonly map: GivenMap }>();

/**
 * Loads the trained programs that an expression names, as in `trained("f.ipx", weights = "w.safetensors")`.
 * @throws Failure that points to the call, to a name of a file, or into the program
 */
export async function readMaps(expression: Expression, reading: MapReading): Promise<GivenMaps> {
  const found = new Map<Expression, GivenMap>();
  const visit = async (part: Expression): Promise<void> => {
    if (part.kind === "call" && part.callee.kind === "name" && part.callee.name === TRAINED) {
      found.set(part, await loaded(part, reading));
    } else for (const inner of partsOf(part)) await visit(inner);
  };
  await visit(expression);
  return found;
}

async function loaded(call: Call, reading: MapReading): Promise<GivenMap> {
  const before = LOADED.get(call);
  if (before?.operations === reading.operations) return before.map;
  const map = await load(call, reading);
  LOADED.set(call, { operations: reading.operations, map });
  return map;
}

async function load(call: Call, { context, operations, folder }: MapReading): Promise<GivenMap> {
  const { file, weights, program } = argumentsOf(call);
  const at = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const definition = await loadProgram(context, at(file.value), {
    ...(program === null ? {} : { program }),
    reverse: { inputs: true, frozen: true },
  });
  if (weights === null) {
    const learned = definition.parameters.find(({ initial }) => initial.kind !== "stored")?.name;
    if (learned !== undefined)
      throw fault(call.span, `${definition.name} learns \`${learned}\`, and no weights are named`, EXAMPLE);
    return located(call.span, async () => trainedMap(await bind(definition, operations)));
  }
  const values = await located(weights.span, async () => readSafetensors(await readBytes(at(weights.value))));
  return located(call.span, async () => trainedMap(await bind(definition, operations, { weights: values })));
}

function argumentsOf(call: Call): {
  readonly file: Text;
  /** a program needs none that learns nothing, or has the networks of files alone */
  readonly weights: Text | null;
  readonly program: string | null;
} {
  let file: Text | null = null;
  let weights: Text | null = null;
  let program: string | null = null;
  for (const { name, value, span } of call.arguments) {
    if (name === null && value.kind === "string" && file === null) file = value;
    else if (name?.name === "weights" && value.kind === "string") weights = value;
    else if (name?.name === "entry" && value.kind === "name") program = value.name;
    else throw fault(span, `\`${TRAINED}\` takes a file, \`weights = "..."\` and \`entry = name\``, EXAMPLE);
  }
  if (file === null) throw fault(call.span, `\`${TRAINED}\` takes the file of a program`, EXAMPLE);
  return { file, weights, program };
}
