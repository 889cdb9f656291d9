import { type ElementwiseExpression, replaceInputs } from "../../runtime/arrays/expression.ts";
import type { Block, Equation, EquationOf, Variable } from "../ir/block.ts";
import { isNumber, isReal, sameSpace, spaceOf } from "../ir/spaces.ts";
import { mapBlocks, readBy } from "../ir/variables.ts";
import { KernelNames } from "./kernelNames.ts";
import { mapModule, type Pass } from "./pass.ts";

/** The largest number of functions in one kernel, and of arrays that it reads and writes: each takes a register. */
const MOST_FUNCTIONS = 24;
const MOST_ARRAYS = 8;

/**
 * Joins kernels of one space that read the same arrays, or one what the other makes, into one kernel with several
 * results: what they share is read once, and what one makes need not be read at all. Behind `describe`, so that results
 * have the names that emitted code shows.
 */
export const together: Pass = {
  name: "kernels together",
  doc: "joins kernels that read the same arrays into one with several results",
  run: (module) => mapModule(module, joined),
};

type Kernel = EquationOf<"fused">;

/** A kernel goes down to a later one where nothing in between reads what it makes. */
function joined(block: Block): Block {
  const differences = new Set<Variable>();
  const equations: Equation[] = [];
  for (const equation of block.equations) {
    const isWithin = equation.operation === "apply" && equation.attributes.within === true;
    if (isWithin) equation.outputs.forEach((output) => differences.add(output));
    equations.push(withEarlier(mapBlocks(equation, joined), equations, differences));
  }
  return { ...block, equations };
}

/** The equation with all kernels of `earlier` that go together with it, which are taken out there. */
function withEarlier(equation: Equation, earlier: Equation[], differences: ReadonlySet<Variable>): Equation {
  if (equation.operation !== "fused") return equation;
  let kernel: Kernel = equation;
  const read = new Set<Variable>();
  for (let at = earlier.length - 1; at >= 0; at -= 1) {
    const candidate = earlier[at];
    if (candidate === undefined) continue;
    const isFree = !candidate.outputs.some((output) => read.has(output));
    if (candidate.operation === "fused" && isFree && goTogether(candidate, kernel, differences)) {
      kernel = jointKernel(candidate, kernel);
      earlier.splice(at, 1);
    } else {
      readBy(candidate).forEach((variable) => read.add(variable));
    }
  }
  return kernel;
}

function goTogether(first: Kernel, second: Kernel, differences: ReadonlySet<Variable>): boolean {
  if (first.attributes.endings !== undefined || second.attributes.endings !== undefined) return false;
  const [a, b] = [first.outputs[0], second.outputs[0]];
  if (a === undefined || b === undefined || a.shared !== b.shared) return false;
  const space = spaceOf(a);
  if (isNumber(space) || !isReal(space) || !sameSpace(space, spaceOf(b))) return false;
  const reads = new Set([...first.inputs, ...second.inputs]);
  if (![...reads].every((variable) => isReal(spaceOf(variable)))) return false;
  const differs = ({ inputs }: Kernel): boolean => inputs.some((input) => differences.has(input));
  if (differs(first) && differs(second)) return false;
  const whole = (variable: Variable): boolean => sameSpace(spaceOf(variable), space);
  const made = new Set(first.outputs);
  const shares = second.inputs.some(
    (input) => made.has(input) || (whole(input) && first.inputs.includes(input)),
  );
  const arrays = [...reads].filter((input) => whole(input) && !made.has(input)).length;
  return (
    shares &&
    arrays + first.outputs.length + second.outputs.length <= MOST_ARRAYS &&
    functionsOf(first) + functionsOf(second) <= MOST_FUNCTIONS
  );
}

function functionsOf({ attributes }: Kernel): number {
  const count = (expression: ElementwiseExpression): number =>
    expression.kind === "apply"
      ? expression.arguments.reduce((sum, argument) => sum + count(argument), 1)
      : 0;
  return Object.values(attributes.results).reduce((sum, expression) => sum + count(expression), 0);
}

/** The kernel of both, whose second part reads what the first makes. */
function jointKernel(first: Kernel, second: Kernel): Kernel {
  const names = new KernelNames();
  const results = [first, second].flatMap(({ attributes, inputs, outputs }) => {
    const labels = new Map<string, ElementwiseExpression>();
    attributes.inputs.forEach((label, i) => {
      const variable = inputs[i];
      if (variable !== undefined) labels.set(label, { kind: "input", name: names.of(variable) });
    });
    return Object.entries(attributes.results).flatMap(([label, expression], i) => {
      const output = outputs[i];
      if (output === undefined) return [];
      const renamed = replaceInputs(expression, labels);
      labels.set(label, { kind: "input", name: names.of(output) });
      return [[names.of(output), renamed] as const];
    });
  });
  const outputs = [...first.outputs, ...second.outputs];
  const inputs = names.variables.filter((variable) => !outputs.includes(variable));
  return {
    operation: "fused",
    attributes: { results: Object.fromEntries(results), inputs: inputs.map((input) => names.of(input)) },
    inputs,
    outputs,
    span: second.span,
  };
}
