import type { Block, Equation, IrFunction, Variable } from "../ir/block.ts";
import { withoutDead } from "../ir/dead.ts";
import type { IrProgram } from "../ir/program.ts";
import {
  blocksOf,
  equationOf,
  freeVariables,
  mapBlocks,
  substitute,
  type Substitution,
} from "../ir/variables.ts";

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
  const functions = program.functions.map((of): IrFunction => ({
    ...of,
    name: renamed.get(of.name) ?? of.name,
    body: withoutDead(chosenIn(of.body, mode, renamed)),
  }));
  const unread = new Map(functions.map(({ name, body }) => [name, unreadIn(body)]));
  const chosen = (block: Block): Block => withoutDead(withoutUnread(chosenIn(block, mode, renamed), unread));
  return {
    ...program,
    functions: functions.map((of) => ({ ...of, body: withoutParameters(of.body, unreadIn(of.body)) })),
    prepare: withoutUnread(chosenIn(program.prepare, mode, renamed), unread),
    initial: chosen(program.initial),
    step: program.step && chosen(program.step),
    ...(program.firstStep === undefined ? {} : { firstStep: chosen(program.firstStep) }),
    finish: chosen(program.finish),
    objective: program.objective && chosen(program.objective),
    until: program.until && chosen(program.until),
  };
}

/** The places of parameters of each sample that a function does not read: masks, where it runs. */
function unreadIn(body: Block): ReadonlySet<number> {
  const read = new Set(freeVariables({ ...body, parameters: [] }));
  return new Set(
    body.parameters.flatMap((parameter, index) => (parameter.shared || read.has(parameter) ? [] : [index])),
  );
}

function withoutParameters(body: Block, unread: ReadonlySet<number>): Block {
  return { ...body, parameters: body.parameters.filter((_, index) => !unread.has(index)) };
}

/** The block with calls that hand over only what functions read. */
function withoutUnread(block: Block, unread: ReadonlyMap<string, ReadonlySet<number>>): Block {
  const equations = block.equations.map((equation): Equation => {
    const inner = mapBlocks(equation, (nested) => withoutUnread(nested, unread));
    if (inner.operation !== "call") return inner;
    const left = unread.get(inner.attributes.function);
    return { ...inner, inputs: inner.inputs.filter((_, index) => left?.has(index) !== true) };
  });
  return { ...block, equations };
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
