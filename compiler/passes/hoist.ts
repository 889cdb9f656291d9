import type { Block, Equation, Variable } from "../ir/block.ts";
import type { IrProgram } from "../ir/program.ts";
import { mapBlocks, readBy } from "../ir/variables.ts";
import type { Pass } from "./pass.ts";

/**
 * Moves what does not change: out of loops and solves into the block around, out of the step and the other sections
 * into `prepare` (once a batch), and out of `prepare` into `constants` (once a run). Nothing leaves a branch, whose
 * sides need not run.
 */
export const hoist: Pass = {
  name: "hoist",
  doc: "computes what does not change between iterations once a batch, and what givens alone decide once a run",
  run: (module) => ({ ...module, program: hoistProgram(module.program) }),
};

function hoistProgram(program: IrProgram): IrProgram {
  const givens = program.givens.filter((data) => !data.perStep).map((data) => data.variable);
  const inputs = program.inputs.map((data) => data.variable);
  const parameters = program.parameters.filter((each) => !each.perStep).map((each) => each.variable);
  const early = new Set<Variable>(givens);
  program.constants.equations.forEach((equation) => equation.outputs.forEach((output) => early.add(output)));
  const late = new Set<Variable>([...early, ...inputs, ...parameters]);
  program.prepare.equations.forEach((equation) => equation.outputs.forEach((output) => late.add(output)));
  const moved: Equation[] = [];
  const section = (block: Block): Block => {
    const { outer, inner } = lifted(withLoopsLifted(block), late);
    moved.push(...outer);
    return inner;
  };
  const optional = (block: Block | null): Block | null => block && section(block);
  const sections = {
    initial: section(program.initial),
    step: optional(program.step),
    finish: section(program.finish),
    objective: optional(program.objective),
    until: optional(program.until),
  };
  const prepare = withLoopsLifted({
    ...program.prepare,
    equations: [...program.prepare.equations, ...moved],
  });
  const { outer, inner } = lifted(prepare, early);
  return {
    ...program,
    ...sections,
    constants: { ...program.constants, equations: [...program.constants.equations, ...outer] },
    prepare: inner,
  };
}

/** The equations of a block that read only what is known outside, and the block without them. */
function lifted(
  block: Block,
  known: Set<Variable>,
): { readonly outer: readonly Equation[]; readonly inner: Block } {
  const outer: Equation[] = [];
  const equations: Equation[] = [];
  for (const equation of block.equations) {
    if (readBy(equation).every((variable) => known.has(variable))) {
      outer.push(equation);
      equation.outputs.forEach((output) => known.add(output));
    } else {
      equations.push(equation);
    }
  }
  return { outer, inner: { ...block, equations } };
}

/** The block with what is invariant in its loops and in the maps of its solves moved before them. */
function withLoopsLifted(block: Block): Block {
  const equations = block.equations.flatMap((equation) => {
    const before: Equation[] = [];
    const changed = mapBlocks(equation, (nested) => {
      const deeper = withLoopsLifted(nested);
      if (equation.operation === "branch") return deeper;
      const { outer, inner } = invariant(deeper);
      before.push(...outer);
      return inner;
    });
    return [...before, changed];
  });
  return { ...block, equations };
}

/** The equations of a block that read nothing which it takes or defines, and the block without them. */
function invariant(block: Block): { readonly outer: readonly Equation[]; readonly inner: Block } {
  const own = new Set<Variable>(block.parameters);
  const outer: Equation[] = [];
  const equations: Equation[] = [];
  for (const equation of block.equations) {
    if (readBy(equation).some((variable) => own.has(variable))) {
      equations.push(equation);
      equation.outputs.forEach((output) => own.add(output));
    } else {
      outer.push(equation);
    }
  }
  return { outer, inner: { ...block, equations } };
}
