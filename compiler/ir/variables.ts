import type { Block, Equation, EquationOf, Variable } from "./block.ts";
import type { Operation } from "./operation.ts";

/** The blocks in the attributes of an equation, in the order of the table of operations. */
export function blocksOf(equation: Equation): readonly Block[] {
  switch (equation.operation) {
    case "materialise":
    case "frobenius":
    case "solve":
      return [equation.attributes.map];
    case "branch":
      return [equation.attributes.whenTrue, equation.attributes.whenFalse];
    case "loop":
    case "loopSaving":
      return [equation.attributes.condition, equation.attributes.body];
    case "loopAdjoint":
      return [equation.attributes.body];
    case "fixedPoint":
      return [equation.attributes.step];
    default:
      return [];
  }
}

/** The equation with each of its blocks replaced. */
export function mapBlocks(equation: Equation, change: (block: Block) => Block): Equation {
  switch (equation.operation) {
    case "materialise":
    case "frobenius":
      return { ...equation, attributes: { ...equation.attributes, map: change(equation.attributes.map) } };
    case "solve":
      return { ...equation, attributes: { ...equation.attributes, map: change(equation.attributes.map) } };
    case "branch": {
      const { whenTrue, whenFalse } = equation.attributes;
      return { ...equation, attributes: { whenTrue: change(whenTrue), whenFalse: change(whenFalse) } };
    }
    case "loop":
    case "loopSaving": {
      const { condition, body, maximum } = equation.attributes;
      return { ...equation, attributes: { condition: change(condition), body: change(body), maximum } };
    }
    case "loopAdjoint":
      return { ...equation, attributes: { ...equation.attributes, body: change(equation.attributes.body) } };
    case "fixedPoint":
      return { ...equation, attributes: { ...equation.attributes, step: change(equation.attributes.step) } };
    default:
      return equation;
  }
}

/** All that an equation reads: its inputs, and what its blocks read from outside. */
export function readBy(equation: Equation): readonly Variable[] {
  return [...equation.inputs, ...blocksOf(equation).flatMap(freeVariables)];
}

/** The variables that a block reads and does not define, each once, in order of first use. */
export function freeVariables(block: Block): readonly Variable[] {
  const defined = new Set<Variable>(block.parameters);
  const free = new Set<Variable>();
  const read = (variable: Variable): void => {
    if (!defined.has(variable)) free.add(variable);
  };
  for (const equation of block.equations) {
    readBy(equation).forEach(read);
    equation.outputs.forEach((output) => defined.add(output));
  }
  block.results.forEach(read);
  return [...free];
}

/** The variables that a block defines at its outermost level: parameters, and outputs of its equations. */
export function definedBy(block: Block): readonly Variable[] {
  return [...block.parameters, ...block.equations.flatMap((equation) => equation.outputs)];
}

/** An equation of operation P; the one place where the union of equations is built from its parts. */
export function equationOf<P extends Operation>(parts: EquationOf<P>): Equation {
  return parts as Equation;
}

export type Substitution = ReadonlyMap<Variable, Variable>;

/** The equation with the variables that it reads replaced, in nested blocks as well. */
export function substituteEquation(equation: Equation, substitution: Substitution): Equation {
  const inputs = equation.inputs.map((input) => substitution.get(input) ?? input);
  const changed = mapBlocks(equation, (block) => substitute(block, substitution));
  return { ...changed, inputs };
}

/** The block with free variables replaced. */
export function substitute(block: Block, substitution: Substitution): Block {
  return {
    parameters: block.parameters,
    equations: block.equations.map((equation) => substituteEquation(equation, substitution)),
    results: block.results.map((result) => substitution.get(result) ?? result),
  };
}

/** The block with each variable that it defines marked as the cotangent of another, where `found` says so. */
export function withCotangents(block: Block, found: ReadonlyMap<Variable, Variable>): Block {
  const marked = new Map<Variable, Variable>();
  for (const output of block.equations.flatMap((equation) => equation.outputs)) {
    const of = found.get(output);
    if (of !== undefined) marked.set(output, { ...output, cotangent: { of, isNegated: false } });
  }
  const { parameters, equations, results } = substitute(block, marked);
  const outputs = (equation: Equation): readonly Variable[] =>
    equation.outputs.map((output) => marked.get(output) ?? output);
  return {
    parameters,
    equations: equations.map((equation) => ({ ...equation, outputs: outputs(equation) })),
    results,
  };
}

/** A copy of the block in which all that it defines is a new variable; free variables are replaced as given. */
export function renamed(block: Block, substitution: Substitution = new Map()): Block {
  const names = new Map(substitution);
  const parameters = block.parameters.map((parameter) => fresh(parameter, names));
  const equations = block.equations.map((equation) => renamedEquation(equation, names));
  return { parameters, equations, results: block.results.map((result) => names.get(result) ?? result) };
}

/** The equations of a block with values for its parameters; all that they define is new. */
export function instantiated(
  block: Block,
  inputs: readonly Variable[],
): { readonly equations: readonly Equation[]; readonly results: readonly Variable[] } {
  const names = new Map<Variable, Variable>();
  block.parameters.forEach((each, i) => {
    const input = inputs[i];
    if (input === undefined) throw new Error(`no argument for ${each.name}`);
    names.set(each, input);
  });
  const equations = block.equations.map((equation) => renamedEquation(equation, names));
  return { equations, results: block.results.map((result) => names.get(result) ?? result) };
}

/** The equation with inputs replaced by `names`, and new outputs, which `names` gets to know. */
export function renamedEquation(equation: Equation, names: Map<Variable, Variable>): Equation {
  const inputs = equation.inputs.map((input) => names.get(input) ?? input);
  const changed = mapBlocks(equation, (block) => renamed(block, names));
  return { ...changed, inputs, outputs: equation.outputs.map((output) => fresh(output, names)) };
}

function fresh(variable: Variable, names: Map<Variable, Variable>): Variable {
  const copy = { ...variable };
  names.set(variable, copy);
  return copy;
}
