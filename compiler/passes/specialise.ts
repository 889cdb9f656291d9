import type { Block, Equation, IrFunction, Variable } from "../ir/block.ts";
import { withoutDead } from "../ir/dead.ts";
import type { IrProgram } from "../ir/program.ts";
import { blocksOf, equationOf, mapBlocks, substitute, type Substitution } from "../ir/variables.ts";

/** What a program is to be: as it runs, or as it is trained. */
export type Mode = "running" | "training";

/** Whether some layer computes otherwise while training. */
export function hasModes(program: IrProgram): boolean {
  const chooses = (block: Block): boolean =>
    block.equations.some(
      (equation) => equation.operation === "inTraining" || blocksOf(equation).some(chooses),
    );
  return [...sectionsOf(program), ...program.functions.map(({ body }) => body)].some(chooses);
}

/**
 * The program in one mode: of each choice one side, and what only the other side read is gone. Functions that differ
 * while training have names of their own there, `N_training`.
 */
export function specialised(program: IrProgram, mode: Mode): IrProgram {
  const renamed = new Map(
    mode === "running" ? [] : program.functions.map(({ name }) => [name, `${name}_training`] as const),
  );
  const chosen = (block: Block): Block => withoutDead(chosenIn(block, mode, renamed));
  return {
    ...program,
    functions: program.functions.map((of): IrFunction => ({
      ...of,
      name: renamed.get(of.name) ?? of.name,
      body: chosen(of.body),
    })),
    prepare: chosenIn(program.prepare, mode, renamed),
    initial: chosen(program.initial),
    step: program.step && chosen(program.step),
    ...(program.firstStep === undefined ? {} : { firstStep: chosen(program.firstStep) }),
    finish: chosen(program.finish),
    objective: program.objective && chosen(program.objective),
    until: program.until && chosen(program.until),
  };
}

function sectionsOf({ prepare, initial, step, finish, objective, until }: IrProgram): readonly Block[] {
  return [prepare, initial, step, finish, objective, until].filter((block) => block !== null);
}

function chosenIn(block: Block, mode: Mode, renamed: ReadonlyMap<string, string>): Block {
  const sides = new Map<Variable, Variable>();
  const equations = block.equations.flatMap((equation): readonly Equation[] => {
    const [output] = equation.outputs;
    if (equation.operation === "inTraining" && output !== undefined) {
      const side = equation.inputs[mode === "running" ? 0 : 1];
      if (side !== undefined) sides.set(output, sides.get(side) ?? side);
      return [];
    }
    const inner = mapBlocks(equation, (nested) => chosenIn(nested, mode, renamed));
    const name = inner.operation === "call" ? renamed.get(inner.attributes.function) : undefined;
    if (inner.operation !== "call" || name === undefined) return [inner];
    return [equationOf({ ...inner, attributes: { function: name } })];
  });
  const choice: Substitution = sides;
  return substitute({ ...block, equations }, choice);
}
