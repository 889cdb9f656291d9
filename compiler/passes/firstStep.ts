import { zeroOf } from "../differentiate/algebra.ts";
import type { Block, Variable } from "../ir/block.ts";
import { IrBuilder } from "../ir/build.ts";
import { withoutDead } from "../ir/dead.ts";
import { Functions } from "../ir/functions.ts";
import type { Operation } from "../ir/operation.ts";
import type { IrProgram } from "../ir/program.ts";
import { reshared } from "../ir/reshare.ts";
import { spaceOf } from "../ir/spaces.ts";
import { blocksOf, renamed } from "../ir/variables.ts";
import type { Pass } from "./pass.ts";
import { simplified } from "./simplify.ts";
import { givesZero } from "./zeros.ts";

/**
 * Gives a program whose states begin at 0 a first step of its own: products with them vanish, and with those the
 * gradients of what they are multiplied by. A step that costs as much as the others is none: it would only make the
 * program longer. For networks of few steps; a solver would spare one of hundreds.
 */
export const firstStep: Pass = {
  name: "first step",
  doc: "specialises the step for first states that are 0",
  run: (module) => {
    const first = specialised(module.program);
    return first === null ? module : { ...module, program: { ...module.program, firstStep: first } };
  },
};

/** Operations beside which elementwise ones are cheap. */
const COSTLY: ReadonlySet<Operation> = new Set<Operation>([
  "apply",
  "matvec",
  "outerSum",
  "materialise",
  "frobenius",
  "solve",
  "convolve",
  "convolveInput",
  "convolveFilter",
  "depthwise",
  "depthwiseInput",
  "depthwiseFilter",
  "call",
  "loop",
]);

function specialised(program: IrProgram): Block | null {
  const { step, initial } = program;
  const zeros = zeroResults(initial);
  if (step === null || !zeros.includes(true)) return null;
  const functions = new Functions(program.functions);
  const short = withoutDead(simplified(simplified(withZeros(step, zeros, functions), functions), functions));
  return cost(short) < cost(step) ? short : null;
}

/** Which results of a block are 0 everywhere, whatever it reads. */
function zeroResults(block: Block): readonly boolean[] {
  const zeros = new Set<Variable>();
  for (const equation of block.equations) {
    const isZero = equation.inputs.map((input) => zeros.has(input));
    if (givesZero(equation, isZero)) equation.outputs.forEach((output) => zeros.add(output));
  }
  return block.results.map((result) => zeros.has(result));
}

/** The block with zeros for some of its parameters, and for all that is 0 because of them. */
function withZeros(block: Block, isZero: readonly boolean[], functions: Functions): Block {
  const { parameters, equations, results } = renamed(block);
  const builder = new IrBuilder(functions);
  const names = new Map<Variable, Variable>();
  const zeros = new Set<Variable>();
  const toZero = (variable: Variable): void => {
    const zero = zeroOf(builder, spaceOf(variable));
    names.set(variable, zero);
    zeros.add(zero);
  };
  const now = (variable: Variable): Variable => names.get(variable) ?? variable;
  parameters.forEach((parameter, i) => {
    if (isZero[i] === true) toZero(parameter);
  });
  for (const equation of equations) {
    const known = equation.inputs.map((input) => zeros.has(now(input)));
    if (givesZero(equation, known)) {
      equation.outputs.forEach(toZero);
      continue;
    }
    const single = { parameters: [], equations: [equation], results: equation.outputs };
    const changed = reshared(single, names, functions);
    changed.equations.forEach((each) => {
      builder.append(each);
    });
    equation.outputs.forEach((before, i) => names.set(before, changed.results[i] ?? before));
  }
  return { parameters, equations: builder.equations, results: results.map(now) };
}

function cost(block: Block): number {
  return block.equations.reduce(
    (sum, equation) =>
      sum +
      (COSTLY.has(equation.operation) ? 1 : 0) +
      blocksOf(equation).reduce((inside, each) => inside + cost(each), 0),
    0,
  );
}
