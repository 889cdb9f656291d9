import type { Block, Equation, Variable } from "../ir/block.ts";
import type { IrProgram } from "../ir/program.ts";
import { definedBy, mapBlocks, readBy, renamedEquation, substituteEquation } from "../ir/variables.ts";
import type { Pass } from "./pass.ts";

/**
 * Moves what does not change: out of loops and solves into the block around, out of what runs every iteration into
 * `prepare` (once a batch), and out of `prepare` into `constants` (once a run). Nothing leaves a branch, whose sides
 * need not run. `initial` and `finish` run once a batch anyway: only what givens decide leaves them. Numbers and fills are no work: they stay, and what
 * moves takes copies of its own.
 */
export const hoist: Pass = {
  name: "hoist",
  doc: "computes what does not change between iterations once a batch, and what givens alone decide once a run",
  run: (module) => ({ ...module, program: hoistProgram(module.program) }),
};

function hoistProgram(program: IrProgram): IrProgram {
  const lasting = (
    data: readonly { readonly variable: Variable; readonly perStep: boolean }[],
  ): readonly Variable[] => data.filter((each) => !each.perStep).map((each) => each.variable);
  const givens = lasting(program.givens);
  const early = new Set<Variable>([...givens, ...definedBy(program.constants)]);
  const late = new Set<Variable>([
    ...early,
    ...lasting(program.inputs),
    ...lasting(program.parameters),
    ...program.draws.filter(({ when }) => when === "sample").map(({ variable }) => variable),
    ...definedBy(program.prepare),
  ]);
  const moved: Equation[] = [];
  const section = (block: Block | null): Block | null => {
    if (block === null) return null;
    const { outer, inner } = lifted(withLoopsLifted(block), late);
    moved.push(...outer);
    return inner;
  };
  const lasts: Equation[] = [];
  const once = (block: Block): Block => {
    const { outer, inner } = lifted(withLoopsLifted(block), early);
    lasts.push(...outer);
    return inner;
  };
  const sections = {
    initial: once(program.initial),
    step: section(program.step),
    finish: once(program.finish),
    objective: section(program.objective),
    until: section(program.until),
  };
  for (const block of startsOf(program)) lasts.push(...measuredNorms(block, early));
  const prepare = withLoopsLifted({
    ...program.prepare,
    equations: [...program.prepare.equations, ...moved],
  });
  const { outer, inner } = lifted(prepare, early);
  return {
    ...program,
    ...sections,
    constants: { ...program.constants, equations: [...program.constants.equations, ...outer, ...lasts] },
    prepare: inner,
  };
}

/** The blocks that start what is learned, keep it in its interval, and test what is bound. */
function startsOf({ parameters, requirements }: IrProgram): readonly Block[] {
  const present = (blocks: readonly (Block | null | undefined)[]): readonly Block[] =>
    blocks.flatMap((block) => (block == null ? [] : [block]));
  return [
    ...parameters.flatMap(({ initial, interval, projection }) => [
      ...(initial.kind === "block" ? [initial.block] : []),
      ...present([interval?.low, interval?.high, projection]),
    ]),
    ...requirements.flatMap(({ value, low, high }) => present([value, low, high])),
  ];
}

/**
 * Copies of the equations by which a block finds the norms of products that givens alone decide. They are measured,
 * and what a block finds again at every update is then found once a run: equal things are shared afterwards.
 */
function measuredNorms(block: Block, known: ReadonlySet<Variable>): readonly Equation[] {
  const definitions = new Map(
    block.equations.flatMap((each) => each.outputs.map((output) => [output, each] as const)),
  );
  /** The equations behind a variable; null where something else decides it, too. */
  const behind = (variable: Variable): readonly Equation[] | null => {
    if (known.has(variable)) return [];
    const equation = definitions.get(variable);
    if (equation === undefined) return null;
    return readBy(equation).reduce<readonly Equation[] | null>(
      (found, read) => {
        const own = found === null ? null : behind(read);
        return found === null || own === null ? null : [...own, ...found];
      },
      [equation],
    );
  };
  const needed = new Set(
    block.equations.flatMap((equation) => {
      const [product] = equation.inputs;
      if (equation.operation !== "norm" || product === undefined) return [];
      if (definitions.get(product)?.operation !== "composition") return [];
      const found = behind(product);
      return found === null ? [] : [...found, equation];
    }),
  );
  const names = new Map<Variable, Variable>();
  return block.equations
    .filter((equation) => needed.has(equation))
    .map((equation) => renamedEquation(equation, names));
}

/** Whether an equation is no work: a number, or an array of one number. */
function isFree(equation: Equation): boolean {
  return equation.operation === "constant" || equation.operation === "size" || equation.operation === "fill";
}

/** The equations of a block that read only what is known outside, and the block without them. */
function lifted(
  block: Block,
  known: ReadonlySet<Variable>,
): { readonly outer: readonly Equation[]; readonly inner: Block } {
  const visible = new Set(known);
  const free = new Map<Variable, Equation>();
  const copies = new Map<Variable, Variable>();
  const outer: Equation[] = [];
  const equations: Equation[] = [];
  const copy = (variable: Variable): void => {
    const equation = free.get(variable);
    if (equation === undefined || copies.has(variable)) return;
    equation.inputs.forEach(copy);
    outer.push(renamedEquation(equation, copies));
  };
  for (const equation of block.equations) {
    const stands = readBy(equation).every((variable) => visible.has(variable) || free.has(variable));
    if (stands && isFree(equation)) {
      equation.outputs.forEach((output) => free.set(output, equation));
      equations.push(equation);
    } else if (stands) {
      readBy(equation).forEach(copy);
      outer.push(substituteEquation(equation, copies));
      equation.outputs.forEach((output) => visible.add(output));
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
