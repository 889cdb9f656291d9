import type { Block, IrFunction } from "../ir/block.ts";
import { withoutDead } from "../ir/dead.ts";
import { blocksOf } from "../ir/variables.ts";
import { blocksOfModule, mapModule, type Module, type Pass } from "./pass.ts";

/** Removes what nobody reads. Every operation is pure, so that is all there is to it. */
export const deadCode: Pass = {
  name: "dead code",
  doc: "removes equations, traces, results of branches and functions that nobody reads",
  run: (module) => withoutUncalled(mapModule(module, (block, { kept }) => withoutDead(block, kept))),
};

function withoutUncalled(module: Module): Module {
  const all = module.derivative?.functions ?? module.program.functions;
  const byName = new Map(all.map((each) => [each.name, each]));
  const called = new Set<IrFunction>();
  const visit = (block: Block): void => {
    for (const equation of block.equations) {
      blocksOf(equation).forEach(visit);
      const target = equation.operation === "call" ? byName.get(equation.attributes.function) : undefined;
      if (target === undefined || called.has(target)) continue;
      called.add(target);
      visit(target.body);
    }
  };
  blocksOfModule(module).forEach(visit);
  const kept = (functions: readonly IrFunction[]): readonly IrFunction[] =>
    functions.filter((each) => called.has(byName.get(each.name) ?? each));
  return {
    program: { ...module.program, functions: kept(module.program.functions) },
    derivative: module.derivative && { ...module.derivative, functions: kept(module.derivative.functions) },
  };
}
