import { model } from "../../../runtime/model.ts";
import type { HostArray } from "../../../runtime/io/hostArray.ts";
import { compiledText, definitionFor } from "./compiled.ts";

/** The outputs of a program without a step, in double precision where nothing else is asked for: the entries of each, samples one after another. */
export async function evaluated(
  text: string,
  inputs: Readonly<Record<string, HostArray>>,
  givens: Readonly<Record<string, HostArray | number>> = {},
  engine: "reference" | "wasm" = "reference",
): Promise<readonly (readonly number[])[]> {
  const definition = definitionFor(compiledText("law", text), "first");
  const bound = await model(definition, givens, { engine });
  const { parts } = await bound.run(inputs);
  return parts.map(({ data }) => [...data]);
}
