import {
  type ElementwiseExpression,
  replaceInputs,
  type ResultEnding,
  type ResultEndings,
} from "../../runtime/arrays/expression.ts";
import type { Block, Equation, EquationOf, Variable } from "../ir/block.ts";
import { isNumber, isReal, sameSpace, spaceOf } from "../ir/spaces.ts";
import { equationOf, mapBlocks, readBy } from "../ir/variables.ts";
import { constantValue } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import { KernelNames } from "./kernelNames.ts";
import { mapModule, type Pass } from "./pass.ts";

/** The largest number of results that one kernel reduces, and of arrays that it reads and writes. */
const MOST_ENDINGS = 4;
const MOST_ARRAYS = 8;

/**
 * Reductions of real arrays that a kernel makes, or reads, become results of that kernel: sums, inner products, norms,
 * largest and smallest entries of each sample, sums over the samples, and over the samples and all axes but the last. What
 * only they read is then never written down. Gradients by step sizes and thresholds are such sums. Behind `together`,
 * which makes the kernels as large as they are.
 */
export const endings: Pass = {
  name: "reductions in kernels",
  doc: "makes reductions a part of the kernels whose arrays they read",
  run: (module) => mapModule(module, (block, { kept }) => ended(block, kept)),
};

type Kernel = EquationOf<"fused">;

/** A reduction as a kernel does it. */
interface Reduced {
  readonly ending: ResultEnding;
  /** the arrays of one space whose product is reduced, or the only one */
  readonly operands: readonly Variable[];
  readonly output: Variable;
  /** whether the root of what is reduced is wanted */
  readonly root: boolean;
}

function ended(block: Block, kept: ReadonlySet<Variable>): Block {
  const readers = readersOf(block, kept);
  const equations: Equation[] = [];
  for (const original of block.equations) {
    const equation = mapBlocks(original, (inner) => ended(inner, new Set()));
    const reduced = reducedBy(equation, block, readers);
    if (reduced === null || !joined(reduced, equations)) equations.push(equation);
  }
  const results = [...block.results, ...kept];
  return { ...block, equations: withoutUnread(equations, results) };
}

/** How often each variable is read in a block, or behind it. */
function readersOf(block: Block, kept: ReadonlySet<Variable>): ReadonlyMap<Variable, number> {
  const counts = new Map<Variable, number>();
  const note = (variable: Variable): void => void counts.set(variable, (counts.get(variable) ?? 0) + 1);
  for (const equation of block.equations) new Set(readBy(equation)).forEach(note);
  [...block.results, ...kept].forEach(note);
  return counts;
}

/** The reduction that an equation is; null where it is none that a kernel can do. */
function reducedBy(equation: Equation, block: Block, readers: ReadonlyMap<Variable, number>): Reduced | null {
  const [first, second] = equation.inputs;
  const [output] = equation.outputs;
  if (first === undefined || output === undefined) return null;
  const of = (ending: ResultEnding, operands: readonly Variable[] = [first], root = false): Reduced | null =>
    operands.every(isRealArray) ? { ending, operands, output, root } : null;
  switch (equation.operation) {
    case "sum":
    case "maximum":
    case "minimum":
      return of(equation.operation);
    case "dot":
      return second === undefined ? null : of("sum", [first, second]);
    case "norm2":
      return of("sum", [first, first], true);
    case "sumTo":
      return isNumber(equation.attributes.space) ? of("sum") : null;
    case "sumSamples": {
      if (first.shared) return null;
      const source = channelsOf(first, block);
      return source !== null && readers.get(first) === 1 ? of("sumChannels", [source]) : of("sumSamples");
    }
    default:
      return null;
  }
}

/** What a variable is the sum of over all axes but the last; null where it is none. */
function channelsOf(variable: Variable, block: Block): Variable | null {
  const made = block.equations.find(({ outputs }) => outputs.includes(variable));
  const [source] = made?.inputs ?? [];
  if (made?.operation !== "sumTo" || source === undefined) return null;
  const [from, to] = [spaceOf(source), made.attributes.space];
  if (from.kind !== "array" || to.kind !== "array" || to.dimensions.length !== 1) return null;
  const last = { ...from, dimensions: from.dimensions.slice(-1) };
  return from.dimensions.length > 1 && sameSpace(last, to) && hasEntries(last) ? source : null;
}

/** Whether the last axis is not one that repeats. */
function hasEntries({ dimensions }: Extract<Space, { kind: "array" }>): boolean {
  return dimensions.every((dimension) => constantValue(dimension) !== 1);
}

function isRealArray(variable: Variable): boolean {
  const space = spaceOf(variable);
  return space.kind === "array" && !isNumber(space) && isReal(space);
}

/** Makes a reduction a result of one of the kernels before it; false where there is none for it. */
function joined(reduced: Reduced, equations: Equation[]): boolean {
  for (let at = equations.length - 1; at >= 0; at -= 1) {
    const kernel = equations[at];
    if (kernel?.operation !== "fused" || !suits(kernel, reduced)) continue;
    const between = equations.slice(at + 1);
    const made = new Set(between.flatMap(({ outputs }) => outputs));
    const stays = !reduced.operands.some((operand) => made.has(operand));
    const moves = !between.some((each) => readBy(each).some((read) => kernel.outputs.includes(read)));
    if (!stays && !moves) continue;
    const sum = reduced.root ? { ...reduced.output, name: `${reduced.output.name}_squared` } : reduced.output;
    const larger = withResult(kernel, reduced, sum);
    if (stays) equations[at] = larger;
    else {
      equations.splice(at, 1);
      equations.push(larger);
    }
    if (reduced.root) equations.push(rootOf(sum, reduced.output, kernel.span));
    return true;
  }
  return false;
}

/** The root of a sum, as the equation that makes `output`. */
function rootOf(sum: Variable, output: Variable, span: Equation["span"]): Equation {
  return equationOf({
    operation: "fused",
    attributes: {
      results: {
        [output.name]: { kind: "apply", function: "sqrt", arguments: [{ kind: "input", name: sum.name }] },
      },
      inputs: [sum.name],
    },
    inputs: [sum],
    outputs: [output],
    span,
  });
}

/** Whether a kernel makes one of the operands, or reads them all, entry by entry of the same samples. */
function suits({ attributes, inputs, outputs }: Kernel, { operands }: Reduced): boolean {
  const whole = outputs.filter((_, at) => attributes.endings?.[namesOf(attributes)[at] ?? ""] === undefined);
  const [space] = operands.map(spaceOf);
  const [result] = whole;
  if (space === undefined || result === undefined || !sameSpace(spaceOf(result), space)) return false;
  if (!operands.every((operand) => sameSpace(spaceOf(operand), space))) return false;
  if (operands.every((operand) => operand.shared) !== result.shared) return false;
  if (!inputs.every((input) => isReal(spaceOf(input)))) return false;
  const makes = operands.some((operand) => whole.includes(operand));
  const reads = operands.every((operand) => inputs.includes(operand) || whole.includes(operand));
  const arrays = new Set([...inputs, ...outputs, ...operands]).size;
  const count = Object.keys(attributes.endings ?? {}).length;
  return (makes || reads) && arrays <= MOST_ARRAYS && count < MOST_ENDINGS;
}

const namesOf = ({ results }: Kernel["attributes"]): readonly string[] => Object.keys(results);

/** The kernel with a reduction as one more result. */
function withResult(kernel: Kernel, { ending, operands }: Reduced, output: Variable): Kernel {
  const { attributes } = kernel;
  const names = new KernelNames();
  attributes.inputs.forEach((label, i) => {
    names.take(kernel.inputs[i], label);
  });
  namesOf(attributes).forEach((label, i) => {
    names.take(kernel.outputs[i], label);
  });
  const further = operands.filter((operand, at) => !names.has(operand) && operands.indexOf(operand) === at);
  const [a, b] = operands.map((operand): ElementwiseExpression => ({
    kind: "input",
    name: names.of(operand),
  }));
  if (a === undefined) throw new Error("a reduction has an operand");
  const label = names.of(output);
  return {
    ...kernel,
    attributes: {
      results: { ...attributes.results, [label]: b === undefined ? a : productOf(a, b) },
      inputs: [...attributes.inputs, ...further.map((operand) => names.of(operand))],
      endings: { ...attributes.endings, [label]: ending },
    },
    inputs: [...kernel.inputs, ...further],
    outputs: [...kernel.outputs, output],
  };
}

function productOf(a: ElementwiseExpression, b: ElementwiseExpression): ElementwiseExpression {
  return { kind: "apply", function: "mul", arguments: [a, b] };
}

/** The equations without sums that kernels do now, and with results of kernels that only these read where they are read. */
function withoutUnread(equations: readonly Equation[], results: readonly Variable[]): readonly Equation[] {
  const before = new Set([...equations.flatMap(readBy), ...results]);
  const wanted = equations.filter(
    ({ operation, outputs }) => operation !== "sumTo" || outputs.some((output) => before.has(output)),
  );
  const read = new Set([...wanted.flatMap(readBy), ...results]);
  return wanted.map((equation) =>
    equation.operation === "fused" && equation.attributes.endings !== undefined
      ? withinOnly(equation, equation.attributes.endings, read)
      : equation,
  );
}

function withinOnly(kernel: Kernel, ends: ResultEndings, read: ReadonlySet<Variable>): Kernel {
  const inner = new Map<string, ElementwiseExpression>();
  const kept: (readonly [string, ElementwiseExpression])[] = [];
  const outputs: Variable[] = [];
  Object.entries(kernel.attributes.results).forEach(([label, expression], i) => {
    const output = kernel.outputs[i];
    if (output === undefined) return;
    const whole = replaceInputs(expression, inner);
    if (ends[label] === undefined && !read.has(output)) return void inner.set(label, whole);
    kept.push([label, whole]);
    outputs.push(output);
  });
  return { ...kernel, attributes: { ...kernel.attributes, results: Object.fromEntries(kept) }, outputs };
}
