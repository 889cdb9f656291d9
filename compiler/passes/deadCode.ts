import type { Block, Equation, Variable } from "../ir/block.ts";
import { mapBlocks, readBy } from "../ir/variables.ts";
import { mapModule, type Pass } from "./pass.ts";

/** Removes what nobody reads. Every operation is pure, so that is all there is to it. */
export const deadCode: Pass = {
  name: "dead code",
  doc: "removes equations whose outputs nobody reads, and results of branches that nobody takes",
  run: (module) => mapModule(module, (block, { kept }) => withoutDead(block, kept)),
};

function withoutDead(block: Block, kept: ReadonlySet<Variable>): Block {
  const live = new Set<Variable>([...block.results, ...kept]);
  const equations: Equation[] = [];
  for (const equation of [...block.equations].reverse()) {
    if (!equation.outputs.some((output) => live.has(output))) continue;
    const inner = mapBlocks(withoutDeadResults(equation, live), (nested) => withoutDead(nested, new Set()));
    readBy(inner).forEach((variable) => live.add(variable));
    equations.push(inner);
  }
  return { ...block, equations: equations.reverse() };
}

function withoutDeadResults(equation: Equation, live: ReadonlySet<Variable>): Equation {
  if (equation.operation !== "branch") return equation;
  const wanted = equation.outputs.map((output) => live.has(output));
  if (wanted.every((each) => each)) return equation;
  const only = <T>(entries: readonly T[]): readonly T[] =>
    entries.filter((_, index) => wanted[index] === true);
  const { whenTrue, whenFalse } = equation.attributes;
  return {
    ...equation,
    outputs: only(equation.outputs),
    attributes: {
      whenTrue: { ...whenTrue, results: only(whenTrue.results) },
      whenFalse: { ...whenFalse, results: only(whenFalse.results) },
    },
  };
}
