import type { Block, Equation, Variable } from "../ir/block.ts";
import { freeVariables, renamedEquation, substitute } from "../ir/variables.ts";
import type { Pass } from "./pass.ts";

/**
 * Operators that come with the sample, or of what is learned, such as `blur(k)` of an input k, are made in each section
 * that applies them: what `prepare` hands on are values, which can be recorded, saved and differentiated. What is
 * computed of such an operator once a batch, its norm above all, stays in `prepare`. A matrix that
 * such an operator is made of is written out beside it: there the derivative finds the map that it stands for.
 */
export const localOperators: Pass = {
  name: "local operators",
  doc: "makes operators that depend on samples or weights in each section that applies them",
  run: ({ program, derivative }) => {
    const definitions = new Map<Variable, Equation>(
      program.prepare.equations.flatMap((equation) =>
        equation.outputs
          .filter(({ type }) => type.kind === "operator" || equation.operation === "materialise")
          .map((output) => [output, equation] as const),
      ),
    );
    const section = (block: Block): Block => withOperators(block, definitions);
    const optional = (block: Block | null): Block | null => block && section(block);
    return {
      program: {
        ...program,
        initial: section(program.initial),
        step: optional(program.step),
        finish: section(program.finish),
        objective: optional(program.objective),
        until: optional(program.until),
      },
      derivative,
    };
  },
};

/** The block with the operators that it reads from outside made at its beginning. */
function withOperators(block: Block, definitions: ReadonlyMap<Variable, Equation>): Block {
  const needed = new Set<Equation>();
  const need = (variable: Variable): void => {
    const definition = definitions.get(variable);
    if (definition === undefined || needed.has(definition)) return;
    definition.inputs.forEach(need);
    needed.add(definition);
  };
  freeVariables(block)
    .filter(({ type }) => type.kind === "operator")
    .forEach(need);
  if (needed.size === 0) return block;
  const names = new Map<Variable, Variable>();
  const made = [...needed].map((equation) => renamedEquation(equation, names));
  const { equations, results, parameters } = substitute(block, names);
  return { parameters, equations: [...made, ...equations], results };
}
