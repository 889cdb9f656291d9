import type { ElementwiseExpression } from "../../runtime/arrays/expression.ts";
import type { Block, Equation, EquationOf, Variable } from "../ir/block.ts";
import { isNumber, sameSpace, spaceOf } from "../ir/spaces.ts";
import { blocksOf, equationOf, mapBlocks, readBy } from "../ir/variables.ts";
import { KernelNames } from "./kernelNames.ts";
import { mapModule, type Module, type Pass } from "./pass.ts";

/** The largest number of functions in one kernel. */
const LARGEST = 24;

/** Functions that are cheap enough to be computed again for every entry, for every sample, or in a second kernel. */
const CHEAP: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "neg",
  "abs",
  "max",
  "min",
  "conj",
  "real",
  "less",
  "lessEqual",
  "and",
  "or",
  "not",
]);

/**
 * Joins chains of elementwise functions into kernels: a value that only one elementwise function reads becomes a part
 * of it, if it has the same shape, or is a cheap number. What two of them read, and nobody else, is computed in both if
 * it is cheap and made of at most two arrays: that moves no more memory than to write it down and read it twice. Runs
 * last.
 */
export const group: Pass = {
  name: "group elementwise chains",
  doc: "joins chains of elementwise functions into single kernels",
  run: (module) => {
    const constants = constantsOf(module);
    return mapModule(module, (block, { kept }) => grouped(block, kept, constants));
  },
};

type Elementwise = EquationOf<"elementwise">;

interface Part {
  readonly equation: Elementwise;
  readonly output: Variable;
  readonly size: number;
  /** whether it may be computed again */
  readonly cheap: boolean;
  /** the arrays that it reads, through the parts inside */
  readonly arrays: ReadonlySet<Variable>;
  /** the inputs that are parts of it */
  readonly inside: ReadonlySet<Variable>;
}

/** Who reads a variable. */
interface Readers {
  readonly elementwise: readonly Variable[];
  /** whether anything else reads it, inside the block or from outside */
  readonly others: boolean;
}

function grouped(block: Block, kept: ReadonlySet<Variable>, constants: ReadonlyMap<Variable, number>): Block {
  const readers = readersOf(block, kept);
  const parts = new Map<Variable, Part>();
  for (const equation of block.equations) {
    const [output] = equation.outputs;
    if (equation.operation !== "elementwise" || output === undefined) continue;
    parts.set(output, partOf(equation, output, parts, readers));
  }
  const isInside = (variable: Variable): boolean => {
    const { elementwise, others } = readers.get(variable) ?? { elementwise: [], others: true };
    return !others && elementwise.every((reader) => parts.get(reader)?.inside.has(variable) === true);
  };
  const equations = block.equations.flatMap((equation): readonly Equation[] => {
    const [output] = equation.outputs;
    const part = output === undefined ? undefined : parts.get(output);
    if (output === undefined || part === undefined) {
      return [mapBlocks(equation, (nested) => grouped(nested, new Set(), constants))];
    }
    return isInside(output) ? [] : [fusedEquation(part, parts, constants)];
  });
  return { ...block, equations };
}

function partOf(
  equation: Elementwise,
  output: Variable,
  parts: ReadonlyMap<Variable, Part>,
  readers: ReadonlyMap<Variable, Readers>,
): Part {
  const inside = new Set<Variable>();
  const arrays = new Set<Variable>();
  let size = 1;
  let cheap = CHEAP.has(equation.attributes.function);
  for (const input of new Set(equation.inputs)) {
    const part = parts.get(input);
    if (part !== undefined && joins(part, output, equation, readers, size)) {
      inside.add(input);
      size += part.size;
      cheap &&= part.cheap;
      part.arrays.forEach((array) => arrays.add(array));
    } else if (!isNumber(spaceOf(input))) {
      arrays.add(input);
    }
  }
  return { equation, output, size, cheap, arrays, inside };
}

function joins(
  part: Part,
  output: Variable,
  consumer: Elementwise,
  readers: ReadonlyMap<Variable, Readers>,
  size: number,
): boolean {
  const { elementwise, others } = readers.get(part.output) ?? { elementwise: [], others: true };
  if (others || size + part.size > LARGEST) return false;
  if (consumer.inputs.filter((each) => each === part.output).length !== 1) return false;
  const small = part.cheap && part.size <= 3;
  const once = elementwise.length === 1;
  const twice = elementwise.length === 2 && small && part.arrays.size <= 2;
  if (!once && !twice) return false;
  const [from, to] = [spaceOf(part.output), spaceOf(output)];
  if (isNumber(from) && !isNumber(to)) return small;
  if (part.output.shared && !output.shared && !small) return false;
  return sameSpace(from, to) || sameAxes(part.output, output);
}

function readersOf(block: Block, kept: ReadonlySet<Variable>): ReadonlyMap<Variable, Readers> {
  const readers = new Map<Variable, Readers>();
  const note = (variable: Variable, reader: Variable | null): void => {
    const { elementwise, others } = readers.get(variable) ?? { elementwise: [], others: false };
    readers.set(
      variable,
      reader === null ? { elementwise, others: true } : { elementwise: [...elementwise, reader], others },
    );
  };
  for (const equation of block.equations) {
    const [output] = equation.outputs;
    const reader = equation.operation === "elementwise" && output !== undefined ? output : null;
    new Set(readBy(equation)).forEach((variable) => {
      note(variable, reader);
    });
  }
  [...block.results, ...kept].forEach((variable) => {
    note(variable, null);
  });
  return readers;
}

/** Spaces that differ in what their entries are, not in their axes. */
function sameAxes(a: Variable, b: Variable): boolean {
  const left = spaceOf(a);
  const right = spaceOf(b);
  if (left.kind !== "array" || right.kind !== "array") return false;
  return sameSpace({ ...left, element: "real" }, { ...right, element: "real" });
}

/** The variables of a module that are plain numbers; kernels take them as such. */
function constantsOf(module: Module): ReadonlyMap<Variable, number> {
  const constants = new Map<Variable, number>();
  const visit = (block: Block): Block => {
    for (const equation of block.equations) {
      const [output] = equation.outputs;
      if (equation.operation === "constant" && output !== undefined) {
        constants.set(output, equation.attributes.value);
      }
      blocksOf(equation).forEach(visit);
    }
    return block;
  };
  mapModule(module, visit);
  return constants;
}

function fusedEquation(
  part: Part,
  parts: ReadonlyMap<Variable, Part>,
  constants: ReadonlyMap<Variable, number>,
): Equation {
  const names = new KernelNames();
  const expressionOf = (variable: Variable, reader: Part): ElementwiseExpression => {
    const constant = constants.get(variable);
    if (constant !== undefined) return { kind: "constant", value: constant };
    const inner = reader.inside.has(variable) ? parts.get(variable) : undefined;
    return inner === undefined ? { kind: "input", name: names.of(variable) } : applied(inner);
  };
  const applied = (of: Part): ElementwiseExpression => ({
    kind: "apply",
    function: of.equation.attributes.function,
    arguments: of.equation.inputs.map((input) => expressionOf(input, of)),
  });
  const expression = applied(part);
  const inputs = names.variables;
  return equationOf({
    operation: "fused",
    attributes: {
      results: { [part.output.name]: expression },
      inputs: inputs.map((input) => names.of(input)),
    },
    inputs,
    outputs: [part.output],
    span: part.equation.span,
  });
}
