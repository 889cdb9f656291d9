import type { Block, Equation, Variable } from "../ir/block.ts";
import type { Operation } from "../ir/operation.ts";
import { freeVariables, renamedEquation, substitute } from "../ir/variables.ts";

/** Operations that cost no more than reading back what they made. */
const CHEAP: ReadonlySet<Operation> = new Set<Operation>([
  "constant",
  "size",
  "coordinate",
  "fill",
  "elementwise",
  "fused",
  "product",
  "part",
  "count",
  "reshape",
  "stopGradient",
]);

/**
 * Which of the variables that an adjoint reads have to be kept: not those that a cheap equation makes anew from what
 * is at hand, which is what the equations do not define, and what is kept anyway. Operators are made anew of the values
 * that they were made of.
 */
export function keptVariables(
  read: readonly Variable[],
  equations: readonly Equation[],
  parameters: readonly Variable[],
): ReadonlySet<Variable> {
  const definitions = definitionsOf(equations);
  const kept = new Set(read);
  const free = (variable: Variable): boolean => !definitions.has(variable) && !parameters.includes(variable);
  const order = new Map(equations.map((equation, i) => [equation, i]));
  const position = (variable: Variable): number => {
    const definition = definitions.get(variable);
    return definition === undefined ? -1 : (order.get(definition) ?? -1);
  };
  const atHand = (variable: Variable): boolean =>
    free(variable) || kept.has(variable) || definitions.get(variable)?.inputs.length === 0;
  const made = (variable: Variable): void => {
    if (variable.type.kind !== "operator") {
      if (definitions.has(variable)) kept.add(variable);
      return;
    }
    kept.delete(variable);
    definitions.get(variable)?.inputs.forEach(made);
  };
  read.filter(({ type }) => type.kind === "operator").forEach(made);
  for (const variable of [...kept].sort((a, b) => position(b) - position(a))) {
    const definition = definitions.get(variable);
    if (definition === undefined || !CHEAP.has(definition.operation)) continue;
    kept.delete(variable);
    if (!definition.inputs.every(atHand)) kept.add(variable);
  }
  return kept;
}

/** The block with the equations before it that make anew what it reads and nobody has kept. */
export function completed(block: Block, equations: readonly Equation[], kept: ReadonlySet<Variable>): Block {
  const definitions = definitionsOf(equations);
  const needed = new Set<Equation>();
  const need = (variable: Variable): void => {
    const definition = definitions.get(variable);
    if (definition === undefined || kept.has(variable) || needed.has(definition)) return;
    definition.inputs.forEach(need);
    needed.add(definition);
  };
  freeVariables(block).forEach(need);
  const names = new Map<Variable, Variable>();
  const again = equations
    .filter((equation) => needed.has(equation))
    .map((equation) => renamedEquation(equation, names));
  const replaced = substitute(block, names);
  return { ...replaced, equations: [...again, ...replaced.equations] };
}

function definitionsOf(equations: readonly Equation[]): ReadonlyMap<Variable, Equation> {
  return new Map(
    equations.flatMap((equation) => equation.outputs.map((output) => [output, equation] as const)),
  );
}
