import {
  ELEMENTWISE,
  type ElementwiseExpression,
  type ElementwiseFunction,
} from "../../runtime/arrays/expression.ts";
import type { Block, Equation, EquationOf, IrFunction, Variable } from "../ir/block.ts";
import { withAdjoints } from "../ir/derivative.ts";
import { productName } from "../ir/build.ts";
import type { Operation } from "../ir/operation.ts";
import { equationOf, mapBlocks, blocksOf } from "../ir/variables.ts";
import { mapModule, type Module, type Pass } from "./pass.ts";

/** The longest name that is made up of others. */
const LONGEST = 18;

/**
 * Names variables that bear the name of their operation by what they hold: `lambda_times_t`, `residual`, `norm_x`.
 * Names mean nothing to the compiler; emitted code reads by them. Runs last.
 */
export const describe: Pass = {
  name: "describe",
  doc: "names variables by what they hold",
  run: (module) => {
    const names = namesOf(module);
    const renamed = mapModule(module, (block) => withNames(block, names));
    return {
      program: renamed.program,
      derivative: renamed.derivative && ofRenamed(renamed.derivative, names),
    };
  },
};

type Names = ReadonlyMap<Variable, Variable>;
type Derivative = NonNullable<Module["derivative"]>;
type Section = Derivative["step"];

function ofRenamed(derivative: Derivative, names: Names): Derivative {
  const of = (variables: readonly Variable[]): readonly Variable[] =>
    variables.map((variable) => names.get(variable) ?? variable);
  const section = (each: Section): Section =>
    each && withAdjoints(each, (adjoint) => ({ ...adjoint, of: of(adjoint.of) }));
  const { prepare, initial, firstStep, step, finish } = derivative;
  return {
    ...derivative,
    prepare: section(prepare),
    initial: section(initial),
    ...(firstStep === undefined ? {} : { firstStep: section(firstStep) }),
    step: section(step),
    finish: section(finish),
  };
}

/** New variables for those that bear the name of an operation. */
function namesOf(module: Module): Names {
  const names = new Map<Variable, Variable>();
  const definitions = new Map<Variable, Equation>();
  const all = [...module.program.functions, ...(module.derivative?.functions ?? [])];
  const functions = new Map(all.map((each) => [each.name, each]));
  const visit = (block: Block): void => {
    for (const equation of block.equations) {
      blocksOf(equation).forEach(visit);
      if (equation.operation === "call") nameResults(equation, functions, names);
      const [output, ...others] = equation.outputs;
      if (output === undefined || others.length > 0 || names.has(output)) continue;
      definitions.set(output, equation);
      const cotangent = cotangentName(equation, output, names);
      if (cotangent !== null) nameSummed(equation, cotangent, names);
      const name = cotangent ?? described(equation, output, names, definitions);
      if (name !== null) names.set(output, { ...output, name });
    }
  };
  const sections: Block[] = [];
  const adjoints: Block[] = [];
  mapModule(module, (block, { section }) => {
    if (section === "function") visit(block);
    else if (section === "adjoint") adjoints.push(block);
    else sections.push(block);
    return block;
  });
  // an adjoint reads what its section saves
  [...sections, ...adjoints].forEach(visit);
  return names;
}

/** The results of a function are called as in its body. */
function nameResults(
  { attributes, outputs }: EquationOf<"call">,
  functions: ReadonlyMap<string, IrFunction>,
  names: Map<Variable, Variable>,
): void {
  const results = functions.get(attributes.function)?.body.results ?? [];
  outputs.forEach((output, i) => {
    const result = results[i];
    const name = result === undefined ? undefined : names.get(result)?.name;
    if (name !== undefined && output.name === result?.name) names.set(output, { ...output, name });
  });
}

/** The cotangent of x is `x_bar`. */
function cotangentName(equation: Equation, output: Variable, names: Names): string | null {
  const { cotangent } = output;
  if (cotangent === undefined || !bearsOperation(equation, output)) return null;
  const { name } = names.get(cotangent.of) ?? cotangent.of;
  if (Object.hasOwn(ELEMENTWISE, name)) return null;
  return `${cotangent.isNegated ? "minus_" : ""}${name}_bar`;
}

/** A cotangent that is a sum over samples or entries is the sum of `x_bar_each`. */
function nameSummed(
  { operation, inputs: [input] }: Equation,
  cotangent: string,
  names: Map<Variable, Variable>,
): void {
  const isSum = operation === "sum" || operation === "sumTo" || operation === "sumSamples";
  if (!isSum || input === undefined || input.cotangent !== undefined) return;
  const now = names.get(input);
  if (now === undefined && !OPERATION_NAMES.has(input.name)) return;
  names.set(input, { ...input, name: `${cotangent}_each` });
}

const OPERATION_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(ELEMENTWISE),
  "dot",
  "sum",
  "sumTo",
  "convolveInput",
  "convolveFilter",
  "depthwiseInput",
  "depthwiseFilter",
]);

function bearsOperation({ operation, inputs: [input] }: Equation, { name }: Variable): boolean {
  return OPERATION_NAMES.has(name) || name === operation || (operation === "reshape" && name === input?.name);
}

function described(
  equation: Equation,
  output: Variable,
  names: Names,
  definitions: ReadonlyMap<Variable, Equation>,
): string | null {
  const [first = "", second = ""] = equation.inputs.map((input) => names.get(input)?.name ?? input.name);
  switch (equation.operation) {
    case "elementwise":
    case "fused": {
      if (!Object.hasOwn(ELEMENTWISE, output.name)) return null;
      if (isResidual(equation, definitions)) return "residual";
      const expression = expressionOf(equation, names);
      return cotangentPart(expression) ?? expressionName(expression);
    }
    case "apply":
      return productOf(equation, output, names, equation.attributes.adjoint);
    case "matvec":
      return productOf(equation, output, names, equation.attributes.transpose);
    case "reshape":
      return bearsItsInput(equation, output, names) ? first : null;
    case "sumSamples":
      return bearsItsInput(equation, output, names) ? short(`${first}_total`, "total") : null;
    default: {
      const rule = output.name === equation.operation ? BY_INPUTS[equation.operation] : undefined;
      return rule?.(first, second) ?? null;
    }
  }
}

/** Names for what bears the name of its operation, by the names of its inputs. */
const BY_INPUTS: { readonly [P in Operation]?: (first: string, second: string) => string | null } = {
  dot: (a, b) => short(a === b ? `${a}_squared` : `${a}_dot_${b}`, "inner_product"),
  norm2: (x) => short(`norm_${x}`, "norm"),
  groupNorm: () => "group_norms",
  sum: (x) => short(`sum_${x}`, "total"),
  extendImage: (x) => short(`${x}_extended`, "extended"),
  foldImage: (x) => short(`${x}_folded`, "folded"),
  convolve: (x, filter) => short(`${filter}_${x.replace(/_extended$/u, "")}`, "convolved"),
  convolveInput: (_, filter) =>
    filter.endsWith("_filter") ? filter.replace(/_filter$/u, "_input_bar") : null,
};

/** `A_x` and `At_y`, once more with the names that operator and argument have now. */
function productOf(equation: Equation, output: Variable, names: Names, adjoint: boolean): string | null {
  const [operator, x] = equation.inputs;
  if (operator === undefined || x === undefined) return null;
  const isGiven = output.name === productName(operator, x, adjoint);
  return isGiven ? productName(names.get(operator) ?? operator, names.get(x) ?? x, adjoint) : null;
}

/** Whether an equation passes the name of its input on, and the input has got another one. */
function bearsItsInput({ inputs: [input] }: Equation, output: Variable, names: Names): boolean {
  return input !== undefined && output.name === input.name && names.has(input);
}

/** A x - y, or y - A x. */
function isResidual(equation: Equation, definitions: ReadonlyMap<Variable, Equation>): boolean {
  if (equation.outputs[0]?.name !== "sub" || equation.inputs.length !== 2) return false;
  return equation.inputs.some((input) => {
    const definition = definitions.get(input);
    if (definition?.operation === "apply") return !definition.attributes.adjoint;
    return definition?.operation === "matvec" && !definition.attributes.transpose;
  });
}

function expressionOf(equation: Equation, names: Names): ElementwiseExpression {
  const inputs = equation.inputs.map((input) => names.get(input)?.name ?? input.name);
  if (equation.operation === "elementwise") {
    return {
      kind: "apply",
      function: equation.attributes.function,
      arguments: inputs.map((name) => ({ kind: "input", name })),
    };
  }
  if (equation.operation !== "fused") throw new Error("an elementwise equation is wanted");
  const { results, inputs: labels } = equation.attributes;
  const [expression, ...others] = Object.values(results);
  if (expression === undefined || others.length > 0) throw new Error("a kernel of one result is wanted");
  return relabelled(expression, new Map(labels.map((label, i) => [label, inputs[i] ?? label])));
}

function relabelled(
  expression: ElementwiseExpression,
  labels: ReadonlyMap<string, string>,
): ElementwiseExpression {
  switch (expression.kind) {
    case "input":
      return { kind: "input", name: labels.get(expression.name) ?? expression.name };
    case "constant":
      return expression;
    case "apply":
      return { ...expression, arguments: expression.arguments.map((each) => relabelled(each, labels)) };
  }
}

/** How functions are said in names; `word` where a name of their arguments would be too long. */
const WORDS: {
  readonly [F in ElementwiseFunction]?: {
    readonly word: string;
    readonly of?: (a: string, b: string) => string;
  };
} = {
  add: { word: "sum", of: (a, b) => `${a}_plus_${b}` },
  sub: { word: "difference", of: (a, b) => `${a}_minus_${b}` },
  mul: { word: "product", of: (a, b) => `${a}_times_${b}` },
  div: { word: "quotient", of: (a, b) => `${a}_over_${b}` },
  neg: { word: "negative", of: (a) => `minus_${a}` },
  square: { word: "square", of: (a) => `${a}_squared` },
  reciprocal: { word: "reciprocal", of: (a) => `one_over_${a}` },
  abs: { word: "modulus", of: (a) => `abs_${a}` },
  sqrt: { word: "root", of: (a) => `sqrt_${a}` },
  sign: { word: "signs", of: (a) => `sign_${a}` },
  max: { word: "larger" },
  min: { word: "smaller" },
  less: { word: "is_less" },
  lessEqual: { word: "is_at_most" },
  equal: { word: "is_equal" },
  and: { word: "both" },
  or: { word: "either" },
  not: { word: "fails", of: (a) => `not_${a}` },
  select: { word: "chosen" },
  soft: { word: "shrunk" },
};

/** `x_bar_passed`, `x_bar_scaled`: a cotangent where a condition holds, or its multiple, that has no other name. */
function cotangentPart(expression: ElementwiseExpression): string | null {
  if (expression.kind !== "apply" || expressionName(expression) !== WORDS[expression.function]?.word)
    return null;
  const [cotangent, ...others] = new Set(inputNames(expression).filter((name) => name.endsWith("_bar")));
  if (cotangent === undefined || others.length > 0 || cotangent.length > LONGEST) return null;
  const branches = expression.function === "select" ? expression.arguments.slice(1) : [expression];
  if (branches.some((branch) => branch.kind === "input" && branch.name === cotangent)) {
    return `${cotangent}_passed`;
  }
  return branches.some((branch) => isMultiple(branch, cotangent)) ? `${cotangent}_scaled` : null;
}

/** Whether an expression is a product or quotient, or minus one, with that input as a factor. */
function isMultiple(expression: ElementwiseExpression, input: string): boolean {
  if (expression.kind !== "apply") return expression.kind === "input" && expression.name === input;
  const [first, second] = expression.arguments;
  const isFirst = first !== undefined && isMultiple(first, input);
  switch (expression.function) {
    case "neg":
    case "div":
      return isFirst;
    case "mul":
      return isFirst || (second !== undefined && isMultiple(second, input));
    default:
      return false;
  }
}

function inputNames(expression: ElementwiseExpression): readonly string[] {
  switch (expression.kind) {
    case "input":
      return [expression.name];
    case "constant":
      return [];
    case "apply":
      return expression.arguments.flatMap(inputNames);
  }
}

function expressionName(expression: ElementwiseExpression): string | null {
  if (expression.kind !== "apply") return null;
  const words = WORDS[expression.function];
  if (words === undefined) return null;
  const operands = expression.arguments.map(operandName);
  const [first = null, second = ""] = operands;
  if (words.of === undefined || first === null || second === null) return words.word;
  return short(words.of(first, second), words.word);
}

const NUMBERS: ReadonlyMap<number, string> = new Map([
  [0, "zero"],
  [1, "one"],
  [2, "two"],
]);

function operandName(operand: ElementwiseExpression): string | null {
  if (operand.kind === "input") return operand.name;
  return operand.kind === "constant" ? (NUMBERS.get(operand.value) ?? null) : null;
}

function short(name: string, word: string): string {
  return name.length <= LONGEST ? name : word;
}

function withNames(block: Block, names: Names): Block {
  const now = (variable: Variable): Variable => names.get(variable) ?? variable;
  return {
    parameters: block.parameters.map(now),
    equations: block.equations.map((equation) => {
      const inner = mapBlocks(equation, (each) => withNames(each, names));
      const inputs = inner.inputs.map(now);
      const outputs = inner.outputs.map(now);
      if (inner.operation !== "fused") return { ...inner, inputs, outputs };
      return equationOf({
        ...inner,
        attributes: kernelOf(inner.attributes, inputs, outputs),
        inputs,
        outputs,
      });
    }),
    results: block.results.map(now),
  };
}

type Kernel = EquationOf<"fused">["attributes"];

/** A kernel whose inputs and results are called as the variables are. */
function kernelOf(
  { results, inputs: labels, endings }: Kernel,
  inputs: readonly Variable[],
  outputs: readonly Variable[],
): Kernel {
  const now = new Map<string, string>();
  const labelled = (label: string, { name }: Pick<Variable, "name">): string => {
    const taken = new Set(now.values());
    let found = name;
    for (let count = 2; taken.has(found); count += 1) found = `${name}_${count}`;
    now.set(label, found);
    return found;
  };
  const before = labels.map((label, i) => labelled(label, inputs[i] ?? { name: label }));
  const renamed = Object.entries(results).map(([label, expression], i) => {
    const known = relabelled(expression, now);
    return [labelled(label, outputs[i] ?? { name: label }), known] as const;
  });
  const kernel = { results: Object.fromEntries(renamed), inputs: before };
  if (endings === undefined) return kernel;
  const ended = Object.entries(endings).map(([label, ending]) => [now.get(label) ?? label, ending] as const);
  return { ...kernel, endings: Object.fromEntries(ended) };
}
