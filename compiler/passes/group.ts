import type { ElementwiseExpression } from "../../runtime/arrays/expression.ts";
import type { Block, Equation, EquationOf, Variable } from "../ir/block.ts";
import { isNumber, sameSpace, spaceOf } from "../ir/spaces.ts";
import { blocksOf, equationOf, mapBlocks, readBy } from "../ir/variables.ts";
import { mapModule, type Module, type Pass } from "./pass.ts";

/** The largest number of functions in one kernel. */
const LARGEST = 24;

/** Functions that are cheap enough to be computed again for every entry, or for every sample. */
const CHEAP: ReadonlySet<string> = new Set(["add", "sub", "mul", "neg", "abs", "max", "min", "conj", "real"]);

/**
 * Joins chains of elementwise functions into kernels: a value that only one elementwise function reads becomes a part
 * of it, if it has the same shape, or is a cheap number. Nothing is computed twice. Runs last.
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
  readonly size: number;
  /** whether it may be computed again for every entry */
  readonly cheap: boolean;
}

function grouped(block: Block, kept: ReadonlySet<Variable>, constants: ReadonlyMap<Variable, number>): Block {
  const uses = countUses(block);
  block.results.forEach((result) => uses.set(result, 2));
  kept.forEach((variable) => uses.set(variable, 2));
  const parts = new Map<Variable, Part>();
  const inlined = new Set<Variable>();
  for (const equation of block.equations) {
    const [output] = equation.outputs;
    if (equation.operation !== "elementwise" || output === undefined) continue;
    let size = 1;
    let cheap = CHEAP.has(equation.attributes.function);
    for (const input of new Set(equation.inputs)) {
      const part = parts.get(input);
      if (part === undefined || !joins(part, input, output, equation, uses, size)) continue;
      inlined.add(input);
      size += part.size;
      cheap &&= part.cheap;
    }
    parts.set(output, { equation, size, cheap });
  }
  const equations = block.equations.flatMap((equation): readonly Equation[] => {
    const [output] = equation.outputs;
    if (equation.operation !== "elementwise" || output === undefined) {
      return [mapBlocks(equation, (nested) => grouped(nested, new Set(), constants))];
    }
    return inlined.has(output) ? [] : [fusedEquation(equation, output, parts, inlined, constants)];
  });
  return { ...block, equations };
}

function joins(
  part: Part,
  input: Variable,
  output: Variable,
  consumer: Elementwise,
  uses: ReadonlyMap<Variable, number>,
  size: number,
): boolean {
  if (uses.get(input) !== 1 || size + part.size > LARGEST) return false;
  if (consumer.inputs.filter((each) => each === input).length !== 1) return false;
  const cheap = part.cheap && part.size <= 2;
  if (isNumber(spaceOf(input)) && !isNumber(spaceOf(output))) return cheap;
  if (input.shared && !output.shared && !cheap) return false;
  return sameSpace(spaceOf(input), spaceOf(output)) || sameAxes(input, output);
}

/** Spaces that differ in what their entries are, not in their axes. */
function sameAxes(a: Variable, b: Variable): boolean {
  const left = spaceOf(a);
  const right = spaceOf(b);
  if (left.kind !== "array" || right.kind !== "array") return false;
  return sameSpace({ ...left, element: "real" }, { ...right, element: "real" });
}

function countUses(block: Block): Map<Variable, number> {
  const uses = new Map<Variable, number>();
  for (const equation of block.equations) {
    for (const variable of new Set(readBy(equation))) uses.set(variable, (uses.get(variable) ?? 0) + 1);
  }
  return uses;
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
  equation: Elementwise,
  output: Variable,
  parts: ReadonlyMap<Variable, Part>,
  inlined: ReadonlySet<Variable>,
  constants: ReadonlyMap<Variable, number>,
): Equation {
  const names = new Map<Variable, string>();
  const nameOf = (variable: Variable): string => {
    const known = names.get(variable);
    if (known !== undefined) return known;
    const taken = new Set(names.values());
    let name = variable.name;
    for (let count = 2; taken.has(name); count += 1) name = `${variable.name}_${count}`;
    names.set(variable, name);
    return name;
  };
  const expressionOf = (variable: Variable): ElementwiseExpression => {
    const constant = constants.get(variable);
    if (constant !== undefined) return { kind: "constant", value: constant };
    const part = inlined.has(variable) ? parts.get(variable) : undefined;
    return part === undefined ? { kind: "input", name: nameOf(variable) } : applied(part.equation);
  };
  const applied = (of: Elementwise): ElementwiseExpression => ({
    kind: "apply",
    function: of.attributes.function,
    arguments: of.inputs.map(expressionOf),
  });
  const expression = applied(equation);
  const inputs = [...names.keys()];
  return equationOf({
    operation: "fused",
    attributes: { expression, inputs: inputs.map((input) => names.get(input) ?? input.name) },
    inputs,
    outputs: [output],
    span: equation.span,
  });
}
