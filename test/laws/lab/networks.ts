import type { Bound, Known, ProgramDefinition } from "../../../runtime/program/definition.ts";
import { numbersOf, type Ready } from "./steps.ts";

/** All that the functions of a program without a step may read. */
function knownOf({ program, inputs }: Ready): Known {
  const learned = [...program.parameters].flatMap(([name, [value]]): (readonly [string, Bound])[] =>
    value === undefined ? [] : [[name, value]],
  );
  return { ...program.known, ...inputs.known, ...Object.fromEntries(learned) };
}

/** The output of a program without a step, by the functions of a definition. */
export async function outputOf(of: Ready, definition: ProgramDefinition): Promise<readonly number[]> {
  const { operations } = of.program;
  const known = knownOf(of);
  const prepared = definition.prepare?.run(operations, known, {}).values ?? {};
  const { values } = definition.finish.run(operations, { ...known, ...prepared }, {});
  const { output } = values;
  if (output === undefined) throw new Error("there is no output");
  return numbersOf(operations, output, of.inputs.samples);
}
