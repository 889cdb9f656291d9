import { definitionOf, planProgram } from "../../../compiler/compile.ts";
import { trainedMap } from "../../../runtime/adjoint/trainedMap.ts";
import type { GivenMap } from "../../../runtime/arrays/givenMap.ts";
import type { Operations } from "../../../runtime/arrays/operations.ts";
import { bind } from "../../../runtime/program/bind.ts";
import type { ProgramDefinition } from "../../../runtime/program/definition.ts";
import { saveParameters } from "../../../runtime/program/parameters.ts";
import { compiledProgram, type Edit } from "./compiled.ts";

/** dncnn_denoise as a map is made of it: its running averages stand still. */
function frozenDenoiser(edits: readonly Edit[]): ProgramDefinition {
  const plan = planProgram(compiledProgram("dncnn_denoise", edits), "first", { inputs: true, frozen: true });
  if (plan.kind === "refused") throw new Error(plan.diagnostic.message);
  return definitionOf(plan.value);
}

/** A denoiser with weights drawn by a seed, and averages as if it had been trained. */
export async function denoiser(
  operations: Operations,
  seed: number,
  edits: readonly Edit[],
): Promise<GivenMap> {
  const definition = frozenDenoiser(edits);
  const drawn = await bind(definition, operations, { seed });
  const { tensors, metadata } = await saveParameters(operations, definition, drawn.parameters);
  const averages = new Set(
    definition.parameters.filter(({ average }) => average !== undefined).map(({ name }) => name),
  );
  const moved = new Map(
    [...tensors].map(([name, array]) => {
      const data = array.data.map((entry, i) => (averages.has(name) ? 0.8 * entry + 0.1 * (i % 3) : entry));
      return [name, { ...array, data }] as const;
    }),
  );
  return trainedMap(await bind(definition, operations, { weights: { tensors: moved, metadata } }));
}
