import type { Block, Equation, Variable } from "../ir/block.ts";
import { isReal } from "../ir/spaces.ts";
import { equationOf, mapBlocks, readBy } from "../ir/variables.ts";
import { blocksOfModule, mapModule, type Module, type Pass } from "./pass.ts";

/**
 * Finite differences of real arrays that one kernel reads, and nobody else, are marked: the kernel may then compute them as it goes,
 * instead of reading what another pass over memory has written. Behind grouping, which makes the kernels.
 */
export const differences: Pass = {
  name: "differences within kernels",
  doc: "marks finite differences that only one kernel reads, so that it computes them",
  run: (module) => {
    const gradients = gradientsOf(module);
    return mapModule(module, (block, { kept }) => marked(block, gradients, kept));
  },
};

/** The operators of a module that take finite differences of real arrays. */
function gradientsOf(module: Module): ReadonlySet<Variable> {
  const equations = blocksOfModule(module).flatMap((block) => block.equations);
  return new Set(
    equations.flatMap((equation) =>
      equation.operation === "library" &&
      equation.attributes.name === "gradient" &&
      isReal(equation.attributes.domain)
        ? equation.outputs
        : [],
    ),
  );
}

function marked(block: Block, gradients: ReadonlySet<Variable>, kept: ReadonlySet<Variable>): Block {
  const kernels = new Map<Variable, number>();
  const others = new Set<Variable>([...block.results, ...kept]);
  for (const equation of block.equations) {
    for (const variable of new Set(readBy(equation))) {
      if (equation.operation !== "fused") others.add(variable);
      else kernels.set(variable, (kernels.get(variable) ?? 0) + 1);
    }
  }
  const equations = block.equations.map((original): Equation => {
    const equation = mapBlocks(original, (inner) => marked(inner, gradients, new Set()));
    const [operator] = equation.inputs;
    const [output] = equation.outputs;
    if (equation.operation !== "apply" || operator === undefined || output === undefined) return equation;
    const isWithin = gradients.has(operator) && kernels.get(output) === 1 && !others.has(output);
    return isWithin
      ? equationOf({ ...equation, attributes: { ...equation.attributes, within: true } })
      : equation;
  });
  return { ...block, equations };
}
