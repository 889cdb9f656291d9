import type { Block, Equation, Variable } from "./block.ts";
import { equationOf, mapBlocks, readBy } from "./variables.ts";

/**
 * The block without equations whose outputs nothing reads, in nested blocks as well. Variables in `kept` are read from
 * outside. Loops whose traces nothing reads keep none, and branches lose the results that nothing reads.
 */
export function withoutDead(block: Block, kept: ReadonlySet<Variable> = new Set()): Block {
  const live = new Set<Variable>([...kept, ...block.results]);
  const equations: Equation[] = [];
  for (const equation of [...block.equations].reverse()) {
    if (!equation.outputs.some((output) => live.has(output))) continue;
    const pruned = mapBlocks(prunedBranch(prunedTrace(equation, live), live), (inner) => withoutDead(inner));
    readBy(pruned).forEach((variable) => live.add(variable));
    equations.push(pruned);
  }
  return { ...block, equations: equations.reverse() };
}

function prunedTrace(equation: Equation, live: ReadonlySet<Variable>): Equation {
  const trace = equation.outputs.at(-1);
  if (equation.operation !== "loopSaving" || trace === undefined || live.has(trace)) return equation;
  return equationOf({ ...equation, operation: "loop", outputs: equation.outputs.slice(0, -1) });
}

function prunedBranch(equation: Equation, live: ReadonlySet<Variable>): Equation {
  if (equation.operation !== "branch") return equation;
  const used = <T>(values: readonly T[]): readonly T[] =>
    values.filter((_, i) => {
      const output = equation.outputs[i];
      return output !== undefined && live.has(output);
    });
  return {
    ...mapBlocks(equation, (side) => ({ ...side, results: used(side.results) })),
    outputs: used(equation.outputs),
  };
}
