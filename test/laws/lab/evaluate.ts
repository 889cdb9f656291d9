import { emitModule } from "../../../compiler/emit/emitModule.ts";
import type { HostArray } from "../../../runtime/io/hostArray.ts";
import { model } from "../../../runtime/model.ts";
import type { ProgramDefinition } from "../../../runtime/program/definition.ts";
import { loadModule } from "../../emit/load.ts";
import { compiledText, definitionFor, planOf } from "./compiled.ts";

type Arrays = Readonly<Record<string, HostArray>>;
type Givens = Readonly<Record<string, HostArray | number>>;
type Engine = "reference" | "wasm";
/** The outputs of a program, the entries of each, samples one after another. */
type Outputs = readonly (readonly number[])[];

/** The outputs of a program without a step, in double precision where nothing else is asked for: the entries of each, samples one after another. */
export async function evaluated(
  text: string,
  inputs: Arrays,
  givens: Givens = {},
  engine: Engine = "reference",
): Promise<Outputs> {
  return outputsOf(definitionFor(compiledText("law", text), "first"), inputs, givens, engine);
}

/** The same by every form that is compiled: the plan in both precisions, and the module that is printed of it. */
export async function evaluatedEverywhere(
  text: string,
  inputs: Arrays,
  givens: Givens = {},
): Promise<{ readonly exact: Outputs; readonly single: Outputs; readonly printed: Outputs }> {
  const settings = { runtimeSpecifier: "ipc/runtime", sourceName: "law.ipx", placeOf: () => "law.ipx" };
  const module = loadModule(await emitModule(planOf(compiledText("law", text), "first"), settings), "law");
  return {
    exact: await evaluated(text, inputs, givens),
    single: await evaluated(text, inputs, givens, "wasm"),
    printed: await outputsOf(module, inputs, givens, "reference"),
  };
}

async function outputsOf(
  definition: ProgramDefinition,
  inputs: Arrays,
  givens: Givens,
  engine: Engine,
): Promise<Outputs> {
  const bound = await model(definition, givens, { engine });
  const { parts } = await bound.run(inputs);
  return parts.map(({ data }) => [...data]);
}
